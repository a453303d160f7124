"""What is proven about one number, for a page: the facts in order with what stands behind each, and the texts.

Page by page, and with the same few questions to the database whatever there is. Members read it, so nothing is masked.
"""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session

from portal.accounts.business import Business
from portal.consent import evidence
from portal.consent.evidence import Moment
from portal.consent.state import Kind, Origin, Proof
from portal.evidence import agreement, text, withdrawal
from portal.evidence.redaction import Redaction
from portal.messaging import message
from portal.messaging.reason import ORIGINS, PROOFS, what

PAGE = 25

_m = message.table
_OF_STEPS = sa.select(*text.COLUMNS).where(
    _m.c.business_id == sa.bindparam("home"),
    sa.or_(_m.c.id.in_(sa.bindparam("ids", expanding=True)), _m.c.once_key.in_(sa.bindparam("keys", expanding=True))),
)


@dataclass(frozen=True)
class Step:
    """One fact in words; `consent` and `stop` are what the packet tells of it, where it is a Yes or a No, `text` the
    message that said it."""

    entry: Any
    what: str
    how: str
    words: str
    consent: Mapping[str, Any] | None
    stop: Mapping[str, Any] | None
    text: Any


@dataclass(frozen=True)
class Line:
    """One text; `is_outbound` ones name the entry that allowed them."""

    row: Any
    is_outbound: bool

    @property
    def is_hidden(self) -> bool:
        return bool(self.row.is_hidden)


def steps(
    session: Session, business: Business, row: Any, *, after: int = 0, limit: int = PAGE
) -> tuple[list[Step], int | None]:
    """Facts oldest first, and the number to go on after, or None."""
    entries, more = evidence.page(session, business.id, row.id, after=after, limit=limit)
    texts = _texts(session, business.id, row, entries)
    papers = agreement.files(session, business.id, row.id) if any(each.evidence.get("file") for each in entries) else {}
    return [_step(each, business, row, texts, papers) for each in entries], more


def lines(
    session: Session, business_id: str, subscription_id: str, *, before: str | None = None
) -> tuple[list[Line], str | None]:
    """Texts newest first, and the id to go on from, or None. Raises NotFound."""
    if before is None:
        found, has_more = text.latest(session, business_id, subscription_id, limit=PAGE)
    else:
        found, has_more = text.before(session, business_id, subscription_id, before, limit=PAGE)
    shown = [Line(each, each.direction == "outbound") for each in reversed(found)]
    return shown, found[0].id if has_more else None


def states(entries: Sequence[Any], moments: Sequence[dt.datetime]) -> list[Moment]:
    return [evidence.state_at(entries, at) for at in moments]


def _texts(session: Session, home: str, row: Any, entries: Sequence[Any]) -> dict[str, Any]:
    """What the entries of one page name, by id; and what confirmed them, by its key."""
    ids = [each.message_id for each in entries if each.message_id]
    keys = [_key(row, each) for each in entries if each.kind == Kind.OPTED_IN]
    if not ids and not keys:
        return {}
    found = session.connection().execute(_OF_STEPS, {"home": home, "ids": ids, "keys": keys}).all()
    return {each.id: each for each in found} | {each.once_key: each for each in found if each.once_key}


def _key(row: Any, entry: Any) -> str:
    return f"opt_in:{row.id}:{entry.seq}"


def _step(entry: Any, business: Business, row: Any, texts: Mapping[str, Any], papers: Mapping[str, Any]) -> Step:
    as_told, said = Redaction(own=(), keeps_everything=True), entry.evidence
    inbound, confirmed = texts.get(entry.message_id or ""), texts.get(_key(row, entry))
    consent = stop = None
    if entry.kind == Kind.OPTED_IN:
        confirmation = agreement.confirmed(text.told(confirmed, as_told) if confirmed else None)
        consent = agreement.told(entry, said, zone=business.timezone, confirmation=confirmation, papers=papers)
    elif entry.kind in withdrawal.ENDS:
        stop = withdrawal.told(entry, said, text.told(inbound, as_told) if inbound else None)
    how = ", ".join(filter(None, (ORIGINS[Origin(entry.origin)], PROOFS[Proof(entry.proof)])))
    words = str(said.get("words") or said.get("reason") or said.get("code") or "")
    return Step(entry, what(entry), how, words, consent, stop, inbound)
