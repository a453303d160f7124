"""What changes in a browser that is signed in: the business it is in, and when its member last proved who they are."""

import datetime as dt
import secrets
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, select

from portal import clock
from portal.accounts.session import SignIn, digest
from portal.column import table_of
from portal.errors import Unauthenticated

PROVEN_FOR = dt.timedelta(minutes=10)

_s = table_of(SignIn)


def switch(session: Session, sign_in_id: str, business_id: str | None) -> str:
    """This browser is in another business from now on (None: at home), with a new token; pages that were opened in the
    former one can no longer send anything. The caller has checked that the member belongs there."""
    return _renew(session, sign_in_id, business_id=business_id, csrf=secrets.token_urlsafe(24))


def prove(session: Session, sign_in_id: str) -> str:
    """The password was typed again: a new token (promises.md E.2). Forms that are open may still be sent."""
    return _renew(session, sign_in_id, proved_at=clock.now())


def is_proven(sign_in: SignIn | None, *, ahead: dt.timedelta = dt.timedelta()) -> bool:
    """Whether the password was typed within the last ten minutes, seen `ahead` of now."""
    at = sign_in.proved_at if sign_in else None
    return at is not None and at > clock.now() + ahead - PROVEN_FOR


def send_home(session: Session, member_id: str, business_id: str) -> None:
    """A posting has ended: every browser that was there is at home, and its open pages can send nothing."""
    query = select(SignIn).where(SignIn.member_id == member_id, SignIn.business_id == business_id)
    for each in session.exec(query).all():
        each.business_id, each.csrf = None, secrets.token_urlsafe(24)
        session.add(each)


def _renew(session: Session, sign_in_id: str, **values: Any) -> str:
    """Raises Unauthenticated when the browser was signed out meanwhile."""
    token = secrets.token_urlsafe(32)
    change = sa.update(_s).where(_s.c.id == sign_in_id).values(id=digest(token), **values)
    if session.connection().execute(change).rowcount != 1:
        raise Unauthenticated()
    return token
