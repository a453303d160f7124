"""What a member or a program decides on a doubtful reply: keep texting, or opt out. Only what they read is decided on.

Meanwhile somebody else may have decided, or the client, or they wrote again. Then nothing changes, and it is said.
"""

from dataclasses import dataclass
from enum import StrEnum

from sqlmodel import Session

from portal.accounts.business import Business
from portal.consent import subscription
from portal.consent.state import Status
from portal.errors import NotFound
from portal.messaging import desk, review
from portal.messaging.review import Review

NO_REASON = "Their reply was read as a wish to stop."


class Decision(StrEnum):
    KEEP = "keep"
    OPT_OUT = "opt_out"


class Outcome(StrEnum):
    """`settled`: there was nothing to decide any more; `changed`: the client wrote again."""

    KEPT = "kept"
    OPTED_OUT = "opted_out"
    SETTLED = "settled"
    CHANGED = "changed"


SETTLED = "This has been settled meanwhile: texting goes on. Nothing was changed."
STOPPED = "This has been settled meanwhile: the number is opted out. Nothing was changed."
CHANGED = "The client has written again since you opened this page. Nothing was changed: please read it first."


@dataclass(frozen=True)
class Decided:
    """`sentence` says why nothing was changed, where nothing was."""

    outcome: Outcome
    sentence: str = ""

    @property
    def has_changed(self) -> bool:
        return not self.sentence


def decide(
    session: Session,
    business: Business,
    subscription_id: str,
    decision: Decision,
    *,
    seen: str | None,
    actor: str,
    name: str,
    ip: str,
    reason: str,
) -> Decided:
    """`seen` is `Review.seen` of what was read; None decides whatever there is. Raises NotFound."""
    row = subscription.lock_by_id(session, business.id, subscription_id)
    if row is None:
        raise NotFound("There is no such review.")
    found = review.one(session, business, row.id) if row.in_review else None
    if found is None:
        return Decided(Outcome.SETTLED, STOPPED if row.status == Status.OPTED_OUT else SETTLED)
    if seen is not None and seen != found.seen:
        return Decided(Outcome.CHANGED, CHANGED)
    if decision is Decision.KEEP:
        desk.keep(session, business.id, row.id, actor=actor, ip=ip, name=name, reason=reason)
        return Decided(Outcome.KEPT)
    _opt_out(session, business, found, actor=actor, name=name, ip=ip, reason=reason)
    return Decided(Outcome.OPTED_OUT)


def _opt_out(
    session: Session, business: Business, found: Review, *, actor: str, name: str, ip: str, reason: str
) -> None:
    """No text confirms it: the five minutes after their reply are mostly over (rules.md 11.4)."""
    desk.opt_out(
        session, business.id, found.id, actor=actor, name=name, ip=ip, reason=reason or NO_REASON,
        received_by="text", received_at=found.opened_at,
    )  # fmt: skip
