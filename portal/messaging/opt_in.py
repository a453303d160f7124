"""The dialogue about consent: what happens around an opt-in and an opt-out, in the one transaction that records it."""

import datetime as dt
from collections.abc import Mapping
from typing import Any

from sqlmodel import Session

from portal import clock
from portal.accounts import business as businesses
from portal.accounts.language import Language
from portal.accounts.sender import WHATSAPP
from portal.consent import ledger, marketing, subscription, whatsapp_user
from portal.consent.ledger import Recorded
from portal.consent.phone_number import aliases
from portal.consent.purpose import Purpose
from portal.consent.state import Carrier, Kind, Origin, Proof, Status
from portal.consent.subscription import News
from portal.contacts import contact
from portal.messaging import (
    automatic_text,
    dialogue,
    held_text,
    invited,
    marketing_text,
    message,
    one_time_code,
    outbox,
    trigger_event,
)
from portal.messaging.invited import Invited
from portal.messaging.trigger_event import Trigger

RELEASED = "The client opted in again after a reply in doubt: automated texts go on."
CONFIRM_WITHIN = dt.timedelta(minutes=5)  # of an opt-out, or not at all: 47 CFR 64.1200(a)(12), rules.md row 4


def opt_in(
    session: Session,
    row: Any,
    *,
    origin: Origin,
    proof: Proof,
    actor: str,
    confirmation: str,
    notice: str = "notice.opted_in",
    scope: str | None = None,
    carrier: Carrier | None = None,
    occurred_at: dt.datetime | None = None,
    message_id: str | None = None,
    submission_id: str | None = None,
    evidence: Mapping[str, Any] | None = None,
    answers: Invited | None = None,
) -> Recorded:
    """Record a client's own act; where it opened texting, queue exactly one confirmation (H-14, rules.md row 11) and
    release what waited for it (X-8). `confirmation` and `notice` are slots of wording_slot.py; an invitation that it
    `answers` confirms in its own words, also to somebody who had agreed before (F-14)."""
    asked = answers or invited.of(session, row)
    recorded = ledger.record(
        session, row, Kind.OPTED_IN, origin=origin, proof=proof, actor=actor, scope=scope, carrier=carrier,
        occurred_at=occurred_at,
        message_id=message_id, submission_id=submission_id, evidence=evidence,
    )  # fmt: skip
    _confirmed(session, recorded, confirmation, notice, answers, (evidence or {}).get("questionnaire"))
    if recorded.after.invited_seq is None:
        invited.leave(session, recorded.row, asked)
    return recorded


def _confirmed(
    session: Session, recorded: Recorded, key: str, notice: str, answers: Invited | None, questionnaire_id: str | None
) -> None:
    row = recorded.row
    if recorded.has_changed_status and recorded.after.status is Status.OPTED_IN:
        confirm(session, recorded, key, answers)
        dialogue.tell(session, None, row, notice)
        held_text.release(session, row, consent_seq=recorded.seq)
        trigger_event.note(
            session, row.business_id, Trigger.OPTED_IN, source=f"entry:{recorded.seq}", subscription_id=row.id,
            contact_id=row.contact_id, questionnaire_id=questionnaire_id,
        )  # fmt: skip
        return
    is_wider = marketing_text.has_begun(recorded)
    if answers is not None or is_wider:
        confirm(session, recorded, key, answers)
    if is_wider:
        message.notice(session, row, marketing_text.WIDENED)
    if recorded.before.in_review and not recorded.after.in_review:
        message.notice(session, row, RELEASED)


def confirm(session: Session, recorded: Recorded, key: str, answers: Invited | None = None) -> None:
    """One confirmation per consent entry, whatever happens twice."""
    once_key, purpose = f"opt_in:{recorded.row.id}:{recorded.seq}", Purpose.OPT_IN_CONFIRMATION
    if answers is not None:
        invited.say(session, recorded.row, answers, answers.yes, purpose=purpose, once_key=once_key)
        return
    ending = marketing_text.CONFIRMED if marketing_text.has_begun(recorded) else None
    automatic_text.queue(session, recorded.row, key, purpose=purpose, once_key=once_key, ending=ending)


def ask(
    session: Session,
    row: Any,
    *,
    origin: Origin,
    actor: str,
    evidence: Mapping[str, Any],
    submission_id: str | None = None,
    with_code: bool = False,
) -> Recorded:
    """A Yes that the handset has still to confirm (X-29): one request, and nothing else until its YES. With a code,
    each submission gets its own, since the one before is bound to the form before."""
    recorded = ledger.record(
        session, row, Kind.ASKED, origin=origin, proof=Proof.ANONYMOUS, actor=actor, evidence=evidence,
        submission_id=submission_id,
    )  # fmt: skip
    ending = marketing_text.ASKED if marketing.is_agreed(evidence) else None
    if with_code and submission_id is not None:
        _send_code(session, recorded.row, submission_id, ending)
    elif recorded.has_changed_status:
        automatic_text.queue(
            session, recorded.row, "form.request", purpose=Purpose.OPT_IN_REQUEST,
            once_key=f"ask:{row.id}:{recorded.seq}", ending=ending,
        )  # fmt: skip
    return recorded


def _send_code(session: Session, row: Any, submission_id: str, ending: Mapping[Language, str] | None) -> None:
    """A text that cannot leave while its code is good does not leave at all."""
    automatic_text.queue(
        session, row, "form.code", purpose=Purpose.OPT_IN_REQUEST, once_key=one_time_code.once_key(submission_id),
        expires_at=clock.now() + one_time_code.LASTS, ending=ending,
    )  # fmt: skip


def opt_out(
    session: Session,
    row: Any,
    *,
    origin: Origin,
    proof: Proof,
    actor: str,
    should_confirm: bool,
    carrier: Carrier | None = None,
    message_id: str | None = None,
    submission_id: str | None = None,
    evidence: Mapping[str, Any] | None = None,
    news: News | None = None,
    has_contact: bool = True,
    language: Language | None = None,
    answers: Invited | None = None,
) -> Recorded | None:
    """Stop everything to this number, and hold the contact's other numbers (X-15). None: it had stopped before. An
    invitation that it `answers` has the words for it."""
    if row.status == Status.OPTED_OUT:
        outbox.cancel_waiting(session, row.id, reason="opted_out", spare=outbox.CONFIRMATION)
        return None
    outbox.cancel_waiting(session, row.id, reason="opted_out", spare=outbox.NOTHING)
    asked = answers or invited.of(session, row)
    recorded = ledger.record(
        session, row, Kind.OPTED_OUT, origin=origin, proof=proof, actor=actor, carrier=carrier, message_id=message_id,
        submission_id=submission_id, evidence=evidence, news=news,
    )  # fmt: skip
    _carry(session, recorded, asked, has_contact=has_contact)
    said = dialogue.rejected(row.origin, asks_first=is_gated(session, row))
    dialogue.tell(session, None, recorded.row, said.user)
    if should_confirm:
        _confirm_opt_out(session, recorded, said.client, language, answers)
    return recorded


def decline(
    session: Session, row: Any, *, message_id: str, evidence: Mapping[str, Any], language: Language | None
) -> None:
    """A No to an open request. One that the first-message gate sent is answered like a STOP to it (B2.2), an
    invitation in its own words; who had agreed before takes that back (F-14)."""
    asked, answers = invited.of(session, row), invited.answered(session, row)
    act: dict[str, Any] = {
        "origin": Origin.REPLY, "proof": Proof.HANDSET, "actor": "client", "message_id": message_id,
        "evidence": evidence,
    }  # fmt: skip
    if row.status == Status.OPTED_IN:
        opt_out(session, row, should_confirm=True, language=language, answers=answers, **act)
        return
    outbox.cancel_waiting(session, row.id, reason="declined")
    recorded = ledger.record(session, row, Kind.DECLINED, **act)
    invited.leave(session, recorded.row, asked)
    if dialogue.is_of_gate(row.origin) or answers is not None:
        said = dialogue.rejected(row.origin, asks_first=answers is None)
        dialogue.tell(session, None, recorded.row, said.user)
        _confirm_opt_out(session, recorded, said.client, language, answers)


def is_gated(session: Session, row: Any) -> bool:
    """Whether the first-message gate is on for the business and channel of `row`; a row of the road in knows it."""
    known = getattr(row, "has_first_message_gate", None)
    if known is None:
        return businesses.get(session, row.business_id).asks_first(row.channel)
    return bool(known) or row.channel == WHATSAPP


def _confirm_opt_out(
    session: Session, recorded: Recorded, key: str, language: Language | None, answers: Invited | None = None
) -> None:
    once_key, until = f"opt_out:{recorded.row.id}:{recorded.seq}", clock.now() + CONFIRM_WITHIN
    purpose = Purpose.OPT_OUT_CONFIRMATION
    if answers is not None:
        invited.say(session, recorded.row, answers, answers.no, purpose=purpose, once_key=once_key, expires_at=until)
        return
    automatic_text.queue(
        session, recorded.row, key, purpose=purpose, once_key=once_key, expires_at=until, language=language
    )


def _carry(session: Session, recorded: Recorded, asked: Invited | None, *, has_contact: bool) -> None:
    """What a STOP does elsewhere."""
    if has_contact:
        _pause_siblings(session, recorded)
    _stop_aliases(session, recorded)
    invited.leave(session, recorded.row, asked)


def _pause_siblings(session: Session, recorded: Recorded) -> None:
    for number in contact.siblings(session, recorded.row.business_id, recorded.row.number):
        other = subscription.lock(session, recorded.row.business_id, recorded.row.channel, number)
        if not other.is_paused:
            ledger.record(
                session, other, Kind.PAUSED, origin=Origin.SYSTEM, proof=Proof.ATTESTED, actor="system",
                evidence={"because_of_entry": recorded.seq},
            )  # fmt: skip
        outbox.cancel_waiting(session, other.id, reason="paused")


def _stop_aliases(session: Session, recorded: Recorded) -> None:
    """Other spellings of the same handset stop with it (promises.md D), and on WhatsApp the same user's other row."""
    row = recorded.row
    others = [subscription.find(session, row.business_id, row.channel, each) for each in aliases(row.number)[1:]]
    others += whatsapp_user.twins(session, row) if row.channel == WHATSAPP else []
    for other in others:
        if other is not None and other.id != recorded.row.id and other.status != Status.OPTED_OUT:
            locked = subscription.lock_by_id(session, other.business_id, other.id)
            outbox.cancel_waiting(session, locked.id, reason="opted_out")
            invited.leave(session, locked, invited.of(session, locked))
            ledger.record(
                session, locked, Kind.OPTED_OUT, origin=Origin.SYSTEM, proof=Proof.ATTESTED, actor="system",
                evidence={"because_of_entry": recorded.seq},
            )  # fmt: skip
