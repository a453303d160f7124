"""A legal hold stops an erasure, before anything of it has happened and again under its locks."""

from collections.abc import Sequence

from sqlmodel import Session

from portal import local_time
from portal.accounts import business as businesses
from portal.consent import legal_hold
from portal.consent.legal_hold import Held
from portal.erasure.person import Person
from portal.errors import Conflict

REASON = "legal_hold"
UNLOCK = "Whoever may end the hold ends it first, with a reason, in the conversation or in the settings of retention."


def of(session: Session, found: Person) -> Held | None:
    """On any of their numbers, a shared one too: who they are belongs to what must be kept."""
    return legal_hold.among(session, found.business_id, _rows(found))


def refuse(session: Session, found: Person) -> None:
    """Raises Conflict, which says who holds it and since when."""
    held = of(session, found)
    if held is not None:
        raise Conflict(sentence(session, found.business_id, held), reason=REASON, unlock=UNLOCK)


def sentence(session: Session, business_id: str, held: Held) -> str:
    zone = businesses.get(session, business_id).timezone
    what = "everything of the business" if held.is_of_business else "this number"
    since = local_time.day_of(held.since, zone)
    return f"Nothing may be erased here now: {held.by} put a legal hold on {what}, since {since}."


def _rows(found: Person) -> Sequence[str]:
    return [row.id for row in (*found.rows, *found.shared)]
