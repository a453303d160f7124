"""What a member decides about a number at the desk: opting it out, keeping a doubtful conversation.

There is no opting in among it, and there must never be (law 4, promise P12).
"""

import datetime as dt
from typing import Any

from sqlmodel import Session

from portal import clock
from portal.accounts import audit
from portal.consent import ledger, subscription
from portal.consent.state import Kind, Origin, Proof
from portal.database import announce
from portal.errors import NotFound
from portal.messaging import message, opt_in


def opt_out(
    session: Session,
    business_id: str,
    subscription_id: str,
    *,
    actor: str,
    name: str,
    ip: str,
    reason: str,
    received_by: str,
    received_at: dt.datetime,
    should_confirm: bool = False,
) -> bool:
    """Record that the client asked a person to stop (H-18, rules.md row 6); False: it had stopped before.

    The request counts from now on, whenever it was received: in doubt opted out. A text confirms it only when asked
    for, and only within five minutes of the request (X-24, rules.md 11.4). Raises NotFound.
    """
    row = _locked(session, business_id, subscription_id)
    recorded = opt_in.opt_out(
        session, row, origin=Origin.MEMBER, proof=Proof.ATTESTED, actor=actor,
        should_confirm=should_confirm and may_confirm(received_at),
        evidence={"reason": reason, "received_by": received_by, "received_at": clock.rfc3339(received_at)},
    )  # fmt: skip
    if recorded is not None:
        message.notice(session, recorded.row, f"{name} recorded this opt-out: {reason}")
    audit.note(
        session, "subscription.opted_out", actor=actor, business_id=business_id, object=row.id, ip=ip,
        received_by=received_by,
    )  # fmt: skip
    return recorded is not None


def may_confirm(received_at: dt.datetime) -> bool:
    """Whether a request received then may still be answered by a text."""
    return clock.now() - received_at < opt_in.CONFIRM_WITHIN


def keep(
    session: Session, business_id: str, subscription_id: str, *, actor: str, ip: str, name: str, reason: str
) -> bool:
    """A member read the doubtful reply and says that it is no opt-out (X-10); False: nothing was in doubt."""
    row = _locked(session, business_id, subscription_id)
    if not row.in_review:
        return False
    ledger.record(
        session, row, Kind.REVIEW_KEPT, origin=Origin.MEMBER, proof=Proof.ATTESTED, actor=actor,
        evidence={"reason": reason},
    )  # fmt: skip
    message.notice(session, row, f"{name} read the reply and kept texting: {reason}")
    audit.note(session, "review.kept", actor=actor, business_id=business_id, object=row.id, ip=ip)
    return True


def mark_read(session: Session, business_id: str, subscription_id: str) -> None:
    """The member has the thread on screen."""
    row = _locked(session, business_id, subscription_id)
    subscription.mark_read(session, business_id, row.id)
    announce(session, f"business:{business_id}")


def _locked(session: Session, business_id: str, subscription_id: str) -> Any:
    row = subscription.lock_by_id(session, business_id, subscription_id)
    if row is None:
        raise NotFound("There is no such conversation.")
    return row
