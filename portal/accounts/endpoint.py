"""Where a business wants to be told what happens: an address of its own that gets signed events (Standard Webhooks)."""

import datetime as dt
from collections.abc import Sequence
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlmodel import Field, Session, SQLModel, select

from portal import address, clock
from portal.accounts import key, signature
from portal.address import Refused, Rules
from portal.column import UtcTime, new_id, table_of
from portal.errors import Conflict, Invalid, NotFound
from portal.statement import Statement, param

MOST = 10
BOTH_FOR = dt.timedelta(days=1)
BY_MEMBER, BY_PROGRAM = "Switched off by a member.", "Switched off over the API."
"""Why an endpoint is off that somebody switched off; every other reason is one that nobody chose."""


class Event(StrEnum):
    """What can be told. Each is written down in the transaction that makes it true."""

    SUBSCRIPTION_CHANGED = "subscription.changed"
    MESSAGE_RECEIVED = "message.received"
    MESSAGE_SENT = "message.sent"
    MESSAGE_DELIVERED = "message.delivered"
    MESSAGE_FAILED = "message.failed"
    SUBMISSION_RECEIVED = "submission.received"


class WebhookEndpoint(SQLModel, table=True):
    """Secrets are sealed with the installation's key; the old one signs beside the new one for a day. `events` are the
    kinds wanted, empty for all. After failing for long it is switched off, with the reason.

    `served_at` and `rests_until_at` share the threads fairly among endpoints; `failures` counts tries in a row.
    """

    __tablename__ = "webhook_endpoint"

    id: str = Field(default_factory=new_id, primary_key=True)
    business_id: str = Field(foreign_key="business.id", index=True)
    url: str
    secret: str
    old_secret: str = ""
    old_secret_until_at: dt.datetime | None = Field(default=None, sa_type=UtcTime)
    events: list[str] = Field(default_factory=list, sa_type=sa.JSON)
    disabled_at: dt.datetime | None = Field(default=None, sa_type=UtcTime)
    disabled_why: str = ""
    deleted_at: dt.datetime | None = Field(default=None, sa_type=UtcTime)
    served_at: dt.datetime = Field(default_factory=clock.now, sa_type=UtcTime)
    rests_until_at: dt.datetime | None = Field(default=None, sa_type=UtcTime)
    failing_since_at: dt.datetime | None = Field(default=None, sa_type=UtcTime)
    failures: int = 0
    created_at: dt.datetime = Field(default_factory=clock.now, sa_type=UtcTime)

    def wants(self, kind: str) -> bool:
        return not self.events or kind in self.events


table = table_of(WebhookEndpoint)
_is_on = (table.c.disabled_at.is_(None), table.c.deleted_at.is_(None))
_LISTENING = Statement(
    sa.select(table.c.id, table.c.events).where(table.c.business_id == param("business_id"), *_is_on)
)
_FAILED = Statement(
    sa.select(table.c.id, table.c.url, table.c.disabled_at, table.c.disabled_why)
    .where(
        table.c.business_id == param("business_id"), table.c.disabled_at.is_not(None), table.c.deleted_at.is_(None),
        table.c.disabled_why.not_in((BY_MEMBER, BY_PROGRAM)),
    )
    .order_by(table.c.disabled_at.desc(), table.c.id)
    .limit(MOST)
)  # fmt: skip


def someone_listens(business_id: Any) -> sa.Exists:
    """Whether the business of that column has an endpoint that is on. It rides along in the statement that locks a
    subscription, so that a STOP of a business without endpoints costs no statement more (delivery.py)."""
    return sa.exists().where(table.c.business_id == business_id, *_is_on)


def listening(session: Session, business_id: str, kind: str) -> list[str]:
    """The ids of the endpoints that want this kind of event."""
    rows = _LISTENING.rows(session, business_id=business_id)
    return [row.id for row in rows if not row.events or kind in row.events]


def create(
    session: Session, business_id: str, url: str, *, events: Sequence[str], rules: Rules
) -> tuple[WebhookEndpoint, str]:
    """The endpoint and its secret, which nobody can read again. Raises Invalid for an address that we must not call,
    Conflict past the tenth or for an address that has one."""
    there = all_of(session, business_id)
    if len(there) >= MOST:
        raise Conflict(f"A business has at most {MOST} addresses.", reason="too_many", unlock="Delete one first.")
    secret = signature.new_secret()
    made = WebhookEndpoint(
        business_id=business_id, url=_checked(url, rules, there), secret=key.of(session).seal(secret),
        events=_known(events),
    )  # fmt: skip
    session.add(made)
    session.flush()
    return made, secret


def change(session: Session, found: WebhookEndpoint, *, url: str, events: Sequence[str], rules: Rules) -> None:
    """Raises Invalid, Conflict. What waits goes to the new address; the secret stays."""
    others = [each for each in all_of(session, found.business_id) if each.id != found.id]
    found.url, found.events = _checked(url, rules, others), _known(events)
    session.add(found)


def all_of(session: Session, business_id: str) -> list[WebhookEndpoint]:
    """Oldest first; at most ten."""
    query = select(WebhookEndpoint).where(table.c.business_id == business_id, table.c.deleted_at.is_(None))
    return list(session.exec(query.order_by(table.c.id).limit(MOST)).all())


def failed(session: Session, business_id: str) -> list[Any]:
    """Those that were switched off because nothing got through, the latest first."""
    return _FAILED.rows(session, business_id=business_id)


def get(session: Session, business_id: str, endpoint_id: str) -> WebhookEndpoint:
    """Raises NotFound for an unknown, a deleted or somebody else's."""
    found = session.get(WebhookEndpoint, endpoint_id)
    if found is None or found.business_id != business_id or found.deleted_at is not None:
        raise NotFound("There is no such webhook.")
    return found


def rotate(session: Session, found: WebhookEndpoint) -> str:
    """A new secret. The one before signs too for a day, so that the receiver can change over without losing any."""
    secret = signature.new_secret()
    found.old_secret, found.old_secret_until_at = found.secret, clock.now() + BOTH_FOR
    found.secret = key.of(session).seal(secret)
    session.add(found)
    return secret


def secrets_of(session: Session, found: WebhookEndpoint) -> list[str]:
    """Those that sign now, the newest first. Raises SettingsError when they cannot be opened."""
    sealed = [found.secret]
    if found.old_secret and found.old_secret_until_at is not None and clock.now() < found.old_secret_until_at:
        sealed.append(found.old_secret)
    return [key.of(session).unseal(each) for each in sealed]


def disable(session: Session, found: WebhookEndpoint, why: str) -> None:
    """From now on nothing is noted for it; what waits is delivery.py's to drop."""
    found.disabled_at, found.disabled_why = clock.now(), why
    session.add(found)


def enable(session: Session, found: WebhookEndpoint) -> None:
    """With a clean slate: it has five days again."""
    found.disabled_at, found.disabled_why = None, ""
    found.failing_since_at, found.rests_until_at, found.failures = None, None, 0
    session.add(found)


def delete(session: Session, found: WebhookEndpoint) -> None:
    """Gone for everybody and its secrets with it; a job removes the rows in small pieces (delivery.prune)."""
    found.deleted_at, found.secret, found.old_secret = clock.now(), "", ""
    session.add(found)


def _checked(url: str, rules: Rules, others: Sequence[WebhookEndpoint]) -> str:
    target = address.parse(url.strip(), rules)
    if isinstance(target, Refused):
        raise Invalid(target.sentence, fields={"url": [target.sentence]})
    if any(each.url == target.url for each in others):
        sentence = "This address gets events already."
        raise Conflict(sentence, reason="already_there", unlock="Change that one instead.")
    return target.url


def _known(events: Sequence[str]) -> list[str]:
    """In the order of the list; all of them is the same as none, so that later kinds come too."""
    wanted = [each.value for each in Event if each.value in events]
    return [] if len(wanted) == len(Event) else wanted
