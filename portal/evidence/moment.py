"""A time as somebody types it, in a business's time zone: the moment it names, or both where the clocks went back.

“On 3 March at 14:02” is a question about a wall clock. On two nights of the year the answer is not one moment, and
evidence says so instead of choosing.
"""

import datetime as dt
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from portal import local_time
from portal.consent.evidence import Moment
from portal.consent.purpose import Scope
from portal.consent.state import Status

STATUSES = {
    Status.NONE: "nobody at this number had said Yes or No",
    Status.REQUESTED: "asked, and not answered yet",
    Status.OPTED_IN: "opted in",
    Status.DECLINED: "asked, and said No",
    Status.OPTED_OUT: "opted out",
}
SCOPES = {
    Scope.CONVERSATIONAL: "for answers in a conversation",
    Scope.INFORMATIONAL: "for conversations and automated texts, without marketing",
    Scope.MARKETING: "for everything, marketing included",
}


@dataclass(frozen=True)
class Typed:
    """`moments` are one, or two where the clock showed this time twice; `note` says what is odd about it, if anything.
    A time that the clocks were put over names the moment at which they show an hour more."""

    moments: tuple[dt.datetime, ...]
    note: str = ""


def read(text: str, zone: str) -> Typed:
    """Raises ValueError for what a `datetime-local` field cannot send."""
    local = dt.datetime.fromisoformat(text)
    if local.tzinfo is not None or "T" not in text:
        raise ValueError("a time without a zone is expected, as in 2026-03-03T14:02")
    first, second = (_utc(local.replace(fold=fold), zone) for fold in (0, 1))
    clock_face, day = f"{local:%H:%M}", f"{local.day} {local:%B %Y}"
    if first == second:
        return Typed((first,))
    if first < second:
        return Typed(
            (first, second),
            f"The clocks were put back on {day}, so {clock_face} came twice in {zone}. Both are answered.",
        )
    return Typed(
        (first,),
        f"There was no {clock_face} on {day} in {zone}: the clocks were put forward over it. "
        f"This is the answer for {local_time.hour(first, zone)}, when it would have been {clock_face}.",
    )


def spelled(moment: dt.datetime, zone: str) -> str:
    """`3 March 2026 at 14:02:11 (UTC−05:00, America/New_York)`: no reader has to guess which clock is meant."""
    local = moment.astimezone(ZoneInfo(zone))
    return f"{local.day} {local:%B %Y} at {local:%H:%M:%S} ({offset(moment, zone)}, {zone})"


def offset(moment: dt.datetime, zone: str) -> str:
    text = f"{moment.astimezone(ZoneInfo(zone)):%z}"
    return f"UTC{text[0].replace('-', '−')}{text[1:3]}:{text[3:5]}"


def sentence(state: Moment, zone: str) -> str:
    """“On 3 March 2026 at 14:02:00 (UTC−05:00, America/New_York): opted in, for …, by these words: “…”.”"""
    said = STATUSES[state.status]
    if state.status is Status.OPTED_IN and state.scope:
        said += f", {SCOPES[Scope(state.scope)]}"
    return f"On {spelled(state.at, zone)}: {said}{by_words(state.words)}"


def by_words(words: str | None) -> str:
    """The end of a sentence: `, by these words: “STOP”.`, or just its full stop."""
    if not words:
        return "."
    return f", by these words: “{words}”{'' if words.rstrip().endswith('.') else '.'}"


def lasted(seconds: float) -> str:
    """`0.42 seconds`, `3 minutes`, `2 hours`, `9 days`: exact where it is short, plain where it is long."""
    if seconds < 0.01:
        return "less than a hundredth of a second"
    if seconds < 10:
        return f"{seconds:.2f} seconds"
    for unit, size in (("day", 86400), ("hour", 3600), ("minute", 60)):
        if seconds >= 2 * size:
            return f"{int(seconds // size)} {unit}s"
    return f"{int(seconds)} seconds"


def _utc(local: dt.datetime, zone: str) -> dt.datetime:
    try:
        return local.replace(tzinfo=ZoneInfo(zone)).astimezone(dt.UTC)
    except OverflowError as error:
        raise ValueError("a time at the edge of all time") from error
