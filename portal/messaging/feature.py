"""The switches of a main business: the first-message gate, group messages, WhatsApp; what each excludes and whom it
touches (M-8 to M-12, S-3, S-4, X-6, X-18)."""

from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session

from portal.accounts import audit, sender
from portal.accounts import business as businesses
from portal.accounts.business import SWITCHES, Business, Capability
from portal.accounts.sender import SMS, WHATSAPP
from portal.consent import subscription
from portal.consent.state import Status
from portal.errors import NotFound
from portal.messaging import message
from portal.messaging.gate import Refuse
from portal.statement import Statement, param

SHOWN = 50
TITLES = {
    Capability.FIRST_MESSAGE_GATE: "SMS Opt-in",
    Capability.GROUP_MESSAGES: "Group messages",
    Capability.WHATSAPP: "WhatsApp",
}
EXCLUDES = "Group Messages cannot be enabled if the SMS Opt-in is turned ON for the organization, and vice versa."
_s, _m = subscription.table, message.table
_UNPROVEN = Statement(
    sa.select(_s.c.id, _s.c.name, _s.c.number, _s.c.last_message_at)
    .where(
        _s.c.business_id == param("business_id"), _s.c.status == Status.NONE.value, _s.c.channel == SMS,
        _s.c.last_message_direction != "",
    )
    .order_by(_s.c.last_message_at.desc(), _s.c.id.desc())
    .limit(SHOWN + 1)
)  # fmt: skip
_HELD = Statement(
    sa.select(sa.func.count().label("held"))
    .select_from(_m)
    .where(_m.c.business_id == param("business_id"), sa.text("message.status IN ('queued', 'held')"),
           _m.c.status == "held")
)  # fmt: skip


@dataclass(frozen=True)
class Report:
    """Whom the gate would ask: conversations without evidence of consent, the newest SHOWN of them; and how many texts
    are held now."""

    unproven: tuple[Any, ...]
    has_more: bool
    held: int


def offered(business: Business) -> list[Capability]:
    """The switches that the operator granted; the others do not exist for this business (M-6)."""
    return [each for each in SWITCHES if business.may_use(each)]


def is_on(business: Business, feature: Capability) -> bool:
    return bool(getattr(business, SWITCHES[feature]))


def refusal(session: Session, business: Business, feature: Capability, *, on: bool) -> Refuse | None:
    """Why it cannot be switched so. Raises NotFound for what the operator did not grant."""
    if feature not in offered(business):
        raise NotFound()
    if business.main_id is not None:
        return Refuse("inherited", "This is decided in the main business, for all of its branches.", "Ask its owner.")
    if not on:
        return None
    other = {
        Capability.FIRST_MESSAGE_GATE: business.has_group_messages,
        Capability.GROUP_MESSAGES: business.has_first_message_gate,
    }
    if other.get(feature):
        return Refuse("excluded", EXCLUDES, "Switch the other one off first.")
    return None


def switch(
    session: Session, business: Business, feature: Capability, *, on: bool, actor: str, ip: str
) -> Refuse | None:
    """For the whole account at once (M-10). Refuse changes nothing."""
    no = refusal(session, business, feature, on=on)
    if no is not None or is_on(business, feature) == on:
        return no
    businesses.change_policy(session, business, **{SWITCHES[feature]: on})
    if feature is Capability.WHATSAPP:
        for each in (business, *businesses.branches(session, business.id)):
            sender.switch(session, each.id, WHATSAPP, on=on)
    action = "feature.switched_on" if on else "feature.switched_off"
    audit.note(session, action, actor=actor, business_id=business.id, ip=ip, feature=str(feature))
    return None


def report(session: Session, business: Business) -> Report:
    """Two queries of one index each."""
    rows = _UNPROVEN.rows(session, business_id=business.id)
    held = _HELD.first(session, business_id=business.id)
    return Report(tuple(rows[:SHOWN]), len(rows) > SHOWN, int(held.held))


def has_whatsapp_sender(session: Session, business_id: str) -> bool:
    return sender.of(session, business_id, WHATSAPP) is not None
