"""The one road in: every provider event is stored once, forever, and acted on in the same transaction (law 2)."""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session

from portal import clock
from portal.accounts import delivery
from portal.accounts import endpoint as webhook
from portal.column import new_id
from portal.consent import ledger, reply, reply_matter, subscription
from portal.consent.ledger import Recorded
from portal.consent.purpose import Purpose
from portal.consent.reply import Context, Meaning, Verdict
from portal.consent.state import Carrier, Kind, Origin, Proof, Status
from portal.messaging import (
    automatic_text,
    caller,
    clarification,
    flight,
    loop_breaker,
    message,
    one_time_code,
    open_request,
    opt_in,
    outbox,
    outcome,
    provider_event,
    reply_language,
    task,
)
from portal.messaging.message import Direction, Fate
from portal.providers.provider import Event, InboundText, Provider, StatusUpdate
from portal.statement import Statement, param

RECENT = 10  # of our own texts, which a reply may quote


@dataclass(frozen=True)
class Received:
    """`subscription_id` names the number whose texts must have landed before the provider gets its 2xx."""

    is_new: bool
    subscription_id: str | None = None
    has_flight: bool = False


_OURS = Statement(
    sa.select(*(message.table.c[name] for name in ("text", "purpose", "number", "once_key")))
    .where(message.table.c.subscription_id == param("subscription_id"), message.table.c.direction == "outbound")
    .order_by(message.table.c.created_at.desc(), message.table.c.id.desc())
    .limit(RECENT)
)


@dataclass(frozen=True)
class Rules:
    """What the operator set for the road in."""

    auto_reply_minutes: int = 10


def receive(
    session: Session,
    business_id: str,
    provider: Provider,
    event: Event,
    *,
    raw: bytes,
    arrived_at: dt.datetime,
    rules: Rules,
) -> Received:
    """Store `event` once and act on it. A repeated event changes nothing, but learns whether a text is in flight."""
    is_new = provider_event.keep(session, business_id, provider.name, event.event_id, raw)
    if isinstance(event, InboundText):
        row = caller.find(session, business_id, provider, event)
        if row is None:
            return Received(is_new)
        if is_new:
            _Inbound(session, row, provider, event, arrived_at, rules).act()
        return Received(is_new, row.id, flight.is_stopped(session, row.id))
    if is_new and isinstance(event, StatusUpdate):
        outcome.report(session, business_id, event)
    return Received(is_new)


Effect = Callable[[Verdict], None]


@dataclass
class _Inbound:
    """One inbound text and what follows from it."""

    session: Session
    row: Any
    provider: Provider
    event: InboundText
    arrived_at: dt.datetime
    rules: Rules

    def act(self) -> None:
        verdict = self._read()
        self.message_id, self.at = new_id(), clock.now()
        self.news = subscription.news(at=self.at, text=self.event.text, direction=Direction.INBOUND, unread=1)
        if verdict.meaning is not Meaning.OPT_OUT or self.row.status == Status.OPTED_OUT:
            subscription.tell(self.session, self.row.id, self.news)  # else one update writes it with the new state
        effect: dict[Meaning, Effect] = {
            Meaning.OPT_OUT: self._stop, Meaning.START: self._start, Meaning.YES: self._yes, Meaning.NO: self._no,
            Meaning.HELP: self._help, Meaning.REVIEW: self._review, Meaning.NONE: self._other,
        }  # fmt: skip
        effect[verdict.meaning](verdict)
        self._keep(verdict)

    def _keep(self, verdict: Verdict) -> None:
        """Last, so that on PostgreSQL it travels with everything else: what was cancelled could not follow it."""
        message.add(
            self.session, self.row, direction=Direction.INBOUND, status=Fate.RECEIVED, text=self.event.text,
            segments=self.event.segments, provider=self.provider.name, provider_id=self.event.event_id.split(":")[-1],
            reading={"meaning": verdict.meaning, "rule": verdict.rule, "matched": verdict.matched,
                     "normalized": verdict.normalized, "version": verdict.grammar_version},
            id=self.message_id, created_at=self.at, should_touch=False,
        )  # fmt: skip
        if reply_matter.other_matter(self.event.text, verdict):
            task.leave(self.session, self.row, self.message_id)
        if self.row.has_listener:
            delivery.note(self.session, self.row.business_id, webhook.Event.MESSAGE_RECEIVED, self.message_id)

    def _read(self) -> Verdict:
        """The provider's own word for a STOP is stronger than ours; its word is never an opt-in (rules.md row 20)."""
        is_bare = reply.provider_keyword(self.event.text) is not None  # then it quotes nothing of ours
        ours = () if is_bare else _OURS.rows(self.session, subscription_id=self.row.id)
        recent = [one_time_code.as_sent(self.session, each) for each in ours]
        context: Context = "optin_pending" if self.row.status == Status.REQUESTED else "none"
        verdict = reply.read(
            self.event.text, recent_outbound=recent, context=context,
            extra_opt_out=self.row.opt_out_words, extra_opt_in=self.row.opt_in_words,
        )  # fmt: skip
        if self.event.keyword == "stop" and verdict.meaning is not Meaning.OPT_OUT:
            return Verdict(Meaning.OPT_OUT, "provider", "", verdict.normalized, verdict.grammar_version)
        return verdict

    def _stop(self, verdict: Verdict) -> None:
        """Where the provider acts on the bare word itself, the same act turns the carrier's light too."""
        is_blocked = self._provider_answers("stop") and self.provider.blocks(self.event.recipient)
        recorded = opt_in.opt_out(
            self.session, self.row, origin=Origin.REPLY, proof=Proof.HANDSET, actor="client",
            message_id=self.message_id, should_confirm=not self._provider_answers("stop"),
            evidence=self._evidence(verdict), carrier=Carrier.BLOCKED if is_blocked else None, news=self.news,
            has_contact=self.row.has_contact, language=reply_language.of(verdict.rule),
        )  # fmt: skip
        if recorded is None and is_blocked and self.row.carrier != Carrier.BLOCKED:
            self._carrier(Kind.CARRIER_BLOCKED)

    def _start(self, verdict: Verdict) -> None:
        row = self.row
        if row.status == Status.REQUESTED:  # it says more than the YES that was asked for
            self._opt_in(verdict, "form.confirmation", scope="informational")
        elif row.status in (Status.OPTED_OUT, Status.DECLINED) or row.is_claimed or row.is_paused or row.in_review:
            self._opt_in(verdict, "reply.confirmation")
        elif self._lifts_block():
            recorded = self._carrier(Kind.CARRIER_CLEARED)
            if row.status == Status.OPTED_IN:  # the carrier refused the confirmation of the Yes before
                opt_in.confirm(self.session, recorded, "reply.confirmation")

    def _yes(self, verdict: Verdict) -> None:
        """YES counts only against an open request that offered it; elsewhere it is a normal message (rules.md 11.3)."""
        if self.row.status == Status.REQUESTED:
            if verdict.rule.startswith("extra_") or open_request.offered(self.session, self.row.id, verdict.matched):
                self._opt_in(verdict, "form.confirmation", scope="informational")
            else:
                self._other(verdict)
        elif self._lifts_block():
            self._carrier(Kind.CARRIER_CLEARED)

    def _other(self, verdict: Verdict) -> None:
        """A normal message; where we wait for an answer we ask once more (X-11)."""
        if self.row.status == Status.REQUESTED:
            open_request.ask_again(self.session, self.row, **self._answering(verdict))

    def _answering(self, verdict: Verdict) -> dict[str, Any]:
        language = reply_language.of(verdict.rule)
        return {"message_id": self.message_id, "minutes": self.rules.auto_reply_minutes, "language": language}

    def _no(self, verdict: Verdict) -> None:
        if self.row.status != Status.REQUESTED:
            return
        outbox.cancel_waiting(self.session, self.row.id, reason="declined")
        ledger.record(
            self.session, self.row, Kind.DECLINED, origin=Origin.REPLY, proof=Proof.HANDSET, actor="client",
            message_id=self.message_id, evidence=self._evidence(verdict),
        )  # fmt: skip

    def _help(self, verdict: Verdict) -> None:
        """Answered at any status, without changing it, once in a while (rules.md row 12, promises.md B.1)."""
        if self._provider_answers("help"):
            return
        if not loop_breaker.may_answer(self.session, self.row.id, minutes=self.rules.auto_reply_minutes):
            return
        automatic_text.queue(
            self.session, self.row, "help", purpose=Purpose.HELP, once_key=f"help:{self.message_id}",
            language=reply_language.of(verdict.rule),
        )  # fmt: skip

    def _review(self, verdict: Verdict) -> None:
        if self.row.status != Status.OPTED_IN:
            return
        recorded = ledger.record(  # each doubtful reply is an entry; the first one dates the review
            self.session, self.row, Kind.REVIEW_OPENED, origin=Origin.REPLY, proof=Proof.HANDSET, actor="client",
            message_id=self.message_id, evidence=self._evidence(verdict),
        )  # fmt: skip
        if verdict.is_likely:
            clarification.ask(self.session, recorded.row, **self._answering(verdict))

    def _opt_in(self, verdict: Verdict, confirmation: str, scope: str | None = None) -> None:
        opt_in.opt_in(
            self.session, self.row, origin=Origin.REPLY, proof=Proof.HANDSET, actor="client", confirmation=confirmation,
            scope=scope, occurred_at=self.arrived_at, message_id=self.message_id, evidence=self._evidence(verdict),
            carrier=Carrier.CLEAR if self._lifts_block() else None,
        )  # fmt: skip

    def _lifts_block(self) -> bool:
        """START, UNSTOP and YES lift the provider's block; that alone is no consent (rules.md 4.1)."""
        return self._provider_word() == "start" and self.row.carrier == Carrier.BLOCKED

    def _carrier(self, kind: Kind) -> Recorded:
        return ledger.record(
            self.session, self.row, kind, origin=Origin.PROVIDER, proof=Proof.HANDSET, actor="provider",
            message_id=self.message_id,
        )  # fmt: skip

    def _provider_word(self) -> str | None:
        return self.event.keyword or reply.provider_keyword(self.event.text)

    def _provider_answers(self, keyword: str) -> bool:
        """By its own word for it, or because it acts on exactly this bare word at this number (rules.md 5.7)."""
        if self.event.keyword is not None:
            return self.event.keyword == keyword
        is_bare = reply.provider_keyword(self.event.text) == keyword
        return is_bare and self.provider.answers(self.event.text, self.event.recipient)

    def _evidence(self, verdict: Verdict) -> dict[str, Any]:
        return {
            "words": self.event.text, "rule": verdict.rule, "grammar_version": verdict.grammar_version,
            "provider": self.provider.name, "provider_id": self.event.event_id, "to": self.event.recipient,
        }  # fmt: skip
