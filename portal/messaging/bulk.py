"""One act for several numbers: read, assigned, put off; an opt-out for each. There is no opting in among it (law 4)."""

import datetime as dt
from collections.abc import Sequence
from typing import Any

from sqlmodel import Session

from portal import clock
from portal.accounts import member
from portal.accounts.business import Business
from portal.consent import subscription
from portal.errors import Invalid, NotFound
from portal.messaging import care, desk

MOST = 50


def rows(session: Session, business_id: str, ids: Sequence[str]) -> list[Any]:
    """The numbers in the order they were chosen. Raises NotFound when one is unknown or somebody else's, and Invalid
    for more than MOST."""
    chosen = list(dict.fromkeys(ids))
    if len(chosen) > MOST:
        raise Invalid(f"Please choose at most {MOST} numbers at once.")
    found = [subscription.get(session, business_id, each) for each in chosen]
    if None in found:
        raise NotFound("There is no such conversation.")
    return found


def mark_read(session: Session, business_id: str, chosen: Sequence[Any]) -> str:
    """What happened, in a sentence."""
    unread = [row for row in chosen if row.unread]
    for row in unread:
        desk.mark_read(session, business_id, row.id)
    rest = len(chosen) - len(unread)
    return f"{_conversations(len(unread))} marked as read." + (f" {rest} had no unread text." if rest else "")


def assign(session: Session, business_id: str, chosen: Sequence[Any], *, to: str | None, actor: str, ip: str) -> str:
    """What happened. Raises NotFound for an unknown member, Invalid for one who may not write to clients."""
    for row in chosen:
        care.assign(session, business_id, row.id, to=to, before=row.assigned_to, actor=actor, ip=ip)
    whom = f"to {member.get(session, business_id, to).name}" if to else "to nobody"
    had = sum(row.assigned_to == to for row in chosen)
    return f"{_conversations(len(chosen))} assigned {whom}." + (f" {had} were before." if had else "")


def snooze(session: Session, business: Business, chosen: Sequence[Any], *, until: str) -> str:
    """`until` is one of `care.moments`, or "reply". Raises Invalid for anything else."""
    at, words = _moment(business, until)
    for row in chosen:
        care.snooze(session, business.id, row.id, at)
    return f"{_conversations(len(chosen))} put off: {words}, or until the client writes."


def _moment(business: Business, until: str) -> tuple[dt.datetime, str]:
    if until == "reply":
        return care.UNTIL_THEY_WRITE, "for good"
    found = next((each for each in care.moments(clock.now(), business.timezone) if each.key == until), None)
    if found is None:
        raise Invalid("Please choose until when.")
    return found.at, found.words.lower()


def _conversations(count: int) -> str:
    return "1 conversation" if count == 1 else f"{count} conversations"
