"""Rows for many numbers that nobody has heard of, as an import brings them; each alone is subscription.lock's."""

from collections.abc import Collection, Sequence

import sqlalchemy as sa
from sqlmodel import Session

from portal import clock
from portal.column import new_id, sort_key
from portal.consent import head, status_count, suppression
from portal.consent.state import Status
from portal.consent.subscription import table
from portal.statement import Statement, param, params

_INSERT = Statement(
    lambda insert: (
        insert(table)
        .values(
            **params("id", "business_id", "channel", "number", "number_reversed", "name", "name_key", "contact_id"),
            status="none",
            carrier="unknown",
            is_paused=False,
            is_undeliverable=False,
            in_review=False,
            is_claimed=False,
            is_current=True,
            last_message_text="",
            last_message_direction="",
            unread=0,
            last_message_at=param("now"),
            created_at=param("now"),
        )
        .on_conflict_do_nothing()
        .returning(table.c.number)
    )
)


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
    now, new = clock.now(), set[str]()
    for number, name, contact_id in given:
        created = _INSERT.rows(
            session, id=new_id(), business_id=business_id, channel=channel, number=number, number_reversed=number[::-1],
            name=name, name_key=sort_key(name) or number, contact_id=contact_id, now=now,
        )  # fmt: skip
        new.update(row.number for row in created)
    if new:
        head.lock(session, business_id)
        status_count.count_new(session, business_id, channel, len(new))
    return new
