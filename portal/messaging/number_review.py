"""What a change of a contact's numbers will do to texting, in sentences, before anybody saves it (X-14, X-15, H-3)."""

import datetime as dt
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session

from portal import clock
from portal.accounts.sender import SMS
from portal.consent import subscription
from portal.consent.state import Status
from portal.contacts import number_state
from portal.contacts.contact import Contact
from portal.contacts.number_state import NumberState

_s = subscription.table


class Effect(StrEnum):
    """What happens to a number of the contact."""

    NEW = "new"
    BACK = "back"
    ENDS = "ends"
    SHARED = "shared"
    WAS_ANOTHERS = "was_anothers"
    PAUSED = "paused"


@dataclass(frozen=True)
class Consequence:
    """`others` are contacts that have the number too, or had it; `because` the numbers that opted out."""

    effect: Effect
    number: str
    status: str = Status.NONE
    others: tuple[str, ...] = ()
    because: tuple[str, ...] = ()


def read(session: Session, found: Contact, changes: Sequence[tuple[str | None, str | None]]) -> list[Consequence]:
    """Nothing where only numbers come that nobody knows: the form itself says that those have no consent."""
    states = number_state.of(session, [found.id])[found.id]
    known = {each.number: each for each in states}
    came = [new for _, new in changes if new]
    went = [old for old, _ in changes if old]
    rows = _known(session, found.business_id, [*came, *went])
    status = {number: row.status for number, row in rows.items()}
    said = [Consequence(Effect.ENDS, old, status.get(old, Status.NONE)) for old in went]
    said += [
        Consequence(Effect.BACK if new in known else Effect.NEW, new, status.get(new, Status.NONE))
        for new in came
        if went or new in known or status.get(new, Status.NONE) != Status.NONE
    ]
    said += _of_others(session, found, [*came, *went])
    return said + _paused(states, came, went, rows)


def _of_others(session: Session, found: Contact, numbers: Collection[str]) -> list[Consequence]:
    holders = number_state.holders(session, found.business_id, numbers, but=found.id)
    said = []
    for number in dict.fromkeys(numbers):
        has = tuple(each.name for each in holders if each.number == number and each.is_current)
        had = tuple(each.name for each in holders if each.number == number and not each.is_current)
        if has:
            said.append(Consequence(Effect.SHARED, number, others=has))
        elif had:
            said.append(Consequence(Effect.WAS_ANOTHERS, number, others=had))
    return said


def _paused(
    states: Sequence[NumberState], came: Sequence[str], went: Sequence[str], rows: dict[str, Any]
) -> list[Consequence]:
    """As contact_desk will decide it: an opt-out of this client holds the numbers that came."""
    now = clock.now()
    after = [replace(each, is_current=False, until_at=now) if each.number in went else each for each in states]
    after = [replace(each, is_current=True) if each.number in came else each for each in after]
    known = {each.number for each in states}
    after += [_joined(new, rows.get(new), now) for new in came if new not in known]
    because = tuple(each.number for each in number_state.stopped(after))
    return [
        Consequence(Effect.PAUSED, each.number, each.status, because=because)
        for each in number_state.to_pause(after, number_state.bonds(states))
    ]  # fmt: skip


def _joined(number: str, row: Any, now: dt.datetime) -> NumberState:
    """A number that this contact never had, as if it had it."""
    status, is_paused = (row.status, bool(row.is_paused)) if row else (Status.NONE, False)
    return NumberState("", number, True, now, None, None, status, "unknown", None, None, is_paused, False, False)


def _known(session: Session, business_id: str, numbers: Collection[str]) -> dict[str, Any]:
    query = sa.select(_s.c.number, _s.c.status, _s.c.is_paused).where(
        _s.c.business_id == business_id, _s.c.channel == SMS, _s.c.number.in_(list(numbers))
    )
    return {row.number: row for row in session.execute(query)}
