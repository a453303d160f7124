"""A client's new number: the old one is not texted any more (X-14), and the new one starts without consent (P13).

What is answered is the same whatever we know about the number (P15): it shows on the page once its handset said YES.
"""

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session

from portal import clock
from portal.accounts.sender import CHANNELS, SMS
from portal.clients.link import Opened
from portal.clients.own_number import OwnNumber
from portal.consent import disclaimer, ledger, phone_number, subscription
from portal.consent.disclaimer import Shown
from portal.consent.phone_number import PhoneNumber
from portal.consent.state import Kind, Origin, Proof, Status
from portal.contacts import contact, contact_change
from portal.messaging import confirmation_room, message, opt_in
from portal.settings import Caps

GAVE = "The client gave a new number on their own page: {number}."
SHOWN_FOR, MOMENT = dt.timedelta(days=30), dt.timedelta(minutes=1)
OTHERS = "We know it already, so it was not added to this contact: please ask the client before you do."


_c = contact_change.table


def change(session: Session, opened: Opened, old: OwnNumber, new: PhoneNumber) -> None:
    """The old number goes. The new one comes where nobody has it and nothing was ever said on it; else a member looks
    into it."""
    [client] = contact.lock(session, opened.business.id, opened.client.id)
    is_free = new.e164 not in contact.current(session, client) and _is_unknown(session, opened, new.e164)
    given = new.e164 if is_free else None
    contact.change_numbers(session, client, [(old.number, given)], actor=opened.actor, is_claimed=True)
    row = subscription.lock(session, opened.business.id, SMS, old.number)
    told = GAVE.format(number=phone_number.display(new.e164))
    message.notice(session, row, told if is_free else f"{told} {OTHERS}")


def given_at(session: Session, records: Sequence[str], numbers: Sequence[OwnNumber]) -> dt.datetime | None:
    """When the client last gave a new number, as long as none shows that came then: the same whatever became of it."""
    mine = sa.and_(_c.c.contact_id.in_(records), _c.c.actor.in_([f"contact:{each}" for each in records]))
    query = sa.select(sa.func.max(_c.c.at)).where(mine, _c.c.at > clock.now() - SHOWN_FOR)
    at: dt.datetime | None = session.scalar(query)
    is_here = at is not None and any(each.since_at is not None and each.since_at >= at - MOMENT for each in numbers)
    return None if is_here else at


def ask(
    session: Session,
    opened: Opened,
    new: PhoneNumber,
    shown: Shown,
    *,
    evidence: Mapping[str, Any],
    network: str,
    caps: Caps,
) -> None:
    """A Yes for a number that the client did not have is anybody's: one text asks the handset, where nobody has decided
    there yet and there is room; else it is a claim, and nothing is sent."""
    disclaimer.keep(session, opened.business.id, shown)
    row = subscription.lock(session, opened.business.id, SMS, new.e164)
    has_turn = confirmation_room.take_a_turn(
        session, new.region, caps, network=network, form=f"own page:{opened.business.id}",
        business_id=opened.business.id,
    )  # fmt: skip
    if has_turn and _is_undecided(row) and confirmation_room.take_for_anybody(session, new, caps):
        opt_in.ask(session, row, origin=Origin.PORTAL, actor=opened.actor, evidence=evidence)
    else:
        ledger.record(
            session, row, Kind.CLAIMED, origin=Origin.PORTAL, proof=Proof.ANONYMOUS, actor=opened.actor,
            evidence=evidence,
        )  # fmt: skip


def _is_undecided(row: Any) -> bool:
    is_open = row.status in (Status.NONE, Status.REQUESTED) and not row.returns_to
    return bool(is_open and not row.is_paused and not row.in_review)


def _is_unknown(session: Session, opened: Opened, number: str) -> bool:
    """Whether no contact has it and nobody ever wrote, was texted or decided anything at it."""
    if contact.is_held(session, opened.business.id, number):
        return False
    rows = [subscription.find(session, opened.business.id, channel, number) for channel in CHANNELS]
    return not any(row.last_entry_at or row.last_message_direction for row in rows if row is not None)
