"""Events on their way to a business's own endpoints: written with the fact, sent afterwards, tried again for days.

Writing must cost a STOP nothing. Following the ledger by its `seq` would cost nothing but serve only consent, and a
cache of who listens would be stale in the other processes. So the statement that locks a subscription anyway also says
whether anybody listens (`row.has_listener`, one look into an index); only then does `note` add its two statements. An
event is a kind and an id; its JSON is made when it is claimed for the first time, outside of the roads.

Delivery is at least once, in no promised order; `event_id` is the webhook-id of every try. A payload holds names and
texts, so it is forgotten once delivered; after 30 days the rest goes too.
"""

import datetime as dt
from typing import Any

import sqlalchemy as sa
from sqlmodel import Field, Session, SQLModel, select

from portal import clock
from portal.accounts import endpoint
from portal.accounts.endpoint import WebhookEndpoint
from portal.column import UtcTime, new_id, table_of
from portal.errors import NotFound
from portal.statement import Statement, param, params

TEST = "endpoint.test"
KEPT = dt.timedelta(days=30)
PIECE = 500  # rows removed in one go
_WAITING = sa.text("status = 'waiting'")


class WebhookDelivery(SQLModel, table=True):
    """One event on its way to one endpoint, with what became of each try (`tries`: at, status, problem).

    waiting, then delivered, failed (no try is left) or dropped (its endpoint was switched off, or its object is gone).
    `attempts` counts the tries of this round: a member may start another one.
    """

    __tablename__ = "webhook_delivery"
    __table_args__ = (
        sa.Index("webhook_delivery_by_endpoint", "endpoint_id", "created_at", "id"),
        sa.Index("webhook_delivery_by_age", "created_at"),
        sa.Index(
            "webhook_delivery_due", "endpoint_id", "due_at", "id", sqlite_where=_WAITING, postgresql_where=_WAITING
        ),
    )

    id: str = Field(default_factory=new_id, primary_key=True)
    business_id: str = Field(foreign_key="business.id")
    endpoint_id: str = Field(foreign_key="webhook_endpoint.id")
    event_id: str
    kind: str
    object_id: str
    payload: dict[str, Any] | None = Field(default=None, sa_type=sa.JSON(none_as_null=True))
    status: str = "waiting"
    attempts: int = 0
    tries: list[dict[str, Any]] = Field(default_factory=list, sa_type=sa.JSON)
    due_at: dt.datetime = Field(sa_type=UtcTime)
    created_at: dt.datetime = Field(sa_type=UtcTime)
    finished_at: dt.datetime | None = Field(default=None, sa_type=UtcTime)


table = table_of(WebhookDelivery)
_ADD = Statement(
    sa.insert(table).values(
        **params("id", "business_id", "endpoint_id", "event_id", "kind", "object_id", "due_at", "created_at", "tries"),
        status="waiting", attempts=0,
    )
)  # fmt: skip
_DROP = Statement(
    sa.update(table)
    .where(table.c.endpoint_id == param("endpoint_id"), _WAITING)
    .values(status="dropped", payload=sa.null(), **params("finished_at"))
)
_old = sa.select(table.c.id).where(table.c.created_at < param("before"), table.c.status != "waiting").limit(PIECE)
_orphans = (
    sa.select(table.c.id)
    .join_from(endpoint.table, table, table.c.endpoint_id == endpoint.table.c.id)
    .where(endpoint.table.c.deleted_at.is_not(None))
    .limit(PIECE)
)
_PRUNE = [Statement(sa.delete(table).where(table.c.id.in_(each))) for each in (_old, _orphans)]
_PRUNE_ENDPOINTS = Statement(
    sa.delete(endpoint.table).where(
        endpoint.table.c.deleted_at.is_not(None), ~sa.exists().where(table.c.endpoint_id == endpoint.table.c.id)
    )
)


def note(session: Session, business_id: str, kind: str, object_id: str) -> None:
    """Something has become true; tell whoever wants to hear it, once this transaction is on disk."""
    event_id, now = f"evt_{new_id()}", clock.now()
    for each in endpoint.listening(session, business_id, kind):
        _ADD.post(
            session, id=new_id(), business_id=business_id, endpoint_id=each, event_id=event_id, kind=kind,
            object_id=object_id, due_at=now, created_at=now, tries=[],
        )  # fmt: skip


def test(session: Session, found: WebhookEndpoint) -> WebhookDelivery:
    """An event about nothing, whatever kinds the endpoint wants."""
    now = clock.now()
    made = WebhookDelivery(
        business_id=found.business_id, endpoint_id=found.id, event_id=f"evt_{new_id()}", kind=TEST,
        object_id=found.id, due_at=now, created_at=now,
    )  # fmt: skip
    session.add(made)
    found.rests_until_at = None
    session.add(found)
    return made


def page(
    session: Session, found: WebhookEndpoint, *, after: str | None = None, limit: int = 50
) -> tuple[list[WebhookDelivery], str | None]:
    """Newest first, keyset-paged; the second value is the id to go on after, or None. Raises NotFound."""
    query = select(WebhookDelivery).where(table.c.endpoint_id == found.id)
    if after:
        last = get(session, found, after)
        query = query.where(sa.tuple_(table.c.created_at, table.c.id) < sa.tuple_(last.created_at, last.id))
    rows = list(session.exec(query.order_by(table.c.created_at.desc(), table.c.id.desc()).limit(limit + 1)).all())
    return rows[:limit], rows[limit - 1].id if len(rows) > limit else None


def get(session: Session, found: WebhookEndpoint, delivery_id: str) -> WebhookDelivery:
    """Raises NotFound for an unknown or another endpoint's."""
    row = session.get(WebhookDelivery, delivery_id) if delivery_id.isalnum() else None
    if row is None or row.endpoint_id != found.id:
        raise NotFound("There is no such delivery.")
    return row


def again(session: Session, found: WebhookEndpoint, row: WebhookDelivery) -> None:
    """A whole new round of tries under the same id, beginning now, also for what was delivered."""
    row.status, row.attempts, row.due_at, row.finished_at = "waiting", 0, clock.now(), None
    found.rests_until_at = None
    session.add_all([row, found])


def waiting(session: Session, found: WebhookEndpoint) -> int:
    """How many are still to be delivered; counted no further than a thousand."""
    few = sa.select(table.c.id).where(table.c.endpoint_id == found.id, _WAITING).limit(1000).subquery()
    return int(session.scalar(sa.select(sa.func.count()).select_from(few)) or 0)


def drop_waiting(session: Session, endpoint_id: str) -> int:
    """Its endpoint is off: what nobody could deliver must not arrive weeks later."""
    return _DROP.run(session, endpoint_id=endpoint_id, finished_at=clock.now())


def prune(session: Session) -> int:
    """Remove a piece of what is old, or belongs to a deleted endpoint."""
    count = sum(each.run(session, before=clock.now() - KEPT) for each in _PRUNE)
    _PRUNE_ENDPOINTS.run(session)
    return count
