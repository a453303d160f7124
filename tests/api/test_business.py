"""The business over the API: what it says about itself, and keywords that can only be added."""

from typing import Any

import pytest

from portal.accounts import business as businesses
from portal.consent import disclaimer
from tests.api.conftest import CLIENT, Api, Clients
from tests.conftest import World


def test_a_business_sees_what_it_says_about_itself(api: Api, site: World) -> None:
    found = api.get("/business")
    assert (found["id"], found["slug"], found["name"]) == (site.hearth.id, site.hearth.slug, "Hearth Photography")
    assert (found["region"], found["timezone"]) == ("US", "America/New_York")
    assert found["keywords"] == {"opt_in": ["YES"], "opt_out": ["STOP"]}
    assert found["features"] == {"first_message_gate": False, "group_messages": False, "whatsapp": False}


@pytest.mark.covers("rules 10")
def test_an_owner_changes_name_purposes_and_links_and_the_words_follow(owner: Api, site: World) -> None:
    change = {
        "name": "Hearth & Home", "purposes": "your sessions and albums", "privacy_url": "https://hearth.example/privacy",
        "terms_url": "https://hearth.example/terms?x=1", "phone": "(800) 555-0100", "email": "hello@hearth.example",
        "preference_links": True,
    }  # fmt: skip
    answer = owner.patch("/business", change)
    assert answer.status_code == 200
    assert change.items() <= answer.json().items()
    assert owner.get("/business") == answer.json()
    business = site.read(lambda session: businesses.get(session, site.hearth.id))
    shown = disclaimer.current(business, public_url="https://portal.example.com")
    assert "Hearth & Home about your sessions and albums at this number" in shown.text
    assert shown.privacy_url == "https://hearth.example/privacy"


def test_what_is_left_out_stays_and_an_empty_link_means_our_own_page(owner: Api) -> None:
    owner.patch("/business", {"privacy_url": "https://hearth.example/privacy", "phone": "+1 415 555 0100"})
    found = owner.patch("/business", {"privacy_url": "", "keywords": {}}).json()
    assert (found["privacy_url"], found["phone"], found["name"]) == ("", "+1 415 555 0100", "Hearth Photography")


def test_only_who_may_set_up_changes_the_business(api: Api) -> None:
    answer = api.patch("/business", {"name": "Mine"})
    assert answer.status_code == 403
    assert api.get("/business")["name"] == "Hearth Photography"


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"name": ""}, "name"),
        ({"name": "x" * 81}, "name"),
        ({"name": "a\tb"}, "name"),
        ({"purposes": "x"}, "purposes"),
        ({"purposes": "x" * 121}, "purposes"),
        ({"privacy_url": "http://hearth.example/"}, "privacy_url"),
        ({"privacy_url": "javascript:alert(1)"}, "privacy_url"),
        ({"terms_url": "https://nobody@hearth.example/"}, "terms_url"),
        ({"terms_url": "https://hearth.example/ x"}, "terms_url"),
        ({"terms_url": "https://localhost/"}, "terms_url"),
        ({"email": "nobody"}, "email"),
        ({"phone": "call us"}, "phone"),
        ({"phone": "12"}, "phone"),
        ({"keywords": {"help": ["HELP"]}}, "keywords.help"),
        ({"keywords": {"opt_in": ["STOP"]}}, "keywords.opt_in.0"),
        ({"keywords": {"opt_in": ["Sure", "help"]}}, "keywords.opt_in.1"),
        ({"keywords": {"opt_out": ["YES"]}}, "keywords.opt_out.0"),
        ({"keywords": {"opt_out": ["START"]}}, "keywords.opt_out.0"),
        ({"keywords": {"opt_out": ["👍👍"]}}, "keywords.opt_out.0"),
        ({"keywords": {"opt_out": ["x"]}}, "keywords.opt_out.0"),
        ({"keywords": {"opt_in": ["Pronto"], "opt_out": ["pronto!"]}}, "keywords"),
        ({"capabilities": ["whatsapp"]}, "capabilities"),
        ({"features": {"fax": True}}, "features.fax"),
        ({"slug": "mine"}, "slug"),
        ({"id": "1"}, "id"),
    ],
)
def test_a_broken_value_is_named_and_changes_nothing(owner: Api, change: dict[str, Any], field: str) -> None:
    before = owner.get("/business")
    answer = owner.patch("/business", {"phone": "+1 415 555 0100"} | change)
    assert (answer.status_code, list(answer.json()["fields"])) == (422, [field])
    assert owner.get("/business") == before


@pytest.mark.covers("H-25", "X-10")
@pytest.mark.parametrize("words", [["ENDE"], [], ["stop", "ENDE"]])
def test_stop_stays_a_keyword_whatever_is_given(owner: Api, clients: Clients, words: list[str]) -> None:
    found = owner.patch("/business", {"keywords": {"opt_out": words}}).json()["keywords"]
    assert found == {"opt_in": ["YES"], "opt_out": ["STOP", *[word for word in words if word == "ENDE"]]}
    clients.says_yes()
    clients.texts("STOP")
    assert clients.row(CLIENT).status == "opted_out"


@pytest.mark.covers("X-10")
def test_an_added_keyword_stops_texting(owner: Api, clients: Clients) -> None:
    owner.patch("/business", {"keywords": {"opt_out": ["ENDE"]}})
    clients.says_yes()
    clients.texts("Ende.")
    assert clients.row(CLIENT).status == "opted_out"


def test_a_new_keyword_may_not_take_the_meaning_of_one_that_was_added_before(owner: Api) -> None:
    owner.patch("/business", {"keywords": {"opt_out": ["Ende"]}})
    assert owner.patch("/business", {"keywords": {"opt_in": ["ENDE"]}}).status_code == 422
    assert owner.patch("/business", {"keywords": {"opt_in": ["Pronto"]}}).json()["keywords"] == {
        "opt_in": ["YES", "Pronto"], "opt_out": ["STOP", "Ende"],
    }  # fmt: skip
