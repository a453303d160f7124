"""Where a member works: the home business, and the others of the same account they are posted to (behaviours.md M-11).

Nobody is posted outside of the account: consent, clients and members of another one stay unknown here.
"""

from dataclasses import dataclass

import sqlalchemy as sa
from sqlmodel import Session, select

from portal import clock
from portal.accounts import browser, posting
from portal.accounts import business as businesses
from portal.accounts import member as members
from portal.accounts.business import Business
from portal.accounts.member import Member, Role
from portal.accounts.posting import Posting
from portal.column import table_of
from portal.errors import Conflict
from portal.statement import Statement, param

ELSEWHERE = "Somebody already signs in with this e-mail address."


@dataclass(frozen=True)
class Workplace:
    """`is_home`: chosen by choosing nothing."""

    id: str
    name: str
    is_home: bool


_b, _m, _p = table_of(Business), table_of(Member), table_of(Posting)
_posts = sa.select(_p.c.business_id).where(_p.c.member_id == param("member_id"), _p.c.ended_at.is_(None))
_ALL = Statement(
    sa.select(_b.c.id, _b.c.name, _b.c.main_id)
    .where(_b.c.id.in_(sa.union_all(sa.select(_m.c.business_id).where(_m.c.id == param("member_id")), _posts)))
    .order_by(_b.c.main_id.is_not(None), _b.c.name, _b.c.id)
)


def all_of(session: Session, member: Member) -> tuple[Workplace, ...]:
    """The main business first, then branches by name."""
    rows = _ALL.rows(session, member_id=member.id)
    return tuple(Workplace(row.id, row.name, row.id == member.business_id) for row in rows)


def colleague(session: Session, business: Business, email: str) -> Member | None:
    """Who signs in with this address at another business of the same account, and may be posted here."""
    found = members.by_email(session, email)
    if found is None or found.business_id == business.id or _is_here(session, business.id, found.id):
        return None
    return found if businesses.get(session, found.business_id).policy_id == business.policy_id else None


def post(session: Session, business: Business, member: Member, role: Role) -> None:
    """From now on they may switch to `business`; again for one who left. Raises Conflict for anybody who belongs there
    already, or to another account: the two are not told apart."""
    home = businesses.get(session, member.business_id)
    if home.policy_id != business.policy_id or home.id == business.id or _is_here(session, business.id, member.id):
        raise Conflict(ELSEWHERE)
    at = posting.find(session, business.id, member.id) or Posting(
        member_id=member.id, business_id=business.id, role=role
    )
    at.role, at.ended_at, at.created_at = role, None, clock.now()
    session.add(at)
    own = members.own(session, member.id)
    own.has_postings = True
    session.add(own)
    session.flush()


def change_role(session: Session, business_id: str, member: Member, role: Role) -> None:
    """Of a posting. Raises Conflict for the last owner of the business."""
    at = _lasting(session, business_id, member.id)
    if at.role == Role.OWNER and role != Role.OWNER:
        members.keep_owner(session, business_id, without=member.id)
    at.role = role
    session.add(at)


def end(session: Session, business_id: str, member: Member) -> None:
    """They no longer work here; their browsers that are here go home at once. Raises Conflict for the last owner."""
    at = _lasting(session, business_id, member.id)
    if at.role == Role.OWNER:
        members.keep_owner(session, business_id, without=member.id)
    at.ended_at = clock.now()
    session.add(at)
    browser.send_home(session, member.id, business_id)


def crews(session: Session, business_ids: list[str]) -> dict[str, list[str]]:
    """The names of those who work in each business, by name."""
    at_home = select(_m.c.business_id, _m.c.name).where(_m.c.business_id.in_(business_ids), _m.c.disabled_at.is_(None))
    sent = (
        select(_p.c.business_id, _m.c.name)
        .join(_m, _m.c.id == _p.c.member_id)
        .where(_p.c.business_id.in_(business_ids), _p.c.ended_at.is_(None), _m.c.disabled_at.is_(None))
    )
    found: dict[str, list[str]] = {each: [] for each in business_ids}
    for query in (at_home, sent):
        for business_id, name in session.exec(query).all():
            found[business_id].append(name)
    return {business_id: sorted(names) for business_id, names in found.items()}


def _is_here(session: Session, business_id: str, member_id: str) -> bool:
    at = posting.find(session, business_id, member_id)
    return at is not None and at.ended_at is None


def _lasting(session: Session, business_id: str, member_id: str) -> Posting:
    at = posting.find(session, business_id, member_id)
    if at is None or at.ended_at is not None:
        raise Conflict("They do not work here any more.", reason="ended")
    return at
