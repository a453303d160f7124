"""One act for several numbers: read, assigned, put off; an opt-out for each. There is no opting in among it (law 4).

Assigning and putting off can be taken back. A number that changed since stays as it is: a client may have written.
"""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlmodel import Session

from portal import clock
from portal.accounts import member
from portal.accounts.business import Business
from portal.consent import subscription
from portal.errors import Invalid, NotFound
from portal.messaging import care, desk

MOST = 50


@dataclass(frozen=True)
class Acted:
    """`words` say what happened. To take it back: `was` is what each number that changed had before, by id, and `now`
    what they all have, each a member's id or a time, "" for none."""

    words: str
    was: Mapping[str, str] = field(default_factory=dict)
    now: str = ""


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


def mark_read(session: Session, business_id: str, chosen: Sequence[Any]) -> Acted:
    unread = [row for row in chosen if row.unread]
    for row in unread:
        desk.mark_read(session, business_id, row.id)
    rest = len(chosen) - len(unread)
    return Acted(f"{_conversations(len(unread))} marked as read." + (f" {rest} had no unread text." if rest else ""))


def assign(session: Session, business_id: str, chosen: Sequence[Any], *, to: str | None, actor: str, ip: str) -> Acted:
    """Raises NotFound for an unknown member, Invalid for one who may not write to clients."""
    was = {}
    for row in chosen:
        done = care.assign(session, business_id, row.id, to=to, before=row.assigned_to, actor=actor, ip=ip)
        if done.has_changed and done.before != to:
            was[row.id] = done.before or ""
    whom = f"to {member.get(session, business_id, to).name}" if to else "to nobody"
    had = len(chosen) - len(was)
    said = f"{_conversations(len(chosen))} assigned {whom}." + (f" {had} were before." if had else "")
    return Acted(said, was, to or "")


def snooze(session: Session, business: Business, chosen: Sequence[Any], *, until: str) -> Acted:
    """`until` is one of `care.moments`, or "reply". Raises Invalid for anything else."""
    at, words = _moment(business, until)
    was = {row.id: _written(care.snooze(session, business.id, row.id, at)) for row in chosen}
    return Acted(f"{_conversations(len(chosen))} put off: {words}, or until the client writes.", was, clock.rfc3339(at))


def unassign(session: Session, business_id: str, acted: Acted, *, actor: str, ip: str) -> str:
    """What became of it. Raises NotFound as `rows` and for an unknown member."""

    def back(subscription_id: str, was: str) -> bool:
        try:
            done = care.assign(
                session, business_id, subscription_id, to=was or None, before=acted.now or None, actor=actor, ip=ip
            )
        except Invalid:  # the one who had it may not answer clients any more
            return False
        return done.has_changed

    rows(session, business_id, list(acted.was))
    return _undone(back(*each) for each in acted.was.items())


def unsnooze(session: Session, business_id: str, acted: Acted) -> str:
    """What became of it. Raises NotFound as `rows`, Invalid for what is no time."""
    rows(session, business_id, list(acted.was))
    now = _read(acted.now)
    return _undone(
        care.snooze_again(session, business_id, each, _read(was), still=now) for each, was in acted.was.items()
    )


def _undone(each: Iterable[bool]) -> str:
    found = list(each)
    left = found.count(False)
    stays = "1 changed since and stays as it is." if left == 1 else f"{left} changed since and stay as they are."
    return f"Undone for {_conversations(found.count(True))}." + (f" {stays}" if left else "")


def _written(at: dt.datetime | None) -> str:
    return clock.rfc3339(at) if at else ""


def _read(written: str) -> dt.datetime | None:
    try:
        return clock.parse_rfc3339(written) if written else None
    except ValueError as error:
        raise Invalid("This cannot be undone.") from error


def _moment(business: Business, until: str) -> tuple[dt.datetime, str]:
    if until == "reply":
        return care.UNTIL_THEY_WRITE, "for good"
    found = next((each for each in care.moments(clock.now(), business.timezone) if each.key == until), None)
    if found is None:
        raise Invalid("Please choose until when.")
    return found.at, found.words.lower()


def _conversations(count: int) -> str:
    return "1 conversation" if count == 1 else f"{count} conversations"
