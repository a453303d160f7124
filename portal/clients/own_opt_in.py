"""Yes or No to texts on a client's own page: their own act, also after a STOP (H-24, interface.md 6.1). Where the
carrier still blocks, texting waits for a START all the same (X-17)."""

from collections.abc import Mapping
from typing import Any

from sqlmodel import Session

from portal.accounts.sender import SMS
from portal.clients import stop
from portal.clients.link import Opened
from portal.clients.own_number import OwnNumber
from portal.consent import disclaimer, ledger, own_pause, subscription
from portal.consent.disclaimer import Shown
from portal.consent.purpose import Scope
from portal.consent.state import Kind, Origin, Proof, Status
from portal.messaging import confirmation_room, opt_in, outbox
from portal.settings import Caps


def say_yes(
    session: Session, opened: Opened, number: OwnNumber, shown: Shown, *, evidence: Mapping[str, Any], caps: Caps
) -> bool:
    """False when there were too many texts to this number today, and nothing was done."""
    row = subscription.lock(session, opened.business.id, SMS, number.number)
    if row.status == Status.OPTED_IN and not row.is_paused:
        return True
    if not confirmation_room.take_for_client(session, number.number, caps):
        return False
    disclaimer.keep(session, opened.business.id, shown)
    recorded = opt_in.opt_in(
        session, row, origin=Origin.PORTAL, proof=Proof.PERSONAL_LINK, actor=opened.actor, scope=Scope.INFORMATIONAL,
        confirmation="form.confirmation", evidence=evidence,
    )  # fmt: skip
    if own_pause.until(recorded.row) is not None:
        own_pause.end(session, recorded.row)
    return True


def say_no(
    session: Session, opened: Opened, number: OwnNumber, shown: Shown, *, evidence: Mapping[str, Any]
) -> list[str]:
    """A No is a fact: to an open question it declines, to a number that had agreed and is on hold it is as good as a
    stop; to one that said No before, nothing changes. The answer is what `stop.stop` answers."""
    row = subscription.lock(session, opened.business.id, SMS, number.number)
    if row.status == Status.OPTED_IN:
        disclaimer.keep(session, opened.business.id, shown)
        return stop.stop(session, opened, [number], evidence=evidence)
    if row.status in (Status.NONE, Status.REQUESTED):
        disclaimer.keep(session, opened.business.id, shown)
        outbox.cancel_waiting(session, row.id, reason="declined")
        ledger.record(
            session, row, Kind.DECLINED, origin=Origin.PORTAL, proof=Proof.PERSONAL_LINK, actor=opened.actor,
            evidence=evidence,
        )  # fmt: skip
    return []
