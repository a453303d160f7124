"""A pause that a client asks for on their own page, and its end: no consent changes, so it is no entry of the ledger; a
notice in the conversation and a line of the audit are its record."""

import datetime as dt
from collections.abc import Iterator, Sequence
from typing import Any

from sqlmodel import Session

from portal import clock, local_time
from portal.accounts import audit
from portal.clients.link import Whose
from portal.clients.own_number import OwnNumber
from portal.consent import own_pause, subscription
from portal.messaging import message

ENDED = "The client ended their pause on their own page."


def begin(session: Session, opened: Whose, numbers: Sequence[OwnNumber], *, until_at: dt.datetime, ip: str) -> None:
    """On every channel of these numbers. What waits is decided about again when its turn comes."""
    day = local_time.day_of(until_at, opened.business.timezone)
    for row in _locked(session, opened, numbers):
        own_pause.begin(session, row, until_at=until_at)
        message.notice(session, row, f"The client paused texts until {day}.")
    _note(session, opened, "own_page.paused", ip, until=clock.rfc3339(until_at))


def end(session: Session, opened: Whose, numbers: Sequence[OwnNumber], *, ip: str) -> None:
    for row in _locked(session, opened, numbers):
        if own_pause.until(row) is not None:
            own_pause.end(session, row)
            message.notice(session, row, ENDED)
    _note(session, opened, "own_page.pause_ended", ip)


def _locked(session: Session, opened: Whose, numbers: Sequence[OwnNumber]) -> Iterator[Any]:
    for each in sorted(numbers, key=lambda number: number.number):
        for row in each.lines:
            yield subscription.lock_by_id(session, opened.business.id, row.id)


def _note(session: Session, opened: Whose, action: str, ip: str, **details: str) -> None:
    audit.note(
        session, action, actor=opened.actor, business_id=opened.business.id, object=opened.about, ip=ip, **details
    )
