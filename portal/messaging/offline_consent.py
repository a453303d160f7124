"""A client agreed on paper or by word: a manager records that act with its evidence, and vouches for it.

Only where nobody has said anything yet (law 4, interface.md 6.7): never after a No, a stop or an erasure, which nobody
but the client takes back. It is unproven until the phone itself answers.
"""

import datetime as dt
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from sqlmodel import Session

from portal.accounts import audit
from portal.consent import evidence_file, subscription
from portal.consent.ledger import Recorded
from portal.consent.state import Carrier, Origin, Proof, Status
from portal.contacts import contact
from portal.errors import Conflict, NotFound
from portal.messaging import message, opt_in

BACK = "Only the client can: by YES to a questionnaire with the opt-in question, or by texting START."


class Way(StrEnum):
    """How the client agreed."""

    PAPER = "paper"
    IN_PERSON = "in_person"
    PHONE = "phone"
    EMAIL = "email"
    OTHER = "other"


WAYS = {
    Way.PAPER: "On a paper form", Way.IN_PERSON: "In person", Way.PHONE: "By phone", Way.EMAIL: "By e-mail",
    Way.OTHER: "Another way",
}  # fmt: skip


@dataclass(frozen=True)
class Act:
    """What the client did: on which day, how, in which words they agreed, and who took it."""

    on: dt.date
    way: Way
    note: str
    words: str
    taken_by: str


@dataclass(frozen=True)
class No:
    """Why consent cannot be recorded here, and what would change it."""

    reason: str
    sentence: str
    unlock: str


_BY_STATUS = {
    Status.REQUESTED: No("awaiting_reply", "They were asked and have not answered yet.", "Their own answer decides."),
    Status.OPTED_IN: No("opted_in", "This number has opted in already.", "There is nothing left to record."),
    Status.DECLINED: No("declined", "They were asked and said No.", BACK),
    Status.OPTED_OUT: No("opted_out", "They said stop.", BACK),
}


def why_not(session: Session, row: Any) -> No | None:
    """None where a consent given offline may be recorded for the number of `row`."""
    if row.status != Status.NONE:
        return _BY_STATUS[Status(row.status)]
    if not contact.is_held(session, row.business_id, row.number):
        return No("not_current", "This number is no contact’s any more.", "Add it to a contact first.")
    if row.is_paused:
        return No("paused", "The client opted out on another of their numbers.", BACK)
    if row.carrier == Carrier.BLOCKED:
        return No("carrier_blocked", "Their carrier refuses your texts.", "A START from their phone ends it.")
    if row.is_undeliverable:
        return No("undeliverable", "Texts do not reach this number.", "A text from their phone shows that they do.")
    return None


def record(
    session: Session,
    business_id: str,
    subscription_id: str,
    act: Act,
    content: bytes,
    *,
    actor: str,
    name: str,
    ip: str,
) -> Recorded:
    """With the file of its evidence. Raises NotFound, Conflict where `why_not` says so, Invalid for the file."""
    row = subscription.lock_by_id(session, business_id, subscription_id)
    if row is None:
        raise NotFound("There is no such number.")
    no = why_not(session, row)
    if no is not None:
        raise Conflict(f"{no.sentence} Nothing was recorded.", reason=no.reason, unlock=no.unlock)
    kept = evidence_file.keep(session, business_id, row.id, content, actor=actor)
    recorded = opt_in.opt_in(
        session, row, origin=Origin.OFFLINE, proof=Proof.ATTESTED, actor=actor, scope="informational",
        confirmation="form.confirmation",
        evidence={
            "words": act.words, "agreed_on": act.on.isoformat(), "way": str(act.way), "note": act.note,
            "taken_by": act.taken_by, "file": kept.id, "file_sha256": kept.sha256,
        },
    )  # fmt: skip
    message.notice(session, recorded.row, f"{name} recorded a consent given offline. It is unproven until they answer.")
    audit.note(
        session, "consent.recorded", actor=actor, business_id=business_id, object=row.id, ip=ip, way=str(act.way),
        sha256=kept.sha256,
    )  # fmt: skip
    return recorded


def awaits_them(row: Any) -> bool:
    """Whether something is open that the client's own act settles: a claim, a pause, a doubt, a paper to be proven."""
    return bool(row.is_claimed or row.is_paused or row.in_review or is_on_paper(row))


def is_on_paper(row: Any) -> bool:
    """Whether the consent there is was given offline; their own Yes proves it, without a second confirmation."""
    return bool(row.status == Status.OPTED_IN and row.origin == Origin.OFFLINE)
