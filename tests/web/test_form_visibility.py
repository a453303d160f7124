"""How the fixed words stood on the client's screen: evidence of the entry, and a word to the owner if it was poor."""

import json
from typing import Any

import pytest

from portal.consent import ledger
from portal.questionnaires import sight
from tests.conftest import as_member
from tests.web.door import YES, Door

pytestmark = pytest.mark.covers("rules 17")
GOOD = {"font_px": 15, "contrast": 13.2, "width_px": 390, "in_view": True, "in_view_before_yes": True}


def sent(**seen: Any) -> dict[str, str]:
    return YES | {"visibility": json.dumps({"words": GOOD | seen})}


def kept(door: Door) -> Any:
    row = door.row()
    return door.site.read(lambda session: ledger.entries(session, row.business_id, row.id))[-1].evidence["visibility"]


def test_what_the_browser_measured_is_sealed_with_the_entry(door: Door) -> None:
    assert door.send(sent()).status_code == 303
    assert kept(door) == GOOD | {"said_by": "the client’s browser"}


@pytest.mark.parametrize("visibility", ["", "nonsense", '{"words": {"font_px": "huge"}}', "x" * 5000])
def test_without_a_measurement_the_form_is_taken_and_says_so(door: Door, visibility: str) -> None:
    assert door.send(YES | {"visibility": visibility}).status_code == 303
    assert kept(door) == "not measured"


def test_the_owner_is_told_where_clients_could_not_read_the_words(door: Door) -> None:
    for seen in ({}, {}, {"font_px": 9.5}, {"contrast": 2.1, "in_view": False}):
        assert door.send(sent(**seen)).status_code == 303
    door.send(YES)
    found = door.site.read(lambda session: sight.of(session, door.questionnaire.id))
    assert (found.yeses, found.measured, [count for _, count in found.poor]) == (5, 4, [1, 1, 1])
    alice = as_member(door.client, door.site.alice)
    for place in ("share", "results"):
        page = alice.get(f"/questionnaires/{door.questionnaire.id}/{place}").text
        assert "in 1 of 4, they were smaller than 12 pixels" in page


@pytest.mark.parametrize(("others", "is_told"), [(19, True), (20, False)])
def test_one_odd_browser_among_many_is_no_trouble(others: int, is_told: bool) -> None:
    found = sight.judged([None, GOOD | {"font_px": 9}, *[GOOD] * others])
    assert (found.yeses, found.measured, bool(found.poor)) == (others + 2, others + 1, is_told)
