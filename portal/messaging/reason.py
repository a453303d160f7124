"""Why may this number be texted, or why not: the gate's decision in words, and the ledger entries behind it.

It reads what the gate reads and decides nothing itself, so that what it says is what happens.
"""

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session

from portal.accounts import member
from portal.accounts.business import Business
from portal.consent import ledger, subscription
from portal.consent.purpose import Purpose
from portal.consent.state import Carrier, Kind, Origin, Proof, State, Status, order, step
from portal.contacts import contact
from portal.errors import NotFound
from portal.messaging import gate, quarantine
from portal.messaging.gate import Refuse
from portal.statement import Statement, param

KINDS = {
    Kind.ASKED: "Asked for a Yes", Kind.CLAIMED: "Somebody typed this number and chose Yes; nothing proves who",
    Kind.OPTED_IN: "Opted in", Kind.DECLINED: "Said No", Kind.OPTED_OUT: "Opted out",
    Kind.LAPSED: "The request lapsed without an answer", Kind.PAUSED: "Paused",
    Kind.CARRIER_BLOCKED: "The carrier began to refuse texts", Kind.CARRIER_CLEARED: "The carrier let texts through",
    Kind.UNDELIVERABLE: "A text could not reach this number", Kind.REACHABLE: "Texts reach this number",
    Kind.REVIEW_OPENED: "A reply came that may mean stop", Kind.REVIEW_KEPT: "A member read the reply and kept texting",
}  # fmt: skip
ORIGINS = {
    Origin.FORM: "in a questionnaire", Origin.BUSINESS_FIRST: "in answer to your first text",
    Origin.CLIENT_FIRST: "after they texted first", Origin.INVITATION: "in answer to an invitation",
    Origin.PORTAL: "on their own page", Origin.OFFLINE: "on paper or by word", Origin.REPLY: "by a text",
    Origin.MEMBER: "recorded by your team", Origin.PROVIDER: "reported by the carrier",
    Origin.SYSTEM: "followed from another number, or from a record that was erased",
}  # fmt: skip
PROOFS = {
    Proof.HANDSET: "from the phone itself", Proof.PERSONAL_LINK: "through their personal link",
    Proof.ANONYMOUS: "through a link that anybody may open", Proof.ATTESTED: "",
}  # fmt: skip
ACTORS = {"client": "The client", "provider": "The carrier", "system": "This program", "token": "A program of yours"}
LIGHTS = {
    Status.NONE: "Nobody at this number has said Yes or No to your texts.",
    Status.REQUESTED: "They were asked and have not answered yet.",
    Status.OPTED_IN: "They said Yes, and have not taken it back.",
    Status.DECLINED: "They were asked and said No.",
    Status.OPTED_OUT: "They said stop. Only they can open it again.",
}
CARRIERS = {
    Carrier.UNKNOWN: "No text has reached this number yet, and none was refused.",
    Carrier.CLEAR: "Their carrier lets your texts through.",
    Carrier.BLOCKED: "Their carrier refuses your texts, whatever your records say. A START from their phone ends it.",
}

_e = ledger.table
_CAUSE = Statement(
    sa.select(_e.c.subscription_id).where(_e.c.business_id == param("business_id"), _e.c.seq == param("seq"))
)


@dataclass(frozen=True)
class Fact:
    """One ledger entry in words. `words` are exactly what was shown, written or given as the reason; `label` says
    which of these. Both are empty where nothing was said, or where it was erased."""

    seq: int
    at: dt.datetime
    what: str
    how: str
    label: str
    words: str
    who: str


@dataclass(frozen=True)
class Other:
    """Another number of the client; `id` is its subscription, where there is one."""

    id: str
    number: str


@dataclass(frozen=True)
class Reason:
    """`conversation` and `automated` are None where such a text may go. `facts`: what decided it first, then the
    consent that would stand without it. `also` is what holds besides; `causes` the numbers that paused this one."""

    row: Any
    email: str
    our_number: str
    conversation: Refuse | None
    automated: Refuse | None
    facts: tuple[Fact, ...]
    also: tuple[Refuse, ...]
    causes: tuple[Other, ...]
    consent_light: str
    carrier_light: str

    @property
    def key(self) -> str:
        """The reason of what is to be unlocked first; empty when nothing is."""
        refusal = self.conversation or self.automated
        return refusal.reason if refusal else ""


def read(session: Session, business: Business, subscription_id: str) -> Reason:
    """Raises NotFound for an unknown or somebody else's."""
    row = subscription.get(session, business.id, subscription_id)
    if row is None:
        raise NotFound("There is no such conversation.")
    ours = quarantine.sender_of(session, business.id, row.channel)
    conversation, automated = (
        _refusal(
            gate.decide(
                row,
                purpose,
                has_sender=ours is not None,
                is_window_open=gate.may_write_freely(row),
                zone=business.timezone,
                in_quarantine=quarantine.holds(ours),
            )
        )
        for purpose in (Purpose.CONVERSATION, Purpose.AUTOMATED)
    )
    refusal = conversation or automated
    key = refusal.reason if refusal else ""
    entries = ledger.entries(session, business.id, row.id)
    names = {each.id: each.name for each in member.all_of(session, business.id)}
    known = contact.get(session, business.id, row.contact_id) if row.contact_id else None
    return Reason(
        row, known.email if known else "", ours.number if ours else "", conversation, automated,
        tuple(_fact(entry, names) for entry in _behind(entries, key)), tuple(_also(row, key)),
        tuple(_causes(session, business.id, row, entries)), LIGHTS[Status(row.status)], CARRIERS[Carrier(row.carrier)],
    )  # fmt: skip


def _refusal(decision: gate.Decision) -> Refuse | None:
    return decision if isinstance(decision, Refuse) else None


def _is_block(entry: Any) -> bool:
    return bool(entry.kind == Kind.CARRIER_BLOCKED or entry.carrier == Carrier.BLOCKED)


_MADE: Mapping[str, Callable[[Any], bool]] = {
    "carrier_blocked": _is_block,
    "paused": lambda entry: bool(entry.kind == Kind.PAUSED),
    "in_review": lambda entry: bool(entry.kind == Kind.REVIEW_OPENED),
    "undeliverable": lambda entry: bool(entry.kind == Kind.UNDELIVERABLE),
}


def _behind(entries: Sequence[Any], key: str) -> list[Any]:
    """The entry that made it so, and the one its status comes from; in the order in which they are told."""
    state, decisive, cause = State(), None, None
    for entry in sorted(entries, key=order):
        after = step(state, entry)
        if (after.status, after.consent_seq, after.is_claimed) != (state.status, state.consent_seq, state.is_claimed):
            decisive = entry
        if key in _MADE and _MADE[key](entry):
            cause = entry
        state = after
    found = [cause, decisive] if cause is not decisive else [decisive]
    return [entry for entry in found if entry is not None]


def what(entry: Any) -> str:
    """What one ledger entry says, in some words."""
    is_switch = entry.kind == Kind.LAPSED and entry.scope
    return "Marketing switched off; the consent stands for the rest" if is_switch else KINDS[Kind(entry.kind)]


def _fact(entry: Any, names: Mapping[str, str]) -> Fact:
    label, words = _words(entry)
    is_paper = entry.kind == Kind.OPTED_IN and entry.origin == Origin.OFFLINE
    proof = "unproven until the phone answers" if is_paper else PROOFS[Proof(entry.proof)]
    is_list = entry.kind == Kind.OPTED_OUT and entry.origin == Origin.OFFLINE
    how = ", ".join(filter(None, ("on an imported list" if is_list else ORIGINS[Origin(entry.origin)], proof)))
    kind, _, rest = entry.actor.partition(":")
    who = names.get(rest, "A former member") if kind == "member" else ACTORS.get(kind, "The client")
    return Fact(entry.seq, entry.occurred_at, what(entry), how, label, words, who)


def _words(entry: Any) -> tuple[str, str]:
    said = entry.evidence
    if said.get("words"):
        return ("They wrote" if entry.origin == Origin.REPLY else "They were shown"), str(said["words"])
    if said.get("reason"):
        return "Reason given", str(said["reason"])
    return ("The carrier’s code", str(said["code"])) if said.get("code") else ("", "")


def _also(row: Any, key: str) -> list[Refuse]:
    """What would refuse a text too, once the first reason is gone."""
    holds = {
        "not_current": not row.is_current, "carrier_blocked": row.carrier == Carrier.BLOCKED, "paused": row.is_paused,
        "in_review": row.in_review, "undeliverable": row.is_undeliverable,
    }  # fmt: skip
    return [gate.refusal(reason) for reason, does_hold in holds.items() if does_hold and reason != key]


def _causes(session: Session, business_id: str, row: Any, entries: Sequence[Any]) -> list[Other]:
    """Which other numbers stopped, so that this one is paused (X-15) or stopped with its other spelling."""
    kind = Kind.PAUSED if row.is_paused else Kind.OPTED_OUT if row.status == Status.OPTED_OUT else None
    said: Mapping[str, Any] = next((entry.evidence for entry in reversed(entries) if entry.kind == kind), {})
    found = [_by_number(session, row, number) for number in said.get("because_of_numbers", [])]
    if said.get("because_of_entry"):
        cause = _CAUSE.first(session, business_id=business_id, seq=said["because_of_entry"])
        other = subscription.get(session, business_id, cause.subscription_id) if cause else None
        found += [Other(other.id, other.number)] if other is not None else []
    return found


def _by_number(session: Session, row: Any, number: str) -> Other:
    other = subscription.find(session, row.business_id, row.channel, number)
    return Other(other.id if other is not None else "", number)
