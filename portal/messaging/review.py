"""The review queue: numbers whose automated texts wait because a reply may mean stop, the oldest first.

Nothing leaves it by time: a member decides, or the client does by START or STOP (replies/README 6.9).
"""

import datetime as dt
import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session

from portal import clock
from portal.accounts.business import Business
from portal.consent import deadline, ledger, subscription
from portal.consent.purpose import Purpose
from portal.consent.state import Kind
from portal.errors import NotFound
from portal.messaging import gate, message, quarantine, review_reason
from portal.messaging.message import Direction, Fate
from portal.messaging.review_reason import Piece
from portal.statement import Statement, param

PAGE = 20
MOST = 100  # counted for a badge; more is told as more
EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
_CURSOR = re.compile(r"([0-9a-f]{1,13})-([0-9a-z]{1,40})")
LEFT = (Fate.SENDING, Fate.SENT, Fate.DELIVERED, Fate.UNKNOWN)

_s, _m, _e = subscription.table, message.table, ledger.table
_opened_at = param("opened_at", _s.c.review_opened_at.type)


def _reply(*order: sa.ColumnElement[Any]) -> sa.ScalarSelect[Any]:
    """The message of a doubtful reply of this review; each has an entry of its own in the ledger."""
    its = (_e.c.subscription_id == _s.c.id, _e.c.kind == Kind.REVIEW_OPENED.value, _e.c.message_id.is_not(None))
    query = sa.select(_e.c.message_id).where(*its, _e.c.occurred_at >= _s.c.review_opened_at)
    return query.order_by(*order).limit(1).correlate(_s).scalar_subquery()


_BEFORE = (
    sa.select(_m.c.id)
    .where(
        _m.c.subscription_id == _s.c.id,
        _m.c.direction == Direction.OUTBOUND.value,
        _m.c.status.in_([fate.value for fate in LEFT]),
        _m.c.created_at <= _s.c.review_opened_at,
    )
    .order_by(_m.c.created_at.desc(), _m.c.id.desc())
    .limit(1)
    .correlate(_s)
    .scalar_subquery()
)
_QUEUE = (
    sa.select(
        _s.c.id, _s.c.channel, _s.c.number, _s.c.name, _s.c.contact_id, _s.c.review_opened_at, _s.c.status,
        _s.c.carrier, _s.c.scope, _s.c.is_paused, _s.c.in_review, _s.c.is_undeliverable, _s.c.is_current,
        _s.c.consent_seq, _s.c.paused_until_at,
        _reply(_e.c.occurred_at, _e.c.seq).label("first_id"),
        _reply(_e.c.occurred_at.desc(), _e.c.seq.desc()).label("latest_id"), _BEFORE.label("before_id"),
    )
    .where(_s.c.business_id == param("business_id"), sa.text("in_review"))
    .order_by(_s.c.review_opened_at, _s.c.id)
    .limit(param("limit", sa.Integer()))
)  # fmt: skip
_FIRST = Statement(_QUEUE)
_NEXT = Statement(_QUEUE.where(sa.tuple_(_s.c.review_opened_at, _s.c.id) > sa.tuple_(_opened_at, param("id"))))
_ONE = Statement(_QUEUE.where(_s.c.id == param("id")))
_some = sa.select(_s.c.id).where(_s.c.business_id == param("business_id"), sa.text("in_review")).limit(MOST)
_COUNT = Statement(
    sa.select(sa.func.count().label("count"), quarantine.WHY.label("quarantine")).select_from(_some.subquery())
)


@dataclass(frozen=True)
class Reply:
    """A text of the client with the decisive words marked, and why it is in doubt."""

    id: str
    text: str
    at: dt.datetime
    pieces: tuple[Piece, ...]
    why: str
    rule: str


@dataclass(frozen=True)
class Review:
    """One number in review; `id` is its subscription's. `first` and `latest` are None where no text is known, `latest`
    also where there was one only. `days_left` of business days; `may_write`: by hand; `seen` names what a decision is
    about."""

    id: str
    channel: str
    number: str
    name: str
    contact_id: str | None
    may_write: bool
    opened_at: dt.datetime
    honour_by: dt.date
    days_left: int
    first: Reply | None
    latest: Reply | None
    before: Any

    @property
    def seen(self) -> str:
        newest = self.latest or self.first
        return newest.id if newest else ""

    @property
    def is_named(self) -> bool:
        return bool(self.name) and self.name != self.number


def page(
    session: Session, business: Business, *, after: str | None = None, limit: int = PAGE
) -> tuple[list[Review], str | None]:
    """Two queries, however many there are; the second value is the cursor to go on after, or None. A cursor is a place
    in time, so that it holds when what stood there is settled. Raises NotFound for one that is none."""
    given: dict[str, Any] = {"business_id": business.id, "limit": limit + 1}
    if after is None:
        rows = _FIRST.rows(session, **given)
    else:
        opened_at, last_id = _place(after)
        rows = _NEXT.rows(session, **given, opened_at=opened_at, id=last_id)
    shown = _shown(session, business, rows[:limit])
    return shown, cursor(shown[-1]) if len(rows) > limit else None


def one(session: Session, business: Business, subscription_id: str) -> Review | None:
    """None where nothing is in doubt."""
    rows = _ONE.rows(session, business_id=business.id, id=subscription_id, limit=1)
    return _shown(session, business, rows)[0] if rows else None


def count(session: Session, business_id: str) -> int:
    """At most MOST."""
    return standing(session, business_id)[0]


def standing(session: Session, business_id: str) -> tuple[int, str]:
    """The same, and why nothing leaves by itself (nothing where it does): what every page shows, by one look."""
    found = _COUNT.first(session, business_id=business_id)
    return int(found[0]), found.quarantine or ""


def cursor(found: Review) -> str:
    return f"{(found.opened_at - EPOCH) // dt.timedelta(microseconds=1):x}-{found.id}"


def _place(after: str) -> tuple[dt.datetime, str]:
    found = _CURSOR.fullmatch(after)
    if found is None:
        raise NotFound("This page of the list does not exist.")
    return EPOCH + dt.timedelta(microseconds=int(found[1], 16)), found[2]


def _shown(session: Session, business: Business, rows: Sequence[Any]) -> list[Review]:
    wanted = {found for row in rows for found in (row.first_id, row.latest_id, row.before_id) if found}
    texts = _texts(session, business.id, wanted)
    now, zone = clock.now(), business.timezone
    return [
        Review(
            row.id, row.channel, row.number, row.name, row.contact_id, _may_write(row), row.review_opened_at,
            deadline.honour_by(row.review_opened_at, zone), deadline.days_left(row.review_opened_at, zone, now=now),
            _told(texts.get(row.first_id)), _told(texts.get(row.latest_id)) if row.latest_id != row.first_id else None,
            texts.get(row.before_id),
        )
        for row in rows
    ]  # fmt: skip


def _may_write(row: Any) -> bool:
    return isinstance(gate.decide(row, Purpose.CONVERSATION), gate.Send)


def _texts(session: Session, business_id: str, wanted: Collection[str]) -> dict[str, Any]:
    if not wanted:
        return {}
    columns = (_m.c.id, _m.c.text, _m.c.created_at, _m.c.reading, _m.c.purpose, _m.c.status)
    query = sa.select(*columns).where(_m.c.business_id == business_id, _m.c.id.in_(wanted))
    return {row.id: row for row in session.execute(query)}


def _told(text: Any) -> Reply | None:
    if text is None:
        return None
    read = text.reading
    return Reply(
        text.id, text.text, text.created_at, review_reason.marked(text.text, read), review_reason.why(read),
        review_reason.rule(read),
    )  # fmt: skip
