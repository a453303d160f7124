"""Rows for many numbers that nobody has heard of, as an import brings them; each alone is subscription.lock's."""

from collections.abc import Callable, Collection, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session

from portal import clock
from portal.column import new_id, sort_key
from portal.consent import head, status_count, suppression
from portal.consent.state import Carrier, Status
from portal.consent.subscription import table

_INSERTS: dict[str, Callable[[sa.Table], Any]] = {"sqlite": sqlite.insert, "postgresql": postgresql.insert}
_NEW = {
    "status": Status.NONE, "carrier": Carrier.UNKNOWN, "is_paused": False, "is_undeliverable": False,
    "in_review": False, "is_claimed": False, "is_current": True, "last_message_text": "",
    "last_message_direction": "", "unread": 0,
}  # fmt: skip


def known(session: Session, business_id: str, numbers: Collection[str]) -> set[str]:
    """Those with a row on any channel, or suppressed: they texted, said something, were a client's or were erased. Each
    needs subscription.lock, which knows what became of it."""
    query = sa.select(table.c.number).where(table.c.business_id == business_id, table.c.number.in_(list(numbers)))
    return set(session.scalars(query)) | suppression.among(session, business_id, numbers)


def opted_out(session: Session, business_id: str, channel: str, numbers: Collection[str]) -> set[str]:
    """Those of them that have opted out."""
    query = sa.select(table.c.number).where(
        table.c.business_id == business_id,
        table.c.channel == channel,
        table.c.number.in_(list(numbers)),
        table.c.status == Status.OPTED_OUT,
    )
    return set(session.scalars(query))


def add(session: Session, business_id: str, channel: str, given: Sequence[tuple[str, str, str]]) -> set[str]:
    """Rows without consent: (number, name, contact), in the order of the numbers. The answer is the numbers that had
    none before; another one's row stays as it is."""
    if not given:
        return set()
    now = clock.now()
    insert = _INSERTS[session.get_bind().dialect.name](table).on_conflict_do_nothing().returning(table.c.number)
    new = set(session.scalars(insert, [
        {"id": new_id(), "business_id": business_id, "channel": channel, "number": number,
         "number_reversed": number[::-1], "name": name, "name_key": sort_key(name) or number, "contact_id": contact_id,
         "last_message_at": now, "created_at": now, **_NEW}
        for number, name, contact_id in given
    ]))  # fmt: skip
    if new:
        head.lock(session, business_id)
        status_count.count_new(session, business_id, channel, len(new))
    return new
