"""Which kinds of texts a client wants: the scope of their consent, narrowed by themselves and widened again only as far
as they ever agreed (rules.md section 2)."""

from collections.abc import Mapping
from typing import Any

from sqlmodel import Session

from portal.clients.link import Whose
from portal.clients.own_number import OwnNumber
from portal.clients.standing import TOPICS
from portal.consent import ledger, subscription
from portal.consent.purpose import Scope, wider
from portal.consent.state import Kind, Origin, Proof, Status
from portal.messaging import message


def offered(row: Any) -> list[Scope]:
    """What may be chosen, narrow to wide. Nothing while a reply in doubt waits or another number holds this one back:
    choosing is an act of the client's own, which would settle both without their knowing. Marketing that ended begins
    again only with its own question (rules.md section 12)."""
    if row is None or row.status != Status.OPTED_IN or row.is_paused or row.in_review:
        return []
    known = [scope for scope in Scope if wider(row.granted_scope, scope) == row.granted_scope]
    return [scope for scope in known if scope is not Scope.MARKETING or row.scope == scope]


def narrower(row: Any) -> list[Scope]:
    """What may be chosen without a proof of whose number it is: nothing wider than it is now."""
    return [scope for scope in offered(row) if wider(row.scope, scope) == row.scope]


def choose(
    session: Session,
    opened: Whose,
    number: OwnNumber,
    scope: str,
    *,
    evidence: Mapping[str, Any],
    only_narrower: bool = False,
) -> bool:
    """On every channel on which it is offered, as it stands now; False where it is on none. `only_narrower`: whoever
    acts may not be the client, so that it widens nothing on any channel."""
    is_done = False
    for each in number.lines:
        row = subscription.lock_by_id(session, opened.business.id, each.id)
        if scope not in (narrower(row) if only_narrower and row is not None else offered(row)):
            continue
        is_done = True
        if scope != row.scope:
            recorded = ledger.record(
                session, row, Kind.OPTED_IN, origin=Origin.PORTAL, proof=Proof.PERSONAL_LINK, actor=opened.actor,
                scope=scope, evidence=evidence,
            )  # fmt: skip
            message.notice(session, recorded.row, f"The client chose on their own page: {TOPICS[Scope(scope)]}.")
    return is_done
