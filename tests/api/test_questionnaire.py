"""Questionnaires over the API: made and published at once; the words beside the opt-in question are ours."""

from typing import Any

import pytest

from portal.accounts import business as businesses
from portal.accounts.business import Capability
from portal.consent import disclaimer
from portal.questionnaires import questionnaire as questionnaires
from portal.questionnaires import submission
from portal.questionnaires.submission import Answer
from tests.api.conftest import Api
from tests.conftest import NO_CAPS, World

KINDS = ["text", "paragraph", "choice", "choices", "date", "email", "phone", "opt_in"]
OPT_IN = {"kind": "opt_in", "label": "May we text you?", "required": True}
HELLO = {"title": "Hello", "questions": [{"kind": "text", "label": "Your name"}, OPT_IN]}


def question(kind: str, **more: Any) -> dict[str, Any]:
    options = {"options": ["One", "Two"]} if kind.startswith("choice") else {}
    return {"kind": kind, "label": f"A {kind}"} | options | more


@pytest.mark.covers("H-5", "X-22")
def test_a_questionnaire_is_made_and_open_at_once(api: Api) -> None:
    answer = api.post("/questionnaires", HELLO)
    assert answer.status_code == 201
    made = answer.json()
    assert made["url"] == f"https://portal.example.com/f/{made['token']}"
    assert made["embed_url"] == f"https://portal.example.com/embed/{made['token']}"
    assert (made["title"], made["state"], made["version"], made["confirmation"]) == ("Hello", "published", 1, "single")
    assert [each["label"] for each in made["questions"]] == ["Your name", "May we text you?"]
    assert [each["required"] for each in made["questions"]] == [False, True]
    assert len({each["id"] for each in made["questions"]}) == 2
    assert api.get(f"/questionnaires/{made['id']}") == made
    assert answer.headers["location"] == f"/api/v1/questionnaires/{made['id']}"


@pytest.mark.covers("rules 15")
def test_the_question_about_offers_follows_the_opt_in_question(api: Api) -> None:
    offers = question("opt_in_marketing")
    made = api.post("/questionnaires", {"title": "T", "questions": [OPT_IN, offers]}).json()
    assert [each["kind"] for each in made["questions"]] == ["opt_in", "opt_in_marketing"]
    refused = api.post("/questionnaires", {"title": "T", "questions": [offers, OPT_IN]})
    assert refused.status_code == 422
    assert "after the opt-in question" in refused.text


@pytest.mark.covers("H-5", "H-11")
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("required", [True, False])
def test_every_kind_can_be_asked(api: Api, kind: str, required: bool) -> None:
    made = api.post("/questionnaires", {"title": "T", "questions": [question(kind, required=required)]}).json()
    [asked] = made["questions"]
    assert (asked["kind"], asked["required"]) == (kind, required)
    assert asked["options"] == (["One", "Two"] if kind.startswith("choice") else [])


@pytest.mark.covers("H-8")
@pytest.mark.parametrize("key", ["disclaimer", "words", "text", "wording", "consent", "default", "description"])
def test_no_words_can_be_put_beside_the_opt_in_question(api: Api, key: str, site: World) -> None:
    answer = api.post("/questionnaires", {"title": "T", "questions": [OPT_IN | {key: "You agree to everything"}]})
    assert (answer.status_code, list(answer.json()["fields"])) == (422, [f"questions.0.{key}"])
    assert api.get("/questionnaires")["items"] == []


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"title": "", "questions": [OPT_IN]}, "title"),
        ({"title": "x" * 121, "questions": [OPT_IN]}, "title"),
        ({"title": "T"}, "questions"),
        ({"title": "T", "questions": []}, "questions"),
        ({"title": "T", "questions": [OPT_IN, OPT_IN]}, "questions"),
        ({"title": "T", "questions": [OPT_IN] * 61}, "questions"),
        ({"title": "T", "questions": [OPT_IN | {"kind": "signature"}]}, "questions.0.kind"),
        ({"title": "T", "questions": [OPT_IN | {"label": " "}]}, "questions.0.label"),
        ({"title": "T", "questions": [OPT_IN | {"required": "yes"}]}, "questions.0.required"),
        ({"title": "T", "questions": [OPT_IN | {"options": ["Yes"]}]}, "questions.0.options"),
        ({"title": "T", "questions": [question("text"), question("choice", options=["One"])]}, "questions.1"),
        ({"title": "T", "questions": [question("choices", options=["One", "One"])]}, "questions.0"),
        ({"title": "T", "questions": [OPT_IN], "confirmation": "none"}, "confirmation"),
        ({"title": "T", "questions": [OPT_IN], "business": "b"}, "business"),
    ],
)
def test_a_broken_questionnaire_is_refused_and_nothing_is_kept(api: Api, body: dict[str, Any], field: str) -> None:
    answer = api.post("/questionnaires", body)
    assert (answer.status_code, list(answer.json()["fields"])) == (422, [field])
    assert api.get("/questionnaires")["items"] == []


@pytest.mark.covers("X-29")
@pytest.mark.parametrize("confirmation", ["single", "reply", "code"])
def test_a_questionnaire_may_ask_the_handset_to_confirm(api: Api, confirmation: str) -> None:
    made = api.post("/questionnaires", HELLO | {"confirmation": confirmation}).json()
    assert api.get(f"/questionnaires/{made['id']}")["confirmation"] == confirmation


def test_questionnaires_are_listed_newest_first_page_by_page(api: Api) -> None:
    for i in range(5):
        api.post("/questionnaires", HELLO | {"title": f"Number {i}"})
    first = api.get("/questionnaires?limit=3")
    rest = api.get(f"/questionnaires?limit=3&after={first['next']}")
    assert [each["title"] for each in (*first["items"], *rest["items"])] == [f"Number {i}" for i in (4, 3, 2, 1, 0)]
    assert rest["next"] is None


def test_what_was_sent_in_keeps_the_labels_of_its_time(api: Api, site: World) -> None:
    made = api.post("/questionnaires", HELLO).json()

    def send_in(session: Any, nonce: str, label: str, version: int) -> None:
        found = questionnaires.get(session, site.hearth.id, made["id"])
        answers = [Answer("q1", label, "text", "Nora"), Answer("q2", "Which?", "choices", ("A", "B"))]
        submission.receive(
            session, found, version=version, nonce=nonce, answers=answers, act=None, client=None, caps=NO_CAPS
        )

    site.write(lambda session: send_in(session, "n1", "Your name", 1))
    site.write(lambda session: send_in(session, "n2", "What may we call you?", 2))
    found = api.get(f"/questionnaires/{made['id']}/submissions")["items"]
    assert [each["answers"][0]["label"] for each in found] == ["What may we call you?", "Your name"]
    assert [each["version"] for each in found] == [2, 1]
    assert found[0]["answers"][1]["value"] == ["A", "B"]
    page = api.get(f"/questionnaires/{made['id']}/submissions?limit=1")
    assert api.get(f"/questionnaires/{made['id']}/submissions?after={page['next']}")["items"] == found[1:]


def test_the_words_that_clients_read_are_ours(api: Api, site: World) -> None:
    """What a questionnaire made here shows comes from the business alone."""
    api.post("/questionnaires", HELLO)
    business = site.read(lambda session: businesses.get(session, site.hearth.id))
    assert "Hello" not in disclaimer.current(business, public_url="https://portal.example.com").text


@pytest.mark.covers("H-26")
def test_a_business_without_the_capability_has_no_texting_calls(api: Api, site: World) -> None:
    def revoke(session: Any) -> None:
        businesses.grant(session, businesses.get(session, site.hearth.id), Capability.TEXTING, revoke=True)

    site.write(revoke)
    for path in ("/questionnaires", "/subscriptions", "/messages"):
        assert api.call("GET", path).status_code == 404
    assert api.post("/questionnaires", HELLO).status_code == 404
    made = api.post("/contacts", {"name": "Nora"}).json()
    assert made["form_urls"] == []
