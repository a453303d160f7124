"""Everything a client reads on their own page, bounded: a handful of queries, however long the history is."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session

from portal.accounts import sender
from portal.clients import erasure_request, new_number, own_number, own_text
from portal.clients.link import Opened
from portal.clients.own_number import OwnNumber
from portal.clients.own_text import OwnText
from portal.column import table_of
from portal.consent import ledger
from portal.consent.state import Kind, Origin
from portal.contacts import contact_list, merge
from portal.contacts.project import Project
from portal.questionnaires import questionnaire as questionnaires
from portal.questionnaires.questionnaire import Questionnaire, State
from portal.questionnaires.submission import Submission

FEW, MANY = 5, 50
DECISIONS = (Kind.OPTED_IN, Kind.DECLINED, Kind.OPTED_OUT)
WHAT = {Kind.OPTED_IN: "You said Yes to texts", Kind.DECLINED: "You said No to texts", Kind.OPTED_OUT: "Texts stopped"}
HOW = {
    Origin.FORM: "in a questionnaire", Origin.BUSINESS_FIRST: "in a reply by text",
    Origin.CLIENT_FIRST: "in a reply by text", Origin.INVITATION: "in a reply by text", Origin.REPLY: "by text",
    Origin.PORTAL: "on this page", Origin.OFFLINE: "on paper or in person", Origin.MEMBER: "when you told us",
    Origin.PROVIDER: "through your mobile carrier", Origin.SYSTEM: "together with another number of yours",
}  # fmt: skip


@dataclass(frozen=True)
class Decision:
    """What the client decided on one number: when, how, and in which words; none where none are known."""

    at: dt.datetime
    what: str
    how: str
    words: str
    number: str


@dataclass(frozen=True)
class OwnPage:
    """`new_number_at`: a number given here has not answered YES yet; `has_more` of the decisions; `our_number` is what
    START would be texted to, or nothing."""

    opened: Opened
    numbers: tuple[OwnNumber, ...]
    new_number_at: dt.datetime | None
    our_number: str
    decisions: tuple[Decision, ...]
    has_more: bool
    to_fill_in: tuple[Questionnaire, ...]
    sent_in: tuple[tuple[str, dt.datetime], ...]
    projects: tuple[Project, ...]
    erasure_asked_at: dt.datetime | None
    texts: tuple[OwnText, ...]


_e = ledger.table
_s, _q = table_of(Submission), table_of(Questionnaire)


def read(session: Session, opened: Opened, *, shows_all: bool = False) -> OwnPage:
    """`shows_all`: more of what was agreed than fits at a glance."""
    numbers = own_number.of(session, opened.client)
    most = MANY if shows_all else FEW
    found = decisions(session, opened.business.id, numbers, limit=most + 1)
    records = merge.members(session, opened.client.id)
    sent = _sent_in(session, records)
    ours = sender.of(session, opened.business.id)
    return OwnPage(
        opened, tuple(numbers), new_number.given_at(session, records, numbers),
        ours.number if ours else "", tuple(found[:most]), len(found) > most,
        tuple(_to_fill_in(session, opened.business.id, {each.questionnaire_id for each in sent})),
        tuple([(each.title, each.created_at) for each in sent]),
        tuple([each for each in contact_list.projects(session, opened.client.id) if each.archived_at is None][:MANY]),
        erasure_request.open_since(session, numbers), tuple(own_text.latest(session, numbers)),
    )  # fmt: skip


def decisions(session: Session, business_id: str, numbers: Sequence[OwnNumber], *, limit: int) -> list[Decision]:
    """Newest first, of each number as far back as it is theirs."""
    mine = {row.id: each for each in numbers for row in each.lines}
    theirs = [_theirs(row_id, each.since_at) for row_id, each in mine.items()]
    if not theirs:
        return []
    query = (
        sa.select(_e)
        .where(_e.c.business_id == business_id, _e.c.kind.in_(DECISIONS), sa.or_(*theirs))
        .order_by(_e.c.seq.desc())
        .limit(limit)
    )
    return [_decision(entry, mine[entry.subscription_id].masked) for entry in session.execute(query).all()]


def _theirs(subscription_id: str, since_at: dt.datetime | None) -> sa.ColumnElement[bool]:
    is_here = _e.c.subscription_id == subscription_id
    return is_here if since_at is None else sa.and_(is_here, _e.c.occurred_at >= since_at)


def _decision(entry: Any, number: str) -> Decision:
    kind, origin = Kind(entry.kind), Origin(entry.origin)
    words = str(entry.evidence.get("words") or "")
    return Decision(entry.occurred_at, WHAT[kind], HOW[origin], words, number)


def _sent_in(session: Session, records: Sequence[str]) -> list[Any]:
    query = (
        sa.select(_s.c.questionnaire_id, _q.c.title, _s.c.created_at)
        .join_from(_s, _q, _q.c.id == _s.c.questionnaire_id)
        .where(_s.c.contact_id.in_(list(records)))
        .order_by(_s.c.created_at.desc(), _s.c.id.desc())
    )
    return list(session.execute(query.limit(MANY)).all())


def _to_fill_in(session: Session, business_id: str, done: set[str]) -> list[Questionnaire]:
    """The latest that are open and were not sent in yet."""
    latest, _ = questionnaires.page(session, business_id, limit=MANY)
    return [each for each in latest if each.state == State.PUBLISHED and each.id not in done][:FEW]
