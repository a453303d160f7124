"""Erases again, in a copy that came back, whoever was erased after it was made; their opt-outs stay."""

from collections.abc import Sequence
from functools import partial

import sqlalchemy as sa
from sqlmodel import Session

from portal.backup.erasure_journal import Gone
from portal.column import table_of
from portal.consent import legal_hold, subscription, suppression
from portal.contacts import contact
from portal.contacts.contact import Contact
from portal.database import Database
from portal.erasure import ahead, removal, thinning
from portal.erasure import reason as reasons

RESTORE = "restore"
_c, _s = table_of(Contact), subscription.table


def replay(database: Database, gone: Sequence[Gone]) -> int:
    """How many people were in the copy still. Nothing is in flight, and nobody else works with it.

    They were erased, so no hold was on them then: one that the copy knows is set aside for this, and stands again for
    everybody else. A copy in which this was killed is never opened."""
    aside = database.write(partial(legal_hold.set_aside, business_ids={each.business_id for each in gone}))
    try:
        return sum(_once_more(database, each) for each in gone)
    finally:
        database.write(partial(legal_hold.put_back, ids=aside))


def _once_more(database: Database, gone: Gone) -> bool:
    found = database.write(partial(_people, gone=gone))
    for contact_id in found:
        _erase(database, gone, contact_id)
    database.write(partial(_suppress, gone=gone))
    return bool(found)


def _people(session: Session, gone: Gone) -> list[str]:
    """Contacts that are there again. A number that was nobody's when the copy was made gets a contact without a name,
    to go with it."""
    mine = sa.and_(_c.c.business_id == gone.business_id, _c.c.id.in_(gone.records), _c.c.merged_into_id.is_(None))
    found = list(session.scalars(sa.select(_c.c.id).where(mine).order_by(_c.c.id)))
    alone = sa.and_(_s.c.business_id == gone.business_id, _s.c.id.in_(gone.subscriptions), _s.c.contact_id.is_(None))
    numbers = sorted(set(session.scalars(sa.select(_s.c.number).where(alone))))
    if numbers:
        found.append(contact.create(session, gone.business_id, name="", numbers=numbers).id)
    return found


def _erase(database: Database, gone: Gone, contact_id: str) -> None:
    home = gone.business_id
    database.write(partial(removal.hush, business_id=home, contact_id=contact_id))
    looked = ahead.clear(database, home, contact_id)
    while database.write(partial(thinning.thin, business_id=home, contact_id=contact_id, looked=looked)):
        pass
    why = reasons.of(gone.reason)
    database.write(
        partial(removal.erase, business_id=home, contact_id=contact_id, reason=why, actor=RESTORE, looked=looked)
    )


def _suppress(session: Session, gone: Gone) -> None:
    """What they had said when they were erased, which the copy may not know."""
    for mark, why in gone.suppressed.items():
        suppression.keep_mark(session, gone.business_id, mark, reason=why, at=gone.erased_at)
