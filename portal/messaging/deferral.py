"""Which texts wait for a better hour, and until when: one answer when they are queued and again when they are claimed.

Automated texts always keep the hours of their number. What a member does by hand, a text or a request, goes at the hour
of their choice (interface.md 6.8; the pages say which hour it is for the client), but not hours later because of an
outage. Answers that are owed, and what a client has just asked for, never wait.
"""

import datetime as dt
from dataclasses import dataclass
from typing import Any

from sqlmodel import Session

from portal import clock
from portal.consent.purpose import Purpose
from portal.consent.state import Origin
from portal.messaging import daily_limit, quiet_hours
from portal.messaging.gate import Defer
from portal.messaging.quiet_hours import Quiet

QUIET_HOURS, DAY_FULL = "quiet_hours", "day_full"
SENTENCES = {
    QUIET_HOURS: "Outside the hours for texts at this number.",
    DAY_FULL: "This number has had its automated texts for 24 hours.",
}
DROPPED = {
    QUIET_HOURS: "It came outside the hours for texts at this number, and would be out of date by the next opening.",
    DAY_FULL: "This number had had its automated texts for 24 hours, and it would be out of date afterwards.",
}
BY_HAND = dt.timedelta(hours=1)
"""So long after the hour that a member chose, their text still goes at that hour."""
AUTOMATED = (Purpose.AUTOMATED, Purpose.MARKETING)
_STARTED_HERE = (Origin.BUSINESS_FIRST, Origin.INVITATION)


@dataclass(frozen=True)
class Policy:
    """What the operator decided. `automated_per_day` 0 means no limit."""

    is_on: bool
    automated_per_day: int


OFF = Policy(is_on=False, automated_per_day=0)


def policy(session: Session) -> Policy:
    """Of the installation that `session` belongs to; whoever opens a database without one has no hours to keep."""
    found = session.info.get("policy")
    return found if isinstance(found, Policy) else OFF


def on_queueing(
    session: Session, row: Any, purpose: Purpose, *, at: dt.datetime | None = None, is_patient: bool = False
) -> Defer | None:
    """For a text to subscription `row` that is to go at `at`, or now. `is_patient`: written by hand, and may wait."""
    if not policy(session).is_on:
        return None
    moment = at or clock.now()
    is_bound = purpose in AUTOMATED or (is_patient and not _is_live(row, moment))
    return _closed(row.number, moment) if is_bound else None


def on_claiming(session: Session, rows: list[Any], now: dt.datetime) -> dict[str, Defer]:
    """Which of these claim rows wait, by message id. One query, where automated texts are among them."""
    rules, found = policy(session), dict[str, Defer]()
    if rules.is_on:
        for row in rows:
            if _keeps_hours_now(row, now) and (closed := _closed(row.number, now)):
                found[row.id] = closed
    if rules.automated_per_day:
        counted = [row for row in rows if row.purpose in AUTOMATED and row.id not in found]
        full = daily_limit.full(session, {row.subscription_id for row in counted}, rules.automated_per_day, now)
        for row in counted:
            if row.subscription_id in full:
                found[row.id] = _after(row.number, full[row.subscription_id], is_on=rules.is_on)
    return found


def _closed(number: str, at: dt.datetime) -> Defer | None:
    until = quiet_hours.opening(number, at)
    return None if until is None else Defer(until, QUIET_HOURS)


def _after(number: str, until: dt.datetime, *, is_on: bool) -> Defer:
    """When the day's limit has room again, at an hour that is allowed."""
    return Defer((quiet_hours.opening(number, until) if is_on else None) or until, DAY_FULL)


def _is_by_hand(row: Any) -> bool:
    """A request or code that the client's own act asked for is awaited at any hour (rules.md 1.4)."""
    is_request = row.purpose == Purpose.OPT_IN_REQUEST and row.origin in _STARTED_HERE
    return is_request or row.purpose == Purpose.CONVERSATION


def _keeps_hours_now(row: Any, now: dt.datetime) -> bool:
    if not _is_by_hand(row):
        return row.purpose in AUTOMATED
    chosen_at: dt.datetime = row.created_at if row.attempts else row.due_at
    return now > chosen_at + BY_HAND and not _is_live(row, now)


def _is_live(row: Any, at: dt.datetime) -> bool:
    return quiet_hours.is_live(row.last_inbound_at, at)


def quiet(session: Session, row: Any) -> Quiet | None:
    """What a member should know before they write to `row` by hand; None inside hours and inside a conversation."""
    now = clock.now()
    return None if not policy(session).is_on or _is_live(row, now) else quiet_hours.of(row.number, now)
