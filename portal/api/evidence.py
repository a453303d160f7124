"""What proves a number's consent: its ledger page by page, and a packet that can be checked without us."""

from collections.abc import Mapping
from typing import Any

from pydantic import Field
from sqlmodel import Session

from portal.accounts import audit
from portal.api.operation import Answer, Call, File
from portal.api.value import Asked, Limited, Moment, QueryMoment, Told
from portal.consent import evidence
from portal.consent.purpose import Scope
from portal.consent.state import Kind, Origin, Status
from portal.errors import NotFound
from portal.evidence import bundle, packet, paper
from portal.messaging import message, subscription_list

PDF, ZIP = "application/pdf", "application/zip"


class LedgerPage(Limited):
    """`after` is the number of the last entry seen."""

    after: int | None = Field(None, ge=1, le=2**31 - 1)


class EvidenceMoment(Asked):
    """`at`: as what was recorded up to then says; without it, now."""

    at: QueryMoment | None = None


class Entry(Told):
    """One fact. `words` are the exact words shown or received; null where there were none or they were erased."""

    seq: int
    kind: Kind
    at: Moment
    origin: Origin
    actor: str
    words: str | None
    wording_version: str | None
    message: str | None
    submission: str | None
    hash: str
    previous_hash: str


class Ledger(Told):
    items: list[Entry]
    next: int | None


class WholeEntry(Entry):
    """`sealed` is what `hash` covers; `values` and `salts` belong to `sealed.commitments`."""

    sealed: dict[str, Any]
    values: dict[str, Any]
    salts: dict[str, str]


class StateAt(Told):
    at: Moment
    status: Status
    scope: Scope | None
    words: str | None


class Party(Told):
    id: str
    name: str


class Subject(Told):
    id: str
    channel: str
    number: str
    contact: str | None


class Head(Told):
    """The last entry of the whole ledger when the file was made."""

    seq: int
    hash: str
    mac: str


class Person(Told):
    name: str


class Redacted(Told):
    """`places` were masked; each of `withheld` is a sealed value that was left out with its salt."""

    places: int
    rule: str
    kept_everything: bool
    withheld: list[dict[str, Any]]


class EvidenceFile(Told):
    """`how_to_verify` says how to check it with SHA-256 alone; `verifier` is a program that does. `consents` and
    `opt_outs` tell the entries in the order in which people ask; `messages` holds the texts oldest first, each with the
    `entry` that allowed it; `about` is null where the packet is not about one text; `cut` says what was left out."""

    format: str
    made_at: Moment
    business: Party
    subscription: Subject
    state: StateAt
    state_told: str
    time_zone: str
    region: str
    entries: list[WholeEntry]
    head: Head | None
    how_to_verify: list[str]
    contact: Person | None
    about: dict[str, Any] | None
    consents: list[dict[str, Any]]
    opt_outs: list[dict[str, Any]]
    messages: list[dict[str, Any]]
    cut: dict[str, Any] | None
    redacted: Redacted
    checkpoint: dict[str, Any] | None
    inclusion: dict[str, list[str]] | None
    earlier: list[dict[str, Any]] | None
    seal_problem: str
    legal_hold: dict[str, Any] | None
    verifier: str


def ledger(session: Session, call: Call) -> Answer:
    query = call.asked(LedgerPage)
    row = subscription_list.one(session, call.business.id, call.id)
    entries, after = evidence.page(session, call.business.id, row.id, after=query.after or 0, limit=query.limit)
    return Answer(Ledger(items=[_told(each) for each in entries], next=after))


def file(session: Session, call: Call) -> Answer:
    """As it was hashed, and therefore not through the model above, which might write a value in another way."""
    row = subscription_list.one(session, call.business.id, call.id)
    return _answer(session, call, packet.of(session, call.business, row, at=call.asked(EvidenceMoment).at))


def of_message(session: Session, call: Call) -> Answer:
    """The same about one text, which a note for members is not."""
    text = _text(session, call)
    row = subscription_list.one(session, call.business.id, text.subscription_id)
    at = call.asked(EvidenceMoment).at
    return _answer(session, call, packet.of(session, call.business, row, at=at, message_id=text.id))


def _text(session: Session, call: Call) -> Any:
    found = message.get(session, call.business.id, call.id)
    if found is None or found.is_hidden:
        raise NotFound("There is no such message.")
    return found


def note(session: Session, call: Call) -> None:
    _note(session, call, subscription_list.one(session, call.business.id, call.id).id)


def note_message(session: Session, call: Call) -> None:
    _note(session, call, _text(session, call).subscription_id)


def _note(session: Session, call: Call, subscription_id: str) -> None:
    """As the page does it (web/thread_evidence.py)."""
    audit.note(
        session, "evidence.taken", actor=call.actor, business_id=call.business.id, object=subscription_id, ip=call.ip,
        format=call.wants.rpartition("/")[2], kept_everything=False, token=call.token.name,
    )  # fmt: skip


def _answer(session: Session, call: Call, found: Mapping[str, Any]) -> Answer:
    if call.wants == PDF:
        return Answer(File(PDF, bundle.name(found, "pdf"), lambda: paper.of(found)))
    if call.wants == ZIP:
        files = bundle.attachments(session, found)
        return Answer(File(ZIP, bundle.name(found, "zip"), lambda: bundle.of(found, files)))
    return Answer(found)


def _told(entry: Any) -> Entry:
    return Entry(
        seq=entry.seq, kind=entry.kind, at=entry.occurred_at, origin=entry.origin, actor=entry.actor,
        words=entry.evidence.get("words"), wording_version=entry.evidence.get("wording_version"),
        message=entry.message_id, submission=entry.submission_id, hash=entry.hash, previous_hash=entry.previous_hash,
    )  # fmt: skip
