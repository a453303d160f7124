"""What follows from one inbound text: how it is read, which fact it is, what it is answered and who may see it."""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sqlmodel import Session

from portal import clock
from portal.accounts import business as businesses
from portal.accounts import delivery
from portal.accounts import endpoint as webhook
from portal.accounts.sender import WHATSAPP
from portal.column import new_id
from portal.consent import ledger, own_pause, reply_matter, subscription
from portal.consent.ledger import Recorded
from portal.consent.purpose import Purpose
from portal.consent.reply import Meaning, Verdict
from portal.consent.state import Carrier, Kind, Origin, Proof, Status
from portal.messaging import (
    automatic_text,
    clarification,
    dialogue,
    first_message,
    invited,
    loop_breaker,
    message,
    offline_consent,
    open_request,
    opt_in,
    reading,
    reply_language,
    task,
    texted_code,
)  # fmt: skip
from portal.messaging.invited import Invited
from portal.messaging.message import Direction, Fate
from portal.providers.provider import InboundText, Provider

HIDDEN = "A text that is shown when they say YES."


@dataclass(frozen=True)
class Rules:
    """What the operator set for the road in."""

    auto_reply_minutes: int = 10


Effect = Callable[[Verdict], None]


@dataclass
class Inbound:
    """One inbound text and what follows from it."""

    session: Session
    row: Any
    provider: Provider
    event: InboundText
    arrived_at: dt.datetime
    rules: Rules

    def act(self) -> None:
        self.is_asked = open_request.is_open(self.session, self.row, self.event.text)
        verdict = reading.read(self.session, self.row, self.event, is_asked=self.is_asked)
        self.claim = texted_code.claim(self.session, self.row, self.event.text, verdict)
        self.message_id, self.at = new_id(), clock.now()
        self.row = self.row._replace(last_inbound_at=self.at)  # WhatsApp's 24 hours begin with this very text
        self.is_hidden = self._must_hide(verdict)
        shown = HIDDEN if self.is_hidden else self.event.text
        self.news = subscription.news(at=self.at, text=shown, direction=Direction.INBOUND, unread=1)
        if verdict.meaning is not Meaning.OPT_OUT or self.row.status == Status.OPTED_OUT:
            subscription.tell(self.session, self.row.id, self.news)  # else one update writes it with the new state
        effect: dict[Meaning, Effect] = {
            Meaning.OPT_OUT: self._stop, Meaning.START: self._start, Meaning.YES: self._yes, Meaning.NO: self._no,
            Meaning.HELP: self._help, Meaning.REVIEW: self._review, Meaning.NONE: self._other,
        }  # fmt: skip
        (effect[verdict.meaning] if self.claim is None else self._form_code)(verdict)
        self._keep(verdict)

    def _keep(self, verdict: Verdict) -> None:
        """Last, so that on PostgreSQL it travels with everything else: what was cancelled could not follow it."""
        message.add(
            self.session, self.row, direction=Direction.INBOUND, status=Fate.RECEIVED, text=self.event.text,
            segments=self.event.segments, provider=self.provider.name, provider_id=self.event.event_id.split(":")[-1],
            reading={"meaning": verdict.meaning, "rule": verdict.rule, "matched": verdict.matched,
                     "normalized": verdict.normalized, "version": verdict.grammar_version},
            id=self.message_id, created_at=self.at, should_touch=False, is_hidden=self.is_hidden,
        )  # fmt: skip
        if reply_matter.other_matter(self.event.text, verdict):
            task.leave(self.session, self.row, self.message_id)
        if self.row.has_listener and not self.is_hidden:
            delivery.note(self.session, self.row.business_id, webhook.Event.MESSAGE_RECEIVED, self.message_id)

    def _stop(self, verdict: Verdict) -> None:
        """Where the provider acts on the bare word itself, the same act turns the carrier's light too."""
        is_answered = reading.is_answered(self.provider, self.event, "stop")
        is_blocked = is_answered and self.provider.blocks(self.event.recipient)
        recorded = opt_in.opt_out(
            self.session, self.row, origin=Origin.REPLY, proof=Proof.HANDSET, actor="client",
            message_id=self.message_id, should_confirm=not is_answered,
            evidence=self._evidence(verdict), carrier=Carrier.BLOCKED if is_blocked else None, news=self.news,
            has_contact=self.row.has_contact, language=reply_language.of(verdict.rule),
        )  # fmt: skip
        if recorded is None and is_blocked and self.row.carrier != Carrier.BLOCKED:
            self._carrier(Kind.CARRIER_BLOCKED)

    def _start(self, verdict: Verdict) -> None:
        row = self.row
        if own_pause.until(row) is not None:
            own_pause.end(self.session, row)
        if self.is_asked:  # it says more than the YES that was asked for
            self._accept(verdict)
        elif row.status in (Status.OPTED_OUT, Status.DECLINED) or offline_consent.awaits_them(row):
            self._opt_in(verdict, "reply.confirmation")
        elif self._lifts_block():
            recorded = self._carrier(Kind.CARRIER_CLEARED)
            if row.status == Status.OPTED_IN:  # the carrier refused the confirmation of the Yes before
                opt_in.confirm(self.session, recorded, "reply.confirmation")
        elif row.status == Status.NONE:
            self._other(verdict)

    def _yes(self, verdict: Verdict) -> None:
        """It counts where a request offered it, on WhatsApp after a No (rules.md 11.3, W-15), and proves a paper."""
        if self._is_answer(verdict):
            self._accept(verdict)
        elif self.row.channel == WHATSAPP and self.row.status in (Status.DECLINED, Status.OPTED_OUT):
            self._opt_in(verdict, "mo.accepted.client", "mo.accepted.user", scope="informational")
        elif offline_consent.is_on_paper(self.row):
            self._opt_in(verdict, "reply.confirmation")
        elif self._lifts_block():
            self._carrier(Kind.CARRIER_CLEARED)
        else:
            self._other(verdict)

    def _form_code(self, verdict: Verdict) -> None:
        texted_code.accept(
            self.session, self.row, self.claim, message_id=self.message_id, occurred_at=self.arrived_at,
            carrier=Carrier.CLEAR if self._lifts_block() else None, texted=self._evidence(verdict),
        )  # fmt: skip

    def _accept(self, verdict: Verdict) -> None:
        """The request that was open is answered, in the words that belong to it (B2.2); an invitation's are its own."""
        turn = dialogue.accepted(self.row.origin)
        origin = Origin(self.row.origin) if dialogue.is_of_gate(self.row.origin) else Origin.REPLY
        asked = invited.answered(self.session, self.row)
        self._opt_in(
            verdict, turn.client, turn.user, scope=open_request.reach(self.session, self.row),
            origin=Origin.INVITATION if asked else origin, answers=asked,
        )  # fmt: skip

    def _other(self, verdict: Verdict) -> None:
        """A normal message; where we wait for an answer we ask once more (X-11), and with the first-message gate on we
        ask whoever writes without having agreed (S-17). A reply that may mean stop is no knock after a No."""
        if self.row.status == Status.REQUESTED:
            open_request.ask_again(self.session, self.row, **self._answering(verdict))
        elif self._is_unasked() and (self.row.status == Status.NONE or verdict.meaning in (Meaning.NONE, Meaning.YES)):
            home = businesses.get(self.session, self.row.business_id)
            first_message.knock(self.session, home, self.row, message_id=self.message_id)

    def _is_unasked(self) -> bool:
        return opt_in.is_gated(self.session, self.row) and self.row.status != Status.OPTED_IN

    def _is_answer(self, verdict: Verdict) -> bool:
        """Whether YES or NO answers an open request."""
        if not self.is_asked or verdict.meaning not in (Meaning.YES, Meaning.NO):
            return False
        if verdict.meaning is Meaning.NO or verdict.rule.startswith("extra_"):
            return True
        return open_request.offered(self.session, self.row.id, verdict.matched)

    def _must_hide(self, verdict: Verdict) -> bool:
        """What a client writes who has not agreed is shown with their YES (X-9); what they decide is seen at once."""
        if self.claim is not None or not self._is_unasked() or self.row.shows_held_inbound:
            return False
        if verdict.meaning in (Meaning.OPT_OUT, Meaning.START, Meaning.HELP):
            return False
        is_return = verdict.meaning is Meaning.YES and self.row.channel == WHATSAPP and self.row.status != Status.NONE
        return not is_return and not self._is_answer(verdict)

    def _answering(self, verdict: Verdict) -> dict[str, Any]:
        language = reply_language.of(verdict.rule)
        return {"message_id": self.message_id, "minutes": self.rules.auto_reply_minutes, "language": language}

    def _no(self, verdict: Verdict) -> None:
        if not self._is_answer(verdict):
            self._other(verdict)
            return
        opt_in.decline(
            self.session, self.row, message_id=self.message_id, evidence=self._evidence(verdict),
            language=reply_language.of(verdict.rule),
        )  # fmt: skip

    def _help(self, verdict: Verdict) -> None:
        """Answered at any status, without changing it, once in a while (rules.md row 12, promises.md B.1)."""
        if reading.is_answered(self.provider, self.event, "help"):
            return
        if not loop_breaker.may_answer(self.session, self.row.id, minutes=self.rules.auto_reply_minutes):
            return
        automatic_text.queue(
            self.session, self.row, "help", purpose=Purpose.HELP, once_key=f"help:{self.message_id}",
            language=reply_language.of(verdict.rule),
        )  # fmt: skip

    def _review(self, verdict: Verdict) -> None:
        if self.row.status == Status.NONE:
            self._other(verdict)
        if self.row.status != Status.OPTED_IN:
            return
        recorded = ledger.record(  # each doubtful reply is an entry; the first one dates the review
            self.session, self.row, Kind.REVIEW_OPENED, origin=Origin.REPLY, proof=Proof.HANDSET, actor="client",
            message_id=self.message_id, evidence=self._evidence(verdict),
        )  # fmt: skip
        if verdict.is_likely:
            clarification.ask(self.session, recorded.row, **self._answering(verdict))

    def _opt_in(
        self,
        verdict: Verdict,
        confirmation: str,
        notice: str = "notice.opted_in",
        *,
        scope: str | None = None,
        origin: Origin = Origin.REPLY,
        answers: Invited | None = None,
    ) -> None:
        opt_in.opt_in(
            self.session, self.row, origin=origin, proof=Proof.HANDSET, actor="client", confirmation=confirmation,
            notice=notice, scope=scope, occurred_at=self.arrived_at, message_id=self.message_id,
            evidence=self._evidence(verdict), carrier=Carrier.CLEAR if self._lifts_block() else None, answers=answers,
        )  # fmt: skip

    def _lifts_block(self) -> bool:
        """START, UNSTOP and YES lift the provider's block; that alone is no consent (rules.md 4.1)."""
        return reading.keyword(self.event) == "start" and self.row.carrier == Carrier.BLOCKED

    def _carrier(self, kind: Kind) -> Recorded:
        return ledger.record(
            self.session, self.row, kind, origin=Origin.PROVIDER, proof=Proof.HANDSET, actor="provider",
            message_id=self.message_id,
        )  # fmt: skip

    def _evidence(self, verdict: Verdict) -> dict[str, Any]:
        return {
            "words": self.event.text, "rule": verdict.rule, "grammar_version": verdict.grammar_version,
            "provider": self.provider.name, "provider_id": self.event.event_id, "to": self.event.recipient,
            "received_at": clock.rfc3339(self.arrived_at),
        }  # fmt: skip
