"""`/texting`: is texting working? Each thing that can go wrong, in words, with the last day as a picture."""

from dataclasses import dataclass

from sqlmodel import Session

from portal.messaging.spending import Limits
from portal.watch import alert, pulse, sign
from portal.watch.week import Hour, Week
from portal.web.page import Answer, Page
from portal.web.visit import Visit

TALL = 10  # texts in an hour that a bar of full height stands for at least
MARKS = 6  # hours between two marks of the axis


@dataclass(frozen=True)
class Bar:
    """One hour as parts of the picture's height, from the bottom: what arrived, what is on its way, what failed; and
    what came in, in a picture of its own."""

    hour: Hour
    delivered: float
    sent: float
    failed: float
    received: float
    is_marked: bool


def show(session: Session, visit: Visit) -> Answer:
    business, caps = visit.business, visit.settings.caps
    limits = Limits(caps.segments_day, caps.installation_segments_day)
    found = pulse.read(session, business, limits)
    signs = sign.of(found, business.timezone)
    context = {
        "pulse": found, "signs": signs, "verdict": sign.verdict(signs), "since": alert.since(session, business.id),
        "bars": bars(found.week),
    }  # fmt: skip
    return Page("texting/page.html", context)


def bars(week: Week) -> tuple[Bar, ...]:
    """All hours to one measure."""
    most = max(TALL, *(each.out for each in week.hours), *(each.received for each in week.hours))
    return tuple(
        Bar(
            each, each.delivered / most, each.sent / most, (each.failed + each.unknown) / most, each.received / most,
            index % MARKS == 0,
        )
        for index, each in enumerate(week.hours)
    )  # fmt: skip
