"""The question about marketing on a client's form: a block of its own that counts only after a Yes to texts."""

import re
from typing import Any

import pytest

from portal.consent import ledger
from portal.questionnaires.question import Question
from tests.web.door import E164, NAME, NUMBER, OPT_IN, Door, made, token_of

OFFERS = Question("offers", "opt_in_marketing", "Offers too?")
YES = {"q_name": "Rosa", "q_optin": "yes", "q_optin_number": NUMBER}
BOTH = YES | {"q_offers": "yes"}

pytestmark = pytest.mark.covers("rules 15")


@pytest.fixture
def asking(door: Door) -> Door:
    door.questionnaire = door.site.write(lambda session: made(session, door.site.hearth.id, (NAME, OPT_IN, OFFERS)))
    return door


def evidence(door: Door) -> dict[str, Any]:
    row = door.row()
    found: dict[str, Any] = door.site.read(lambda session: ledger.entries(session, row.business_id, row.id))[
        -1
    ].evidence
    return found


def block(text: str) -> str:
    found = re.search(r'<fieldset class="optin optin-more".*?</fieldset>', text, re.S)
    assert found
    return found[0]


@pytest.mark.covers("H-8", "rules 9", "rules 10")
@pytest.mark.parametrize(
    "part",
    ["Hearth Photography", "marketing and promotional text messages (SMS)", "automatic telephone dialing system",
     "at the number I entered above", "not have to agree to this, directly or indirectly, as a condition of buying",
     "Message frequency varies", "Message and data rates may apply", "Reply STOP", "HELP for help", "Privacy Policy",
     "SMS Terms"],
)  # fmt: skip
def test_the_words_beside_it_are_fixed_and_hold_the_two_disclosures(asking: Door, part: str) -> None:
    found = block(asking.page().text)
    assert re.findall(r'\btype="(\w+)"', found) == ["radio", "radio"]
    assert "checked" not in found
    assert part in re.sub(r"<[^>]+>", "", found)


@pytest.mark.covers("rules 17")
def test_a_yes_to_both_keeps_both_blocks_as_they_were_shown(asking: Door) -> None:
    page = asking.page().text
    asking.change(name="Another Name")
    assert asking.send(BOTH, token=token_of(page)).status_code == 303
    kept = evidence(asking)
    assert kept["marketing"]["rendered"] == block(page)
    assert "Hearth Photography" in kept["marketing"]["words"]
    assert (asking.row().scope, kept["marketing"]["choice"], kept["choice"]) == ("marketing", "yes", "yes")
    assert asking.submissions()[0].answers[-1]["value"] == "yes"


@pytest.mark.parametrize("said", [{"q_offers": "no"}, {}, {"q_offers": ""}])
def test_a_yes_to_texts_alone_is_no_yes_to_offers(asking: Door, said: dict[str, str]) -> None:
    assert asking.send(YES | said).status_code == 303
    assert asking.row().scope == "informational"


@pytest.mark.covers("H-9")
def test_without_a_yes_to_texts_nothing_of_it_counts(asking: Door) -> None:
    assert (
        asking.send({"q_name": "Rosa", "q_optin": "no", "q_optin_number": NUMBER, "q_offers": "yes"}).status_code == 303
    )
    assert asking.row() is None
    assert asking.submissions()[0].answers[-1]["value"] == ""


def test_where_an_answer_is_required_it_is_asked_only_of_those_who_chose_yes(door: Door) -> None:
    required = Question("offers", "opt_in_marketing", "Offers too?", True)
    door.questionnaire = door.site.write(lambda session: made(session, door.site.hearth.id, (NAME, OPT_IN, required)))
    answer = door.send(YES)
    assert answer.status_code == 422
    assert "Please choose Yes or No." in block(answer.text)
    assert NUMBER in answer.text
    assert door.send({"q_name": "Rosa", "q_optin": "no"}).status_code == 303


@pytest.mark.covers("rules 9")
def test_anything_but_yes_or_no_is_refused(asking: Door) -> None:
    assert asking.send(YES | {"q_offers": "maybe"}).status_code == 422
    assert asking.row() is None


@pytest.mark.covers("P15")
def test_the_answer_tells_nothing_about_the_number(asking: Door) -> None:
    unknown = asking.thanks(BOTH)
    again = asking.thanks(BOTH)
    known = asking.thanks(YES | {"q_offers": "no"})
    assert unknown == again == known
    assert [number for number, _ in asking.texts()] == [E164]


def test_a_form_that_does_not_ask_takes_no_answer_to_it(door: Door) -> None:
    assert door.send(BOTH).status_code == 303
    assert (door.row().scope, "marketing" in evidence(door)) == ("informational", False)
