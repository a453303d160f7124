"""Numbers that agreed or may agree, and still get no text: which, since when, why, and what would help."""

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session

from portal.consent import ledger, subscription
from portal.consent.state import NO, Carrier, Kind
from portal.statement import Statement, param

PAGE = 50


class Why(StrEnum):
    """What the list is about; each is a light of its own, and one number may show several."""

    UNDELIVERABLE = "undeliverable"
    BLOCKED = "blocked"
    PAUSED = "paused"


CODES = {
    "21211": "This is not a phone number that exists.",
    "21610": "The carrier holds a STOP from this number.",
    "21614": "This is not a mobile number.",
    "21635": "This is a landline.",
    "30005": "Nobody has this number, or the phone no longer exists.",
    "30006": "This is a landline, or its carrier takes no texts.",
    "user_changed_number": "The client moved to another number.",
}
"""What the common codes mean (Twilio's published list of errors; ours for the last). Others are shown as they are."""

_s, _e = subscription.table.c, ledger.table.c
_CONDITIONS = {
    Why.UNDELIVERABLE: _s.is_undeliverable,
    Why.BLOCKED: _s.carrier == Carrier.BLOCKED,
    Why.PAUSED: _s.is_paused,
}
_COLUMNS = (_s.id, _s.name, _s.number, _s.channel, _s.contact_id, _s.status, _s.carrier, _s.origin)
_PAGES = {
    why: Statement(
        sa.select(*_COLUMNS)
        .where(
            _s.business_id == param("business_id"),
            subscription.IS_HINDERED,
            condition,
            _s.is_current,
            _s.status.not_in([str(each) for each in sorted(NO)]),
            _s.id > param("after", _s.id.type),
        )
        .order_by(_s.id)
        .limit(param("limit", sa.Integer()))
    )
    for why, condition in _CONDITIONS.items()
}
_MADE_BY = {
    Why.UNDELIVERABLE: _e.kind == Kind.UNDELIVERABLE,
    Why.BLOCKED: sa.or_(_e.kind == Kind.CARRIER_BLOCKED, _e.carrier == Carrier.BLOCKED),
    Why.PAUSED: _e.kind == Kind.PAUSED,
}


@dataclass(frozen=True)
class Unreachable:
    """One number. `since_at` and `code` come from the ledger entry that made it so; `words` say what the code means."""

    id: str
    name: str
    number: str
    channel: str
    contact_id: str | None
    status: str
    since_at: dt.datetime | None
    code: str

    @property
    def words(self) -> str:
        return CODES.get(self.code, "")


def page(
    session: Session, business_id: str, why: Why, *, after: str = "", limit: int = PAGE
) -> tuple[list[Unreachable], str | None]:
    """In the order in which the numbers came; the second value is the id to go on after, or None. Two queries. Who
    opted out or declined is left out: nobody may try to reach them."""
    found = _PAGES[why].rows(session, business_id=business_id, after=after, limit=limit + 1)
    kept = found[:limit]
    causes = _causes(session, why, [row.id for row in kept])
    rows = [_told(row, causes.get(row.id)) for row in kept]
    return rows, kept[-1].id if len(found) > limit else None


def _causes(session: Session, why: Why, ids: Collection[str]) -> dict[str, Any]:
    """Of each number the last entry that made it so; by the index of numbers alone, as in tally.py."""
    if not ids:
        return {}
    query = (
        sa.select(_e.subscription_id, _e.occurred_at, _e.evidence)
        .where(_e.subscription_id.in_(list(ids)), _MADE_BY[why])
        .order_by(_e.subscription_id, _e.seq)
    )
    return {row.subscription_id: row for row in session.execute(query)}


def _told(row: Any, cause: Any) -> Unreachable:
    return Unreachable(
        row.id, row.name, row.number, row.channel, row.contact_id, row.status, cause.occurred_at if cause else None,
        str(cause.evidence.get("code", "")) if cause else "",
    )  # fmt: skip
