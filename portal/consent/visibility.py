"""How the fixed words stood on the client's screen: what their browser says, and proof of no more than that.

The evidence of an entry keeps it under `visibility`, and of the question about marketing under `marketing.visibility`:
`said_by`, `font_px`, `contrast` (against its background, 1 to 21), `width_px` of the window, `part_in_view` (the
largest share seen at once), `seconds_in_view`, `in_view` and `in_view_before_yes`; or the words NOT_MEASURED, as where
there is no JavaScript. What is not as the page sends it is dropped and never refuses a form.
"""

import json
import math
from collections.abc import Mapping
from typing import Any

NOT_MEASURED = "not measured"
SAID_BY = "the client’s browser"
WORDS, MARKETING = "words", "marketing"
LONGEST = 600
_MOST = {"font_px": 400, "contrast": 21, "width_px": 20_000, "part_in_view": 1, "seconds_in_view": 86_400}
_FLAGS = ("in_view", "in_view_before_yes")

Seen = Mapping[str, Any] | str


def read(sent: str) -> dict[str, Seen]:
    """Of each block what was sent about it, or NOT_MEASURED."""
    found = _object(sent)
    return {block: _checked(found.get(block)) for block in (WORDS, MARKETING)}


def _object(sent: str) -> Mapping[str, Any]:
    try:
        found = json.loads(sent) if 0 < len(sent) <= LONGEST else {}
    except (ValueError, RecursionError):
        found = {}
    return found if isinstance(found, dict) else {}


def _checked(given: Any) -> Seen:
    """Only what is known and within its bounds; a browser that cannot tell one thing may leave it out."""
    if not isinstance(given, dict) or not set(given) <= {*_MOST, *_FLAGS}:
        return NOT_MEASURED
    numbers = {name: _number(given[name], most) for name, most in _MOST.items() if name in given}
    flags = {name: given[name] for name in _FLAGS if name in given}
    if None in numbers.values() or not all(isinstance(each, bool) for each in flags.values()) or not flags:
        return NOT_MEASURED
    return {"said_by": SAID_BY, **numbers, **flags}


def _number(value: Any, most: int) -> float | None:
    is_number = isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)
    return round(float(value), 2) if is_number and 0 <= value <= most else None
