"""Tells owners and managers by mail of replies that nobody has decided on, before the fifth business day is over.

Each review is told of once: who may write the mail is decided in the database, the mail itself leaves outside of any
transaction, and what nobody could send is claimed again. Nothing here ends a review (replies/README 6.9).
"""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

import sqlalchemy as sa
from sqlmodel import Field, Session, SQLModel

from portal import clock, local_time, logs
from portal.accounts import business as businesses
from portal.accounts import member
from portal.accounts.member import Role
from portal.column import UtcTime, table_of
from portal.consent import deadline, subscription
from portal.database import Database
from portal.statement import Statement, param, params

BATCH = 50  # businesses and reviews of one turn
LEASE = dt.timedelta(minutes=10)  # then whoever wanted to send it has failed
TOLD = (Role.OWNER, Role.MANAGER)

Letter = Callable[[str, str, str], None]
"""(to, subject, text): one mail. It may raise."""


class ReviewAlarm(SQLModel, table=True):
    """One review that a mail tells of; `sent_at` is None while somebody is at it."""

    __tablename__ = "review_alarm"

    subscription_id: str = Field(foreign_key="subscription.id", primary_key=True)
    opened_at: dt.datetime = Field(sa_type=UtcTime, primary_key=True)
    business_id: str = Field(foreign_key="business.id")
    claimed_at: dt.datetime = Field(sa_type=UtcTime)
    sent_at: dt.datetime | None = Field(default=None, sa_type=UtcTime)


_t, _s, _b = table_of(ReviewAlarm), subscription.table, table_of(businesses.Business)
_is_told = sa.exists().where(
    _t.c.subscription_id == _s.c.id,
    _t.c.opened_at == _s.c.review_opened_at,
    sa.or_(_t.c.sent_at.is_not(None), _t.c.claimed_at > param("lease", _t.c.claimed_at.type)),
)
_WAITING = Statement(
    sa.select(_s.c.id, _s.c.business_id, _s.c.name, _s.c.number, _s.c.review_opened_at, _b.c.timezone)
    .join_from(_b, _s, _s.c.business_id == _b.c.id)
    .where(sa.text("in_review"), _s.c.review_opened_at <= param("before", _s.c.review_opened_at.type), ~_is_told)
    .order_by(_s.c.review_opened_at, _s.c.id)
    .limit(BATCH)
)
_CLAIM = Statement(
    lambda insert: (
        insert(_t)
        .values(**params("subscription_id", "opened_at", "business_id", "claimed_at"))
        .on_conflict_do_update(
            index_elements=["subscription_id", "opened_at"],
            set_={"claimed_at": param("claimed_at", _t.c.claimed_at.type)},
            where=sa.and_(_t.c.sent_at.is_(None), _t.c.claimed_at <= param("lease", _t.c.claimed_at.type)),
        )
        .returning(_t.c.subscription_id)
    )
)
_SENT = Statement(
    sa.update(_t)
    .where(_t.c.subscription_id == param("subscription_id"), _t.c.opened_at == param("opened_at"))
    .values(**params("sent_at"))
)


@dataclass(frozen=True)
class Mail:
    """One mail of a business, to each of `to`, about `reviews`."""

    to: tuple[str, ...]
    subject: str
    text: str
    reviews: tuple[Any, ...]


class Alarm:
    """One per process that runs jobs; `turn` is called by the timetable."""

    def __init__(self, database: Database, *, letter: Letter, url: str) -> None:
        self._database, self._letter, self._url = database, letter, url.rstrip("/")

    def turn(self) -> None:
        """Read first: mostly nothing is due, and nobody's write waits for this one."""
        if not self._database.read(due):
            return
        for mail in self._database.write(lambda session: claim(session, self._url)):
            if self._has_sent(mail):
                self._database.write(partial(mark_sent, mail=mail))

    def _has_sent(self, mail: Mail) -> bool:
        """Somebody got it; where nobody did, it is tried again."""
        sent = 0
        for to in mail.to:
            try:
                self._letter(to, mail.subject, mail.text)
                sent += 1
            except Exception:
                logs.trace("review.alarm_failed")
        return sent > 0


def due(session: Session) -> list[Any]:
    """Reviews whose morning has come and of which no mail tells yet."""
    now = clock.now()
    rows = _WAITING.rows(session, before=deadline.earliest_alarm(now), lease=now - LEASE)
    return [row for row in rows if deadline.alarm_at(row.review_opened_at, row.timezone) <= now]


def claim(session: Session, url: str) -> list[Mail]:
    """Mails that this process is to send, one for each business."""
    now = clock.now()
    mine: dict[str, list[Any]] = {}
    for row in due(session):
        is_mine = _CLAIM.rows(
            session, subscription_id=row.id, opened_at=row.review_opened_at, business_id=row.business_id,
            claimed_at=now, lease=now - LEASE,
        )  # fmt: skip
        if is_mine:
            mine.setdefault(row.business_id, []).append(row)
    return [_mail(session, business_id, rows, url) for business_id, rows in mine.items()]


def mark_sent(session: Session, mail: Mail) -> None:
    for row in mail.reviews:
        _SENT.run(session, subscription_id=row.id, opened_at=row.review_opened_at, sent_at=clock.now())


def _mail(session: Session, business_id: str, rows: list[Any], url: str) -> Mail:
    """Names and links alone: what a client wrote stays inside (promises.md E)."""
    business = businesses.get(session, business_id)
    people = member.all_of(session, business_id)
    to = tuple(each.email for each in people if each.role in TOLD and each.disabled_at is None)
    subject = "A reply waits for a decision" if len(rows) == 1 else f"{len(rows)} replies wait for a decision"
    lines = [_line(row, url) for row in rows]
    text = (
        f"{subject} at {business.name}. It may mean “stop”, so automated texts to the number wait until somebody "
        "decides. Nothing is decided by time; but if it was a wish to stop, the law gives ten business days.\n\n"
        + "\n\n".join(lines)
    )
    return Mail(to, subject, text, tuple(rows))


def _line(row: Any, url: str) -> str:
    who = row.name if row.name and row.name != row.number else f"A number that ends in {row.number[-4:]}"
    day = local_time.date(deadline.honour_by(row.review_opened_at, row.timezone), row.timezone)
    return f"{who}, to be decided by {day}:\n{url}/review#review-{row.id}"
