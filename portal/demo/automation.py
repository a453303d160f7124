"""The demo's automations: on since before the first client came, and run by the real rooms when something is due."""

import datetime as dt
from collections.abc import Iterable, Iterator

from sqlmodel import Session

from portal import clock
from portal.accounts.business import Business
from portal.automations import automation as automations
from portal.automations import due, plan, scheduled_text
from portal.automations.candidate import Place
from portal.automations.rule import Event as Start
from portal.automations.rule import Rule
from portal.automations.scheduled_text import Standing
from portal.demo.client import GRACE
from portal.demo.story import Event

WELCOME, THANKS = dt.timedelta(days=1), dt.timedelta(hours=1)
A_MOMENT = dt.timedelta(minutes=1)
SEASON = dt.timedelta(days=20)  # from now: when the draft would go out
ACTOR = "system"
RULES = (
    Rule(
        name="Welcome", event=Start.OPTED_IN, delay_minutes=int(WELCOME / A_MOMENT),
        text="Hi {first_name|there}, {business} here. Good to have you with us. If a question comes up, just "
                "reply to this text.",
    ),
    Rule(
        name="Thank-you after the questionnaire", event=Start.SUBMITTED,
        delay_minutes=int(THANKS / A_MOMENT),
        text="Hi {first_name|there}, thank you for your answers. We read them and write to you soon. {business}",
    ),
    Rule(
        name="Reminder before the session", event=Start.DATE, date_of="project.starts_on",
        days_before=1, at_time="09:00",
        text="Hi {first_name|there}, {business}: {project} is on {date}. Anything changed? Just reply here.",
    ),
)  # fmt: skip


def switch_on(session: Session, business: Business) -> None:
    """Before the history is told: what happened earlier would not count."""
    for rule in RULES:
        automations.switch_on(session, automations.create(session, business.id, rule, actor=ACTOR), actor=ACTOR)


def turns(session: Session, answered: Iterable[dt.timedelta]) -> Iterator[Event]:
    """The moments at which something becomes due, for questionnaires that were answered so long ago."""
    for ago in answered:
        for delay in (WELCOME, THANKS):
            if ago > delay + A_MOMENT:
                yield Event(ago - delay - A_MOMENT, lambda: _turn(session))


def look_ahead(session: Session, business: Business) -> None:
    """After the history: the days of the projects; one text that a member cancelled; and one rule still a draft."""
    _turn(session)
    for automation_id in plan.waiting(session):
        place: Place | None = plan.START
        while place is not None:
            piece = plan.look(session, automation_id, place)
            plan.store(session, piece)
            place = piece.next
    for each in scheduled_text.page(session, business.id, status=Standing.DUE)[0]:
        if each.number == GRACE.number:
            scheduled_text.cancel(session, business.id, each.id, actor=ACTOR)
    season = Rule(
        name="Greetings of the season", event=Start.DATE, at=_in_the_morning(),
        text="Happy holidays, {first_name|dear friend}! Thank you for a year full of faces. Yours, {business}",
    )  # fmt: skip
    automations.create(session, business.id, season, actor=ACTOR)


def _turn(session: Session) -> None:
    """What the jobs do every few seconds."""
    plan.take_events(session)
    while due.run(session):
        pass


def _in_the_morning() -> dt.datetime:
    return (clock.now() + SEASON).replace(hour=18, minute=0, second=0, microsecond=0)
