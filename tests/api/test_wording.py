"""Wordings over the API: what goes out now, other words for it, and what is missing in them by name."""

from typing import Any

import pytest
from sqlmodel import Session

from portal.accounts import business as businesses
from portal.accounts.business import Capability
from tests.api.conftest import Api, Clients

OWN = (
    "{business}: welcome! We text about {purposes}. Msg frequency varies. Msg & data rates may apply. "
    "HELP for help, STOP to end."
)
KEYS = [
    "form.confirmation", "form.request", "form.code", "reply.confirmation", "opt_out.confirmation", "clarification",
    "help", "mt.request.client", "mt.request.user", "mt.accepted.user", "mt.accepted.client", "mo.request.client",
    "mo.request.user", "mo.accepted.user", "mo.accepted.client", "mo.rejected.user", "mo.rejected.client",
    "mt.rejected.user", "mt.rejected.client",
]  # fmt: skip


def put(api: Api, to: str = "form.confirmation", **body: Any) -> Any:
    return api.call("PUT", f"/wordings/{to}", {"channel": "sms", "language": "en", "text": OWN} | body)


def test_every_text_is_told_as_it_goes_out_in_each_language(api: Api) -> None:
    found = api.get("/wordings")
    assert found["next"] is None
    assert [each["key"] for each in found["items"] if each["language"] == "es"] == KEYS
    first = found["items"][0]
    assert first["version"] == "form.confirmation/en/default-1"
    assert first["sample"].startswith("Hearth Photography: you're opted in to texts about your appointments")
    assert (first["own"], first["editable"], first["segments"], first["encoding"]) == (False, True, 2, "GSM-7")
    assert first["required"] == ["brand", "purposes", "frequency", "rates", "help", "stop"]
    french = api.get("/wordings?language=fr")["items"]
    assert {each["language"] for each in french} == {"fr"}


def test_notices_are_told_as_fixed(owner: Api) -> None:
    fixed = [each["key"] for each in owner.get("/wordings")["items"] if not each["editable"]]
    assert fixed == ["notice.opted_out", "notice.opted_in"]
    assert put(owner, "notice.opted_out").status_code == 409


@pytest.mark.covers("M-5")
def test_other_words_go_out_with_the_next_text(owner: Api, clients: Clients) -> None:
    answer = put(owner)
    assert (answer.status_code, answer.json()["version"], answer.json()["own"]) == (200, "form.confirmation/en/1", True)
    clients.says_yes()
    assert clients.send_all()[0].startswith("Hearth Photography: welcome! We text about your appointments and projects")
    answer = put(owner, text=None)
    assert (answer.json()["version"], answer.json()["own"]) == ("form.confirmation/en/default-1", False)


@pytest.mark.covers("rules 10", "M-15")
@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("{business}: welcome! STOP to end.", ["{purposes}", "how often", "cost something", "HELP"]),
        (OWN + " {client}", ["Nothing fills {client}"]),
        (OWN + " Big sale!", ["“sale” is advertising"]),
    ],
)
def test_what_is_missing_is_named_and_nothing_changes(owner: Api, text: str, named: list[str]) -> None:
    before = owner.get("/wordings")
    answer = put(owner, text=text)
    assert answer.status_code == 422
    sentences = " ".join(answer.json()["fields"]["text"])
    assert [each for each in named if each not in sentences] == []
    assert len(answer.json()["fields"]["text"]) == len(named)
    assert owner.get("/wordings") == before


@pytest.mark.parametrize(
    ("change", "field"),
    [({"language": "de"}, "language"), ({"channel": "fax"}, "channel"), ({"text": " "}, "text"),
     ({"text": "x" * 1001}, "text"), ({"key": "help"}, "key")],
)  # fmt: skip
def test_a_broken_value_is_named(owner: Api, change: dict[str, Any], field: str) -> None:
    answer = put(owner, **change)
    assert (answer.status_code, {name.partition(".")[0] for name in answer.json()["fields"]}) == (422, {field})


def test_an_unknown_text_is_not_found(owner: Api) -> None:
    assert put(owner, "mo.request").status_code == 404


def test_only_who_may_set_up_words_them(api: Api) -> None:
    assert put(api).status_code == 403


ASKS = "<Employee Name> of {business} asks to text you. Reply YES or STOP."


def turn_on_whatsapp(clients: Clients) -> None:
    def work(session: Session) -> None:
        businesses.change_policy(session, businesses.get(session, clients.business), has_whatsapp=True)

    clients.site.write(work)


@pytest.mark.covers("M-5", "M-14", "X-7", "X-25", "X-30")
def test_each_channel_has_its_own_words_and_templates(owner: Api, clients: Clients) -> None:
    turn_on_whatsapp(clients)
    chosen = {"name": "opt_in_request", "language": "en_US"}
    told = put(owner, "mo.request.client", channel="whatsapp", text=ASKS, template=chosen).json()
    assert (told["channel"], told["version"], told["template"]) == ("whatsapp", "mo.request.client/en/1", chosen)
    assert told["sample"].startswith("Hearth Photography of Hearth Photography asks")
    assert any("HELP" in each for each in told["warnings"])
    told = put(owner, "mo.request.client", channel="whatsapp", text=ASKS + " HELP.").json()
    assert (told["version"], told["template"]) == ("mo.request.client/en/2", chosen), "it stays until it is taken away"
    found = owner.get("/wordings?language=en")["items"]
    own = [(each["channel"], each["own"]) for each in found if each["key"] == "mo.request.client"]
    assert own == [("sms", False), ("whatsapp", True)]
    assert [each["key"] for each in owner.get("/wordings?language=en&channel=whatsapp")["items"]] == KEYS[3:]


@pytest.mark.covers("M-6")
def test_what_the_business_was_not_granted_is_not_there(owner: Api, clients: Clients) -> None:
    assert put(owner, "mo.request.client", channel="whatsapp", text=ASKS).status_code == 404
    assert owner.get("/wordings?channel=whatsapp")["items"] == []

    def take(session: Session) -> None:
        found = businesses.get(session, clients.business)
        businesses.grant(session, found, Capability.FIRST_MESSAGE_GATE, revoke=True)

    clients.site.write(take)
    assert put(owner, "mo.request.client", text=ASKS).status_code == 404
    assert not [each for each in owner.get("/wordings")["items"] if each["key"].startswith("m")]


@pytest.mark.covers("M-10")
def test_a_branch_tells_the_words_of_its_main_business_and_takes_none(owner: Api, clients: Clients) -> None:
    def make_branch(session: Session) -> None:
        main = businesses.create(session, "Hearth Group")
        found = businesses.get(session, clients.business)
        found.main_id = main.id
        session.add(found)

    clients.site.write(make_branch)
    answer = put(owner)
    assert (answer.status_code, answer.json()["reason"]) == (409, "inherited")
    assert not any(each["editable"] for each in owner.get("/wordings")["items"])
