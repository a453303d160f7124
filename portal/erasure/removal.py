"""Erases one person, in one transaction: everything or nothing, and never while a text to them is on its way.

What stays: the opt-out of each number under a keyed hash where they had opted out, declined, or asked for it; the
ledger's hashes, so that it verifies; one line in the audit with opaque ids and counts (promises.md F.7, P17).
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, SQLModel

from portal import clock
from portal.accounts import audit
from portal.accounts.sender import CHANNELS
from portal.column import table_of
from portal.consent import erased_subscription, ledger, legal_hold, subscription, suppression
from portal.consent.state import NO, Carrier, Status
from portal.contacts import contact, contact_number, group_member
from portal.database import announce
from portal.erasure import ahead, erasure, holding, list_trace, person, trace
from portal.erasure.ahead import Ahead
from portal.erasure.person import Person
from portal.erasure.reason import Reason
from portal.erasure.treatment import GOES
from portal.errors import Conflict
from portal.imports import import_run
from portal.messaging import flight, message, outbox, word_search
from portal.questionnaires import questionnaire
from portal.questionnaires.submission import Submission

MOST_TEXTS = 5_000
"""Of one person, in one transaction: a second of the writer's time. `thinning` takes what is more, before."""

_m, _f, _n, _sent, _e = message.table, flight.table, contact_number.table, table_of(Submission), ledger.table


@dataclass(frozen=True)
class Erased:
    """What is gone, in numbers; `suppressed` numbers stay opted out, `shared` ones stay with another contact."""

    texts: int
    submissions: int
    numbers: int
    suppressed: int
    shared: int


def hush(session: Session, business_id: str, contact_id: str) -> list[str]:
    """Nothing goes out to this person any more; the conversations to wait for while a text is on its way. Raises
    NotFound, and Conflict under a legal hold."""
    found = person.find(session, business_id, contact_id)
    holding.refuse(session, found)
    for row in found.rows:
        subscription.lock_by_id(session, business_id, row.id)
        outbox.cancel_waiting(session, row.id, reason="erased", spare=outbox.NOTHING)
    return found.row_ids


def erase(
    session: Session,
    business_id: str,
    contact_id: str,
    *,
    reason: Reason,
    actor: str,
    ip: str = "",
    keeps_suppression: bool = False,
    looked: Ahead | None = None,
) -> Erased:
    """`keeps_suppression`: also of numbers that never opted out. `looked`: what needs no second look. Raises NotFound,
    and Conflict under a legal hold, while a text is on its way, or where there are too many."""
    found, rows = _locked(session, business_id, contact_id)
    _check(session, found, rows)
    at = clock.now()
    texts, sent = _texts(session, found), submissions_of(session, found)
    _wipe(session, found, looked, texts, [each.id for each in sent])
    word_search.forget(session, texts)
    _leave_groups(session, found)
    for each in sent:
        questionnaire.count(session, each.questionnaire_id, each.opt_in, by=-1)
    _delete(session, found, [each.id for each in sent], texts)
    suppressed = _suppress(session, found, rows, reason, should_keep=keeps_suppression or reason is Reason.NEVER_TEXT)
    for row in rows:
        erased_subscription.put_away(session, row, at=at)
    _relabel(session, found)
    done = Erased(len(texts), len(sent), len(found.numbers), len(suppressed), len(found.shared_numbers))
    _note(session, found, done, reason, actor, ip)
    erasure.note(session, business_id, at=at, traces=_traces(session, found, reason, suppressed))
    return done


def _locked(session: Session, business_id: str, contact_id: str) -> tuple[Person, list[Any]]:
    """The person as they are now that nobody else can change them, and their rows."""
    legal_hold.let_erase(session, business_id)
    import_run.lock_open(session, business_id)
    found = person.find(session, business_id, contact_id)
    contact.lock(session, business_id, *sorted(found.records))
    rows = [subscription.lock_by_id(session, business_id, each) for each in found.row_ids]
    return person.find(session, business_id, contact_id), rows


def _wipe(session: Session, found: Person, looked: Ahead | None, texts: Sequence[str], sent: Sequence[str]) -> None:
    since = ahead.since(looked, found)
    trace.wipe(session, found, messages=texts, submissions=sent, since=since)
    list_trace.wipe(session, found, since=since, open_runs=looked.open_runs if looked else ())


def _check(session: Session, found: Person, rows: Sequence[Any]) -> None:
    holding.refuse(session, found)
    if {row.id for row in rows if row is not None} != set(found.row_ids):
        raise Conflict("This contact changed at this moment. Please try again.", reason="changed")
    query = sa.select(_f.c.subscription_id).where(_f.c.subscription_id.in_(found.row_ids), _f.c.until > clock.now())
    if session.execute(query).first() is not None:
        raise Conflict(
            "A text to this person is just leaving.", reason="in_flight", unlock="Please try again in some seconds."
        )
    if has_many(session, found):
        raise Conflict(
            f"This person has more than {MOST_TEXTS:,} texts.", reason="many",
            unlock="The page of the contact erases them in pieces.",
        )  # fmt: skip


def has_many(session: Session, found: Person) -> bool:
    """Whether there are more texts than one transaction takes."""
    few = sa.select(_m.c.id).where(_m.c.subscription_id.in_(found.row_ids)).limit(MOST_TEXTS + 1)
    return len(session.scalars(few).all()) > MOST_TEXTS


def _texts(session: Session, found: Person) -> list[str]:
    return list(session.scalars(sa.select(_m.c.id).where(_m.c.subscription_id.in_(found.row_ids))))


def submissions_of(session: Session, found: Person) -> Sequence[Any]:
    """Sent in through a personal link, or by whoever gave one of the numbers that go with them."""
    columns = (_sent.c.id, _sent.c.questionnaire_id, _sent.c.opt_in)
    facts = sa.select(_e.c.submission_id).where(
        _e.c.business_id == found.business_id, _e.c.subscription_id.in_(found.row_ids), _e.c.submission_id.is_not(None)
    )
    named = [trace.holds(session, sa.cast(_sent.c.answers, sa.String()), f'"{each}"') for each in found.numbers]
    query = sa.select(*columns).where(
        _sent.c.business_id == found.business_id,
        sa.or_(_sent.c.contact_id.in_(found.records), _sent.c.id.in_(facts), *named),
    )
    return session.execute(query).all()


def _leave_groups(session: Session, found: Person) -> None:
    groups = group_member.groups_of(session, found.records)
    for group_id in sorted({each for of_one in groups.values() for each in of_one}):
        group_member.leave(session, group_id, found.records)


def _delete(session: Session, found: Person, sent: Sequence[str], texts: Sequence[str]) -> None:
    """In the order of `GOES`, so that nothing refers to what is gone."""
    ids = {"subscription_id": found.row_ids, "contact_id": found.records, "message_id": texts}
    own = {"submission": sent, "contact": found.records}
    tables = SQLModel.metadata.tables
    records = tables["contact"].c
    session.execute(sa.update(tables["contact"]).where(records.id.in_(found.records)).values(merged_into_id=None))
    others = (_n.c.business_id == found.business_id, _n.c.number.in_(found.numbers))  # had it, or only typed it
    session.execute(sa.delete(_n).where(*others))
    for name, columns in GOES.items():
        for column in columns:
            wanted = own[name] if column == "id" else ids[column]
            for piece in trace.pieces(wanted):
                session.execute(sa.delete(tables[name]).where(tables[name].c[column].in_(piece)))
    session.expire_all()


def _suppress(
    session: Session, found: Person, rows: Sequence[Any], reason: Reason, *, should_keep: bool
) -> Mapping[str, str]:
    """A number that said No anywhere, or may have, with why; the others are as if they had never been (F.7)."""
    closed = {row.number: closed_as(row) for row in sorted(rows, key=closed_as)}
    kept = {each: closed.get(each) or str(reason) for each in found.numbers if should_keep or closed.get(each)}
    for number in found.numbers:
        if number in kept:
            suppression.keep(session, found.business_id, number, reason=kept[number], at=clock.now())
        else:
            suppression.lift(session, found.business_id, number)
    return kept


def _traces(session: Session, found: Person, reason: Reason, suppressed: Mapping[str, str]) -> dict[str, Any]:
    """What would find them again in a copy from before, and nowhere else."""
    home = found.business_id
    marks = {mark: why for number, why in suppressed.items() for mark in suppression.marks(session, home, number)}
    return {
        "reason": str(reason), "records": list(found.records), "subscriptions": found.row_ids, "suppressed": marks,
    }  # fmt: skip


def closed_as(row: Any) -> str:
    """Why this number may not be texted, or nothing; in doubt it said No."""
    if row.status in NO or row.returns_to:
        return str(row.status if row.status in NO else row.returns_to)
    if row.is_paused or row.in_review:
        return "in_doubt"
    return "carrier_blocked" if row.carrier == Carrier.BLOCKED and row.status != Status.OPTED_IN else ""


def _relabel(session: Session, found: Person) -> None:
    """What is shared is shown under those who have it still."""
    for number in found.shared_numbers:
        for channel in CHANNELS:
            contact.label(session, found.business_id, number, channel)


def _note(session: Session, found: Person, done: Erased, reason: Reason, actor: str, ip: str) -> None:
    audit.note(
        session, "contact.erased", actor=actor, business_id=found.business_id, object=found.id, ip=ip,
        reason=str(reason), **asdict(done),
    )  # fmt: skip
    announce(session, f"business:{found.business_id}")
    for each in found.row_ids:
        announce(session, f"thread:{found.business_id}:{each}")
