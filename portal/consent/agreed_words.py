"""Who agreed to what: every version of the fixed words, and how many present consents rest on each.

A consent stays what it was given to. Other words, for another name, other purposes or links, are agreed to by the
client's next Yes; the gate compares how far a consent reaches, and never reads the words (rules.md rows 10 and 15).
"""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlmodel import Session

from portal.accounts.business import Business
from portal.column import table_of
from portal.consent import disclaimer, subscription
from portal.consent.disclaimer import Disclaimer, Shown, marketing
from portal.statement import Statement, param

MOST = 100

_d, _s = table_of(Disclaimer), subscription.table
_VERSIONS = Statement(
    sa.select(_d)
    .where(_d.c.business_id == param("business_id"))
    .order_by(_d.c.created_at.desc(), _d.c.id.desc())
    .limit(MOST)
)
_rests = (
    _s.c.business_id == param("business_id"),
    sa.text("subscription.wording_version IS NOT NULL AND subscription.status = 'opted_in'"),
)
_COUNTS = Statement(
    sa.select(_s.c.wording_version, sa.func.count().label("clients")).where(*_rests).group_by(_s.c.wording_version)
)


@dataclass(frozen=True)
class Version:
    """`first_at` is when a client first answered to it, None for today's words before anybody did. `clients` is None
    for the words about marketing, which are agreed to beside others."""

    id: str
    text: str
    privacy_url: str
    terms_url: str
    first_at: dt.datetime | None
    clients: int | None
    is_current: bool


def versions(session: Session, business: Business, *, public_url: str) -> list[Version]:
    """Today's first, then the latest; two queries."""
    current = disclaimer.current(business, public_url=public_url)
    offers = marketing(business, public_url=public_url)
    clients = counts(session, business.id)
    rows = _VERSIONS.rows(session, business_id=business.id)
    found = [
        Version(
            row.id, row.text, row.privacy_url, row.terms_url, row.created_at,
            None if _is_marketing(row.text) else clients.get(row.id, 0), row.id in (current.id, offers.id),
        )
        for row in rows
    ]  # fmt: skip
    if all(each.id != current.id for each in found):
        found.append(Version(current.id, current.text, current.privacy_url, current.terms_url, None, 0, True))
    return sorted(found, key=lambda each: each.id != current.id)


def counts(session: Session, business_id: str) -> dict[str, int]:
    """How many present consents rest on each version, by its id."""
    return {row.wording_version: row.clients for row in _COUNTS.rows(session, business_id=business_id)}


def others(session: Session, business_id: str, shown: Shown) -> int:
    """How many rest on other words than these."""
    return sum(clients for version, clients in counts(session, business_id).items() if version != shown.id)


def total(found: Sequence[Version]) -> int:
    return sum(each.clients or 0 for each in found)


def _is_marketing(text: str) -> bool:
    return text.startswith(disclaimer.MARKETING_WORDS.partition("{")[0])
