"""One try at delivering: which endpoint is next, what goes there, and what its answer means for both."""

import datetime as dt
import json
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session

from portal import clock, logs
from portal.accounts import delivery, endpoint
from portal.accounts.delivery import WebhookDelivery
from portal.accounts.endpoint import WebhookEndpoint
from portal.database import announce
from portal.errors import SettingsError
from portal.statement import Statement, param

BATCH = 10
LEASE = dt.timedelta(seconds=90)  # ten tries of five seconds fit in; then another process may claim them
WAITS = (5.0, 60.0, 600.0, 3600.0, 6 * 3600.0, 24 * 3600.0)  # seconds before the second try, the third …
SPREAD = 0.2
LONGEST_WAIT, LONGEST_REST = 24 * 3600.0, 3600.0
GIVE_UP_AFTER = dt.timedelta(days=5)
GONE = 410

Tell = Callable[[Session, WebhookDelivery], dict[str, Any] | None]
"""The JSON of an event as it is now; None when its object is gone."""


@dataclass(frozen=True)
class Reply:
    """What came back: a status, or 0 and what was wrong. `retry_after` is that header, empty without one."""

    status: int
    problem: str = ""
    retry_after: str = ""

    @property
    def is_good(self) -> bool:
        return 200 <= self.status < 300


@dataclass(frozen=True)
class Due:
    id: str
    event_id: str
    payload: bytes


@dataclass(frozen=True)
class Batch:
    """What is due for one endpoint, in the order it happened. Without secrets it cannot be signed."""

    endpoint_id: str
    url: str
    secrets: Sequence[str]
    due: Sequence[Due]


_e, _d = endpoint.table, delivery.table
_is_ready = (
    _e.c.disabled_at.is_(None),
    _e.c.deleted_at.is_(None),
    sa.or_(_e.c.rests_until_at.is_(None), _e.c.rests_until_at <= param("now", _e.c.rests_until_at.type)),
)
_READY = Statement(
    sa.select(_e.c.id, _e.c.business_id)
    .where(
        *_is_ready,
        sa.exists().where(
            _d.c.endpoint_id == _e.c.id, sa.text("webhook_delivery.status = 'waiting'"), _d.c.due_at <= param("now")
        ),
    )
    .order_by(_e.c.served_at)
    .limit(param("limit", sa.Integer()))
)


def ready(session: Session, *, limit: int) -> list[Any]:
    """(id, business_id) of endpoints for which something is due, the one that waited longest first: a backlog of one
    is one row here, however long it is."""
    return _READY.rows(session, now=clock.now(), limit=limit)


def claim(session: Session, endpoint_id: str, tell: Tell) -> Batch | None:
    """What is due there, leased to us; None when nothing is, or another process has it."""
    now = clock.now()
    query = sa.select(WebhookEndpoint).where(_e.c.id == endpoint_id, _e.c.disabled_at.is_(None))
    found = session.scalars(query.where(_e.c.deleted_at.is_(None)).with_for_update(skip_locked=True)).first()
    if found is None or (found.rests_until_at is not None and found.rests_until_at > now):
        return None
    mine = sa.select(WebhookDelivery).where(
        _d.c.endpoint_id == endpoint_id, sa.text("webhook_delivery.status = 'waiting'"), _d.c.due_at <= now
    )
    rows = session.scalars(mine.order_by(_d.c.due_at, _d.c.id).limit(BATCH).with_for_update(skip_locked=True)).all()
    due = [each for row in rows if (each := _leased(session, row, tell, now)) is not None]
    found.served_at = now
    session.add(found)
    return Batch(found.id, found.url, _secrets(session, found), due) if due else None


def finish(session: Session, batch: Batch, replies: Sequence[tuple[Due, Reply]]) -> WebhookEndpoint | None:
    """Write down what came back, and give back what was not tried. The endpoint, when this switched it off."""
    found = session.get(WebhookEndpoint, batch.endpoint_id, with_for_update=True)
    tried = {due.id for due, _ in replies}
    for each in batch.due:
        if each.id not in tried:
            _give_back(session, each.id)
    if found is None or found.deleted_at is not None:
        return None
    announce(session, f"business:{found.business_id}")
    for due, reply in replies:
        _record(session, due.id, reply)
        _judge(found, reply)
    session.add(found)
    why = _why_off(found, [reply for _, reply in replies])
    if not why or found.disabled_at is not None:
        return None
    endpoint.disable(session, found, why)
    session.flush()
    delivery.drop_waiting(session, found.id)
    return found


def _leased(session: Session, row: WebhookDelivery, tell: Tell, now: dt.datetime) -> Due | None:
    if row.payload is None:
        row.payload = tell(session, row)
    if row.payload is None:
        row.status, row.finished_at = "dropped", now
        row.tries = [*row.tries, _written(now, Reply(0, "What this was about is gone."))]
    else:
        row.due_at = now + LEASE
    session.add(row)
    return Due(row.id, row.event_id, json.dumps(row.payload, ensure_ascii=False).encode()) if row.payload else None


def _secrets(session: Session, found: WebhookEndpoint) -> list[str]:
    try:
        return endpoint.secrets_of(session, found)
    except SettingsError:
        logs.trace("webhook.secret_unreadable")
        return []


def _record(session: Session, delivery_id: str, reply: Reply) -> None:
    row = session.get(WebhookDelivery, delivery_id, with_for_update=True)
    if row is None or row.status != "waiting":
        return
    now = clock.now()
    row.attempts += 1
    row.tries = [*row.tries[-49:], _written(now, reply)]
    if reply.is_good:
        row.status, row.finished_at, row.payload = "delivered", now, None
    elif row.attempts > len(WAITS) or reply.status == GONE:
        row.status, row.finished_at = "failed", now
    else:
        row.due_at = now + dt.timedelta(seconds=_wait(row.attempts, reply))
    session.add(row)


def _written(now: dt.datetime, reply: Reply) -> dict[str, Any]:
    return {"at": clock.rfc3339(now), "status": reply.status, "problem": reply.problem}


def _wait(attempts: int, reply: Reply) -> float:
    """Seconds; spread, so that what failed together does not come back together."""
    usual = WAITS[attempts - 1] * random.uniform(1 - SPREAD, 1 + SPREAD)  # noqa: S311 (spread, not secrecy)
    return min(LONGEST_WAIT, max(usual, _asked_for(reply)))


def _asked_for(reply: Reply) -> float:
    """Retry-After in seconds, where the receiver is busy; a date is not worth a parser, the usual wait will do."""
    is_given = reply.status in (429, 503) and reply.retry_after.isascii() and reply.retry_after.isdecimal()
    return float(reply.retry_after) if is_given else 0.0


def _judge(found: WebhookEndpoint, reply: Reply) -> None:
    """An endpoint that fails rests for a while, so that its backlog does not burn all its tries in one outage."""
    if reply.is_good:
        found.failures, found.failing_since_at, found.rests_until_at = 0, None, None
        return
    now = clock.now()
    found.failures += 1
    found.failing_since_at = found.failing_since_at or now
    rest = max(min(300.0, 5.0 * 2 ** min(found.failures - 1, 6)), _asked_for(reply))
    found.rests_until_at = now + dt.timedelta(seconds=min(LONGEST_REST, rest))


def _give_back(session: Session, delivery_id: str) -> None:
    row = session.get(WebhookDelivery, delivery_id, with_for_update=True)
    if row is not None and row.status == "waiting":
        row.due_at = clock.now()
        session.add(row)


def _why_off(found: WebhookEndpoint, replies: Sequence[Reply]) -> str:
    if any(reply.status == GONE for reply in replies):
        return "It answered that it is gone for good (410)."
    if found.failing_since_at is not None and clock.now() - found.failing_since_at >= GIVE_UP_AFTER:
        return "Nothing got through for five days."
    return ""
