"""A member: a signed-in person of a business, with a role that says what they may do. Nobody may opt anybody in."""

import datetime as dt
from functools import cache
from typing import TYPE_CHECKING

import sqlalchemy as sa
from sqlmodel import Field, Session, SQLModel, select

from portal import clock
from portal.accounts import posting
from portal.accounts.posting import Posting
from portal.accounts.right import RIGHTS as RIGHTS
from portal.accounts.right import Right as Right
from portal.accounts.right import Role as Role
from portal.column import UtcTime, new_id, one_of, table_of
from portal.errors import Conflict, Invalid, NotFound
from portal.statement import Statement, param

if TYPE_CHECKING:
    from argon2 import PasswordHasher

PASSWORD_LENGTH = 15  # without a second factor (promises.md E.1)
PASSWORD_BYTES = 128
MOST_MEMBERS = 200


class Member(SQLModel, table=True):
    """`business_id` is the home, which signs them in; never the tenant of a request. Who is posted to further ones
    (posting.py) has `has_postings`, so that no page asks for everybody else's."""

    __table_args__ = (one_of(Role, "role"),)

    id: str = Field(default_factory=new_id, primary_key=True)
    business_id: str = Field(foreign_key="business.id", index=True)
    email: str = Field(unique=True)
    name: str
    role: str
    password_hash: str
    has_shortcuts: bool = True
    has_postings: bool = False
    disabled_at: dt.datetime | None = Field(default=None, sa_type=UtcTime)
    created_at: dt.datetime = Field(default_factory=clock.now, sa_type=UtcTime)

    def may(self, right: Right) -> bool:
        return right in RIGHTS[Role(self.role)]


_t, _p = table_of(Member), table_of(Posting)
_NAMES = Statement(
    sa.select(_t.c.id, _t.c.name)
    .where(
        _t.c.id.in_(
            sa.union_all(
                sa.select(_t.c.id).where(_t.c.business_id == param("business_id")),
                sa.select(_p.c.member_id).where(_p.c.business_id == param("business_id"), _p.c.ended_at.is_(None)),
            )
        ),
        _t.c.disabled_at.is_(None),
    )
    .order_by(_t.c.name, _t.c.id)
    .limit(MOST_MEMBERS)
)


def create(session: Session, business_id: str, *, email: str, name: str, role: Role, password: str) -> Member:
    """Raises Invalid for a weak password or a broken address, Conflict for an address that is taken."""
    return add(session, business_id, email=email, name=name, role=role, password_hash=hashed(password, email))


def add(session: Session, business_id: str, *, email: str, name: str, role: Role, password_hash: str) -> Member:
    """The same with a password hashed before, outside the transaction, since that takes 0.1 s of CPU."""
    email = email.strip().lower()
    if "@" not in email or len(email) > 254 or any(mark.isspace() for mark in email):
        raise Invalid("Please give an e-mail address.", fields={"email": ["Please give an e-mail address."]})
    if session.exec(select(Member.id).where(Member.email == email)).first():
        raise Conflict("Somebody already signs in with this e-mail address.")
    member = Member(business_id=business_id, email=email, name=name or email, role=role, password_hash=password_hash)
    session.add(member)
    session.flush()
    return member


def hashed(password: str, email: str = "") -> str:
    """The hash to store. Raises Invalid for a weak password."""
    problem = password_problem(password, email)
    if problem:
        raise Invalid(problem, fields={"password": [problem]})
    return hasher().hash(password)


def change_password(session: Session, member: Member, password_hash: str) -> None:
    """The caller ends the member's sessions in the same transaction."""
    member.password_hash = password_hash
    session.add(member)


def rename(session: Session, member: Member, name: str) -> None:
    """The owner's doing: clients see in texts the name that was entered for a member (behaviours.md S-8)."""
    member.name = name
    session.add(member)


def switch_shortcuts(session: Session, member: Member, *, is_on: bool) -> None:
    """Whether keys of a single letter do something on this member's pages."""
    member.has_shortcuts = is_on
    session.add(member)


def all_of(session: Session, business_id: str) -> list[Member]:
    """Everybody of a business, by name, as they are in it; disabled ones and those whose posting ended too."""
    here = sa.union_all(
        sa.select(_t.c.id).where(_t.c.business_id == business_id),
        sa.select(_p.c.member_id).where(_p.c.business_id == business_id),
    )
    query = (
        select(Member, Posting)
        .where(_t.c.id.in_(here))
        .join(Posting, sa.and_(_p.c.member_id == _t.c.id, _p.c.business_id == business_id), isouter=True)
        .order_by(_t.c.name, _t.c.id)
    )
    return [posted(found, at) if at else found for found, at in session.exec(query.limit(MOST_MEMBERS)).all()]


def names(session: Session, business_id: str) -> dict[str, str]:
    """Who works here, by id and in the order of their names; nobody who was disabled."""
    return {row.id: row.name for row in _NAMES.rows(session, business_id=business_id)}


def get(session: Session, business_id: str, member_id: str) -> Member:
    """A member as they are in a business they belong to. Raises NotFound for an unknown or somebody else's."""
    found = session.get(Member, member_id)
    if found is not None and found.business_id == business_id:
        return found
    at = posting.find(session, business_id, member_id) if found is not None else None
    if found is None or at is None:
        raise NotFound("There is no such member.")
    return posted(found, at)


def own(session: Session, member_id: str) -> Member:
    """One's own row, to change, in whatever business one is now."""
    return session.exec(select(Member).where(Member.id == member_id)).one()


def posted(found: Member, at: Posting) -> Member:
    """The member with the role of a posting; ended there is disabled there. A copy of no session: nothing that is done
    to it changes them at home."""
    return Member(**(found.model_dump() | {"role": at.role, "disabled_at": found.disabled_at or at.ended_at}))


def disable(session: Session, member: Member) -> None:
    """They can no longer sign in; the caller ends their sessions. Raises Conflict for the last owner of a business."""
    owned = [member.business_id] if member.role == Role.OWNER else []
    owned += [each.business_id for each in posting.of(session, member.id) if each.role == Role.OWNER]
    for business_id in sorted(owned):
        keep_owner(session, business_id, without=member.id)
    member.disabled_at = clock.now()
    session.add(member)


def enable(session: Session, member: Member) -> None:
    member.disabled_at = None
    session.add(member)


def change_role(session: Session, member: Member, role: Role) -> None:
    """At home. The caller ends their sessions. Raises Conflict for the last owner."""
    if member.role == Role.OWNER and role != Role.OWNER:
        keep_owner(session, member.business_id, without=member.id)
    member.role = role
    session.add(member)


def keep_owner(session: Session, business_id: str, *, without: str) -> None:
    """Raises Conflict when nobody else owns the business. The rows are locked, so that two owners cannot remove each
    other at the same moment."""
    is_able = _t.c.disabled_at.is_(None)
    at_home = select(_t.c.id).where(_t.c.business_id == business_id, _t.c.role == Role.OWNER, is_able)
    sent = (
        select(_t.c.id)
        .join(_p, _p.c.member_id == _t.c.id)
        .where(_p.c.business_id == business_id, _p.c.role == Role.OWNER, _p.c.ended_at.is_(None), is_able)
    )
    owners = {each for query in (at_home, sent) for each in session.exec(query.with_for_update()).all()}
    if owners <= {without}:
        raise Conflict("A business needs at least one owner. Make somebody else an owner first.", reason="last_owner")


def password_problem(password: str, email: str = "") -> str:
    """One sentence about a password that is too weak, or nothing (promises.md E.1, ASVS 6.2)."""
    if len(password) < PASSWORD_LENGTH:
        return f"Please choose a password of at least {PASSWORD_LENGTH} characters; a few words in a row work well."
    if len(password.encode()) > PASSWORD_BYTES:
        return f"Please choose a password of at most {PASSWORD_BYTES} bytes."
    if len(set(password)) < 5 or (email and email.split("@")[0] == password.lower()):
        return "This password is easy to guess; please choose another."
    return ""


def by_email(session: Session, email: str) -> Member | None:
    return session.exec(
        select(Member).where(Member.email == email.strip().lower(), sa.column("disabled_at").is_(None))
    ).first()


def is_password_right(password_hash: str | None, password: str) -> bool:
    """About 0.1 s of CPU whether or not the member exists, so that the answer's time tells nothing."""
    from argon2.exceptions import InvalidHashError, VerificationError

    try:
        return hasher().verify(password_hash or _nobody(), password) and password_hash is not None
    except (VerificationError, InvalidHashError):
        return False


@cache
def hasher() -> "PasswordHasher":
    """argon2id with the library's defaults (RFC 9106 low-memory profile); tests lower the cost."""
    from argon2 import PasswordHasher

    return PasswordHasher()


@cache
def _nobody() -> str:
    return hasher().hash("nobody has this password")
