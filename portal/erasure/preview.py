"""What an erasure will remove, in numbers, before anybody confirms it."""

from dataclasses import dataclass

import sqlalchemy as sa
from sqlmodel import Session

from portal.column import table_of
from portal.contacts.project import ProjectContact
from portal.erasure import holding, person, removal
from portal.erasure.person import Person
from portal.messaging import message

_m, _clients = message.table, table_of(ProjectContact)


@dataclass(frozen=True)
class Preview:
    """`closed` are numbers that had opted out, declined or may have: their keyed opt-out stays. `hold` says who
    holds it and since when, where nothing may be erased now."""

    person: Person
    texts: int
    submissions: int
    projects: int
    closed: tuple[str, ...]
    hold: str


def read(session: Session, business_id: str, contact_id: str) -> Preview:
    """Raises NotFound."""
    found = person.find(session, business_id, contact_id)
    texts = sa.select(sa.func.count()).select_from(_m).where(_m.c.subscription_id.in_(found.row_ids))
    projects = sa.select(sa.func.count(sa.distinct(_clients.c.project_id))).where(
        _clients.c.contact_id.in_(found.records)
    )
    held = holding.of(session, found)
    return Preview(
        found, int(session.scalar(texts) or 0), len(removal.submissions_of(session, found)),
        int(session.scalar(projects) or 0),
        tuple(sorted({row.number for row in found.rows if removal.closed_as(row)})),
        holding.sentence(session, business_id, held) if held else "",
    )  # fmt: skip
