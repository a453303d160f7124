"""Sign-in sessions kept on the server: revocable, and known only by the hash of their token (promises.md E.2)."""

import datetime as dt
import hashlib
import secrets
from collections.abc import Iterator
from functools import cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import configure_mappers
from sqlalchemy.orm.instrumentation import manager_of_class
from sqlmodel import Field, Session, SQLModel, select

from portal import clock
from portal.accounts import member as members
from portal.accounts.business import Business
from portal.accounts.member import Member
from portal.accounts.posting import Posting
from portal.column import UtcTime, table_of
from portal.statement import Statement, param

IDLE = dt.timedelta(hours=12)
ABSOLUTE = dt.timedelta(days=14)
SEEN_EVERY = dt.timedelta(minutes=5)


class SignIn(SQLModel, table=True):
    """One signed-in browser. `id` is the SHA-256 of the cookie's token; `csrf` is bound to it and to the business.

    `business_id` is the one chosen in this browser, None the member's home; `proved_at` is when the password was typed.
    """

    __tablename__ = "sign_in"

    id: str = Field(primary_key=True)
    member_id: str = Field(foreign_key="member.id", index=True)
    business_id: str | None = Field(default=None, foreign_key="business.id")
    csrf: str
    user_agent: str = ""
    ip: str = ""
    created_at: dt.datetime = Field(default_factory=clock.now, sa_type=UtcTime)
    seen_at: dt.datetime = Field(default_factory=clock.now, sa_type=UtcTime)
    proved_at: dt.datetime | None = Field(default=None, sa_type=UtcTime)


class ApiToken(SQLModel, table=True):
    """A bearer token of the JSON API, for one business and one role. Kept as a hash."""

    __tablename__ = "api_token"

    id: str = Field(primary_key=True)
    business_id: str = Field(foreign_key="business.id", index=True)
    name: str
    role: str
    created_at: dt.datetime = Field(default_factory=clock.now, sa_type=UtcTime)
    revoked_at: dt.datetime | None = Field(default=None, sa_type=UtcTime)


class SetUpToken(SQLModel, table=True):
    """The one-time token printed to the console on an empty installation; it opens the first-run set-up page."""

    __tablename__ = "set_up_token"

    id: str = Field(primary_key=True)
    expires_at: dt.datetime = Field(sa_type=UtcTime)
    used_at: dt.datetime | None = Field(default=None, sa_type=UtcTime)


_KINDS: tuple[type[SQLModel], ...] = (SignIn, Member, Business)
_s, _m, _b = map(table_of, _KINDS)
_p = table_of(Posting)
_is_posted = sa.and_(_p.c.member_id == _s.c.member_id, _p.c.business_id == _s.c.business_id, _p.c.ended_at.is_(None))
_is_here = _b.c.id == sa.func.coalesce(_p.c.business_id, _m.c.business_id)
"""The chosen business while the posting lasts, or else the home: no browser is ever anywhere else."""
_LOOK_UP = Statement(
    sa.select(_s, _m, _b, _p.c.role)
    .select_from(_s.join(_m, _m.c.id == _s.c.member_id).outerjoin(_p, _is_posted).join(_b, _is_here))
    .where(_s.c.id == param("id"), _m.c.disabled_at.is_(None))
)


@cache
def _names(kind: type[SQLModel]) -> list[str]:
    return [column.key for column in table_of(kind).columns]


def digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def start(
    session: Session,
    member: Member,
    *,
    user_agent: str,
    ip: str,
    like: SignIn | None = None,
) -> str:
    """Sign `member` in, who has just typed the password; the answer is the cookie's token, which is stored nowhere.
    `like`: instead of that browser, in the same business and with the same proof."""
    token = secrets.token_urlsafe(32)
    session.add(
        SignIn(
            id=digest(token), member_id=member.id, user_agent=user_agent[:200], ip=ip, csrf=secrets.token_urlsafe(24),
            business_id=like.business_id if like else None, proved_at=like.proved_at if like else clock.now(),
        )
    )  # fmt: skip
    return token


def find(session: Session, token: str) -> tuple[SignIn, Member, Business] | None:
    """The session, member and business behind a cookie, or None when unknown, idle for 12 h or older than 14 days."""
    query = (
        select(SignIn, Member, Business, Posting)
        .join(Member, _m.c.id == _s.c.member_id)
        .join(Posting, _is_posted, isouter=True)
        .join(Business, _is_here)
        .where(SignIn.id == digest(token), _m.c.disabled_at.is_(None))
    )
    row = session.exec(query).first()
    if row is None or not is_live(row[0]):
        return None
    sign_in, who, here, at = row
    return sign_in, (members.posted(who, at) if at else who), here


def look_up(session: Session, token: str) -> tuple[SignIn, Member, Business] | None:
    """The same for a page that only reads: things that no session follows, at a fifth of the cost."""
    row = _LOOK_UP.first(session, id=digest(token))
    if row is None:
        return None
    values = iter(row)
    sign_in, who, here = (_loose(kind, values) for kind in _KINDS)
    who.__dict__["role"] = next(values) or who.role
    return (sign_in, who, here) if is_live(sign_in) else None


def _loose(kind: type[SQLModel], values: Iterator[Any]) -> Any:
    made = _manager(kind).new_instance()
    made.__dict__.update((name, next(values)) for name in _names(kind))
    return made


@cache
def _manager(kind: type[SQLModel]) -> Any:
    """It may be the first that a process does with these classes."""
    configure_mappers()
    return manager_of_class(kind)


def is_live(sign_in: SignIn) -> bool:
    """Not idle for 12 hours and not older than 14 days."""
    now = clock.now()
    return sign_in.seen_at >= now - IDLE and sign_in.created_at >= now - ABSOLUTE


def is_stale(sign_in: SignIn) -> bool:
    """Whether `seen_at` is worth a write."""
    return sign_in.seen_at < clock.now() - SEEN_EVERY


def touch(session: Session, sign_in_id: str) -> None:
    session.exec(sa.update(SignIn).where(sa.column("id") == sign_in_id).values(seen_at=clock.now()))


def end(session: Session, token: str) -> None:
    """Sign out: the cookie is worthless from now on."""
    session.exec(sa.delete(SignIn).where(sa.column("id") == digest(token)))


def end_all(session: Session, member_id: str) -> None:
    """After a change of password or role, or by the member's wish: every browser is signed out."""
    session.exec(sa.delete(SignIn).where(sa.column("member_id") == member_id))


def end_one(session: Session, member_id: str, sign_in_id: str) -> bool:
    """One browser of a member; False when it is somebody else's or gone."""
    done = session.connection().execute(
        sa.delete(table_of(SignIn)).where(sa.column("id") == sign_in_id, sa.column("member_id") == member_id)
    )
    return done.rowcount == 1


def all_of(session: Session, member_id: str) -> list[SignIn]:
    """The browsers a member is signed in with, the latest seen first."""
    query = select(SignIn).where(SignIn.member_id == member_id).order_by(sa.desc("seen_at")).limit(50)
    return [each for each in session.exec(query).all() if is_live(each)]


def prune(session: Session) -> int:
    """Forget sessions that are over, and with them addresses and browsers of members."""
    table, now = table_of(SignIn), clock.now()
    is_over = sa.or_(table.c.seen_at < now - IDLE, table.c.created_at < now - ABSOLUTE)
    return session.connection().execute(sa.delete(table).where(is_over)).rowcount


def count(session: Session) -> int:
    """How many browsers are signed in; what is over is forgotten within the hour."""
    return int(session.connection().execute(sa.select(sa.func.count()).select_from(table_of(SignIn))).scalar() or 0)


def create_token(session: Session, business_id: str, *, name: str, role: str) -> str:
    """An API token; shown this once."""
    token = f"portal_{secrets.token_urlsafe(32)}"
    session.add(ApiToken(id=digest(token), business_id=business_id, name=name, role=role))
    return token


def find_token(session: Session, token: str) -> tuple[ApiToken, Business] | None:
    query = select(ApiToken, Business).where(ApiToken.id == digest(token), Business.id == ApiToken.business_id)
    row = session.exec(query).first()
    return None if row is None or row[0].revoked_at is not None else (row[0], row[1])


def create_set_up_token(session: Session) -> str:
    """Valid for one hour and once."""
    token = secrets.token_urlsafe(24)
    session.add(SetUpToken(id=digest(token), expires_at=clock.now() + dt.timedelta(hours=1)))
    return token


def is_set_up_token(session: Session, token: str) -> bool:
    found = session.get(SetUpToken, digest(token))
    return found is not None and found.used_at is None and found.expires_at > clock.now()


def use_set_up_token(session: Session, token: str) -> bool:
    """Consume it; False when it was used, has expired or never was. One UPDATE decides between two tabs."""
    table = table_of(SetUpToken)
    done = session.connection().execute(
        sa.update(table)
        .where(table.c.id == digest(token), table.c.used_at.is_(None), table.c.expires_at > clock.now())
        .values(used_at=clock.now())
    )
    return done.rowcount == 1
