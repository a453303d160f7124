"""The journal of an archive: its items mailed to one address, in the order of their numbers, one mail for each batch.

A batch is settled in the database before its mail leaves and marked after: a crash between mails it once more, with the
same first and last number, the same Message-ID and the same content, so that the archive there knows a repeat.
"""

import datetime as dt
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlmodel import Field, Session, SQLModel

from portal import clock
from portal.accounts.business import Business
from portal.column import UtcTime, table_of
from portal.messaging import archive, archive_item
from portal.statement import Statement, param, params

BATCH = 100  # items of one mail
LEASE = dt.timedelta(minutes=5)  # longer than any mail server is waited for; then another worker may mail the batch
FIRST_WAIT, LONGEST_WAIT = 60.0, 6 * 3600.0  # seconds


class ArchiveJournal(SQLModel, table=True):
    """Mailed up to `mailed_number`; where `mailing_number` is beyond it, that is the end of the batch on its way.
    `problem` says why the last try failed, `retry_at` when the next one is."""

    __tablename__ = "archive_journal"

    business_id: str = Field(foreign_key="business.id", primary_key=True)
    email: str
    mailed_number: int = 0
    mailing_number: int = 0
    mailing_until: dt.datetime | None = Field(default=None, sa_type=UtcTime)
    mailed_at: dt.datetime | None = Field(default=None, sa_type=UtcTime)
    failures: int = 0
    failing_since_at: dt.datetime | None = Field(default=None, sa_type=UtcTime)
    retry_at: dt.datetime | None = Field(default=None, sa_type=UtcTime)
    problem: str = ""


@dataclass(frozen=True)
class Batch:
    """Items `first` to `last` of a business, for one mail; `at` is when the last of them was taken in."""

    business_id: str
    slug: str
    email: str
    first: int
    last: int
    at: dt.datetime
    failures: int


_j, _a, _i, _b = table_of(ArchiveJournal), archive.table, archive_item.table, table_of(Business)
_is_mine = _j.c.business_id == param("business_id")
_now = param("now", _j.c.retry_at.type)
_is_free = sa.or_(_j.c.mailing_until.is_(None), _j.c.mailing_until <= _now)
_is_due = (
    _a.c.is_on,
    _j.c.email != "",
    _j.c.mailed_number < _a.c.last_number,
    sa.or_(_j.c.retry_at.is_(None), _j.c.retry_at <= _now),
    _is_free,
)
_DUE = Statement(
    sa.select(_j, _a.c.last_number, _b.c.slug)
    .join_from(_j, _a, _a.c.business_id == _j.c.business_id)
    .join(_b, _b.c.id == _j.c.business_id)
    .where(*_is_due)
    .order_by(_j.c.business_id)
)
_ONE = Statement(
    sa.select(_j, _a.c.last_number, _b.c.slug)
    .join_from(_j, _a, _a.c.business_id == _j.c.business_id)
    .join(_b, _b.c.id == _j.c.business_id)
    .where(*_is_due, _is_mine)
)
_GET = Statement(sa.select(_j).where(_is_mine))
_CLAIM = Statement(
    sa.update(_j)
    .where(_is_mine, _j.c.mailed_number == param("mailed"), _is_free)
    .values(**params("mailing_number", "mailing_until"))
)
_LAST_AT = Statement(sa.select(_i.c.at).where(_i.c.business_id == param("business_id"), _i.c.number == param("number")))
_is_this = (_is_mine, _j.c.mailed_number == param("mailed"), _j.c.mailing_number == param("mailing"))
_MARK = Statement(
    sa.update(_j)
    .where(*_is_this)
    .values(
        mailed_number=param("mailing"), mailing_until=None, failures=0, failing_since_at=None, retry_at=None,
        problem="", **params("mailed_at"),
    )
)  # fmt: skip
_FAIL = Statement(
    sa.update(_j)
    .where(*_is_this)
    .values(
        mailing_until=None, failures=_j.c.failures + 1,
        failing_since_at=sa.func.coalesce(_j.c.failing_since_at, param("now", _j.c.retry_at.type)),
        **params("retry_at", "problem"),
    )
)  # fmt: skip


def of(session: Session, business_id: str) -> Any:
    """The row; None where no address was ever given."""
    return _GET.first(session, business_id=business_id)


def send_to(session: Session, business_id: str, email: str) -> None:
    """Mail to this address from the first item on that was not mailed; nothing where it is empty."""
    found = session.get(ArchiveJournal, business_id, with_for_update=True)
    found = found or ArchiveJournal(business_id=business_id, email=email)
    found.email, found.retry_at, found.problem = email, None, ""
    found.failures, found.failing_since_at = 0, None
    session.add(found)
    session.flush()


def due(session: Session) -> list[str]:
    """The businesses for which there is something to mail now."""
    return [row.business_id for row in _DUE.rows(session, now=clock.now())]


def claim(session: Session, business_id: str) -> Batch | None:
    """The next batch, ours for a while; None where nothing is due or somebody else is at it. A batch that was claimed
    before and never marked is the same again."""
    now = clock.now()
    row = _ONE.first(session, business_id=business_id, now=now)
    if row is None:
        return None
    is_again = row.mailing_number > row.mailed_number
    last = row.mailing_number if is_again else min(row.last_number, row.mailed_number + BATCH)
    if not _CLAIM.run(
        session, business_id=business_id, mailed=row.mailed_number, mailing_number=last, mailing_until=now + LEASE,
        now=now,
    ):  # fmt: skip
        return None
    at = _LAST_AT.first(session, business_id=business_id, number=last).at
    return Batch(business_id, row.slug, row.email, row.mailed_number + 1, last, at, row.failures)


def mark(session: Session, batch: Batch) -> None:
    """The mail server has it."""
    _MARK.run(session, mailed_at=clock.now(), **_this(batch))


def fail(session: Session, batch: Batch, problem: str) -> None:
    """The same batch again, later and later."""
    wait = min(LONGEST_WAIT, FIRST_WAIT * 2.0 ** min(batch.failures, 20))
    now = clock.now()
    _FAIL.run(session, retry_at=now + dt.timedelta(seconds=wait), problem=problem, now=now, **_this(batch))


def _this(batch: Batch) -> dict[str, Any]:
    return {"business_id": batch.business_id, "mailed": batch.first - 1, "mailing": batch.last}
