"""Which of the forms that a call can answer in is wanted (RFC 9110, section 12.5.1); the first where none is said."""

from collections.abc import Sequence

JSON = "application/json"
LONGEST = 1000


def chosen(header: str, offered: Sequence[str]) -> str:
    """The one with the highest weight, the earlier offered of two equals; the first where none of them is acceptable,
    since an answer in another form helps more than a refusal."""
    if len(header) > LONGEST:
        return offered[0]
    wanted = [_weighed(each) for each in header.split(",") if each.strip()]
    weights = {each: _weight(each, wanted) for each in offered}
    return max(offered, key=lambda each: weights[each]) if any(weights.values()) else offered[0]


def _weight(kind: str, wanted: Sequence[tuple[str, float]]) -> float:
    """What the closest of the ranges that hold this kind gives it."""
    ranges = (kind, f"{kind.partition('/')[0]}/*", "*/*")
    named = dict(reversed(wanted))
    return next((named[each] for each in ranges if each in named), 0.0)


def _weighed(each: str) -> tuple[str, float]:
    kind, *parameters = (part.strip().lower() for part in each.split(";"))
    weight = next((part[2:] for part in parameters if part.startswith("q=")), "1")
    try:
        return kind, min(1.0, max(0.0, float(weight)))
    except ValueError:
        return kind, 0.0
