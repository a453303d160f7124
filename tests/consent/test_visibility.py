"""What a browser says of the fixed words: kept where it is as the page sends it, dropped where it is not."""

import json

import pytest

from portal.consent import visibility
from portal.consent.visibility import NOT_MEASURED, SAID_BY

pytestmark = [pytest.mark.covers("rules 17"), pytest.mark.at_the_door]
SEEN = {
    "font_px": 15, "contrast": 13.244, "width_px": 390, "part_in_view": 1, "seconds_in_view": 4.1, "in_view": True,
    "in_view_before_yes": True,
}  # fmt: skip


def test_what_the_page_sends_is_kept_and_says_whose_word_it_is() -> None:
    found = visibility.read(json.dumps({"words": SEEN}))
    assert found["words"] == SEEN | {"contrast": 13.24, "said_by": SAID_BY}
    assert found["marketing"] == NOT_MEASURED


def test_what_a_browser_cannot_tell_may_be_missing() -> None:
    told = {name: value for name, value in SEEN.items() if name != "contrast"}
    assert visibility.read(json.dumps({"words": told}))["words"] == told | {"said_by": SAID_BY}


@pytest.mark.parametrize(
    "sent",
    ["", "x", "null", "[]", "{}", "[" * 500, '{"words": 3}', '{"words": {}}', '{"words": {"in_view": 1}}', "9" * 599,
     '{"words": {"in_view": true, "font_px": "15"}}', '{"words": {"in_view": true, "font_px": NaN}}',
     '{"words": {"in_view": true, "font_px": 1e999}}', '{"words": {"in_view": true, "font_px": -1}}',
     '{"words": {"in_view": true, "font_px": true}}', '{"words": {"in_view": true, "note": "call me"}}',
     '{"words": {"in_view": true, "contrast": 22}}', json.dumps({"words": SEEN}) + " " * 600],
)  # fmt: skip
def test_anything_else_is_dropped(sent: str) -> None:
    assert visibility.read(sent) == {"words": NOT_MEASURED, "marketing": NOT_MEASURED}
