"""A date and a time as somebody types them, in the business's time zone."""

import datetime as dt
from collections.abc import Callable
from zoneinfo import ZoneInfo

from wtforms.validators import ValidationError

from portal import local_time


def read(text: str | None, zone: str, problem_of: Callable[[dt.datetime], str]) -> dt.datetime:
    """The moment in UTC; where the clock is set back and the time comes twice, the first. Raises ValidationError for
    no time, for one that the clock jumps over, and for what `problem_of` has a sentence about."""
    try:
        found = local_time.typed(text or "", zone)
    except (ValueError, OverflowError) as error:
        raise ValidationError("Please give a date and a time.") from error
    if problem := problem_of(found):
        raise ValidationError(problem)
    if local_time.input_value(found, zone) != (text or "")[:16]:
        raise ValidationError(
            f"There is no {(text or '')[11:16]} on that day in {ZoneInfo(zone).key}: the clock jumps over it as summer "
            "time begins. Please choose another time."
        )
    return found
