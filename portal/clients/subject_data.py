"""Everything about one person, for themselves, when they ask the business for it (GDPR 15): plain JSON, bounded.

Notes about them and what is planned for them are theirs to read too. Other people are not: telephone numbers and
addresses of others are masked as in an evidence packet, colleagues are “a member”, and nothing says who holds a
dispute.
"""

import datetime as dt
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlmodel import Session

from portal import clock
from portal.accounts import member, sender
from portal.accounts.business import Business
from portal.accounts.endpoint import WebhookEndpoint
from portal.accounts.sender import Sender
from portal.automations.scheduled_text import ScheduledText
from portal.clients.subject import Line, Subject
from portal.column import table_of
from portal.consent import ledger, phone_number
from portal.contacts import contact_date, contact_list
from portal.contacts.group import ContactGroup
from portal.contacts.group_member import table as group_members
from portal.evidence.redaction import Redaction
from portal.invitations.invitation import Invitation
from portal.messaging import message
from portal.messaging.message import Direction
from portal.messaging.one_time_code import STARS
from portal.questionnaires.questionnaire import Questionnaire
from portal.questionnaires.submission import Submission

FORMAT = "portal-access-1"
MOST = 1000
"""Of each kind but texts; the newest."""
AGREED = {"words", "question", "choice", "wording_version"}
"""What is told of an entry on a number that somebody else has too: not from where it came."""
MOST_TEXTS = 5000
"""In one file; what is older is counted."""

_e, _m, _a, _q = ledger.table, message.table, table_of(Submission), table_of(Questionnaire)
_i, _t, _g, _w = table_of(Invitation), table_of(ScheduledText), table_of(ContactGroup), table_of(WebhookEndpoint)
_c = table_of(Sender)
Told = dict[str, Any]


class _Noted(NamedTuple):
    seq: int
    evidence: Told
    salts: dict[str, str]


def of(session: Session, business: Business, who: Subject) -> Told:
    """Some twenty reads, however much there is."""
    mask = _redaction(session, business, who)
    texts, are_cut = _texts(session, who, mask)
    return {
        "format": FORMAT,
        "made_at": clock.rfc3339(clock.now()),
        "business": {"name": business.name, "phone": business.phone, "email": business.email},
        "person": _person(session, who),
        "numbers": [_number(each) for each in who.lines],
        "consent": _entries(session, who, mask),
        "texts": texts,
        "texts_are_cut": are_cut,
        "questionnaires": _submissions(session, who, mask),
        "invitations": _invitations(session, who, mask),
        "planned": _planned(session, who, mask),
        "also_sent_to": _recipients(session, business.id),
        "masked": mask.told()["rule"],
    }


def _redaction(session: Session, business: Business, who: Subject) -> Redaction:
    own = {spelling for each in who.numbers for spelling in phone_number.aliases(each)}
    own |= {*sender.numbers(session, business.id), phone_number.readable(business.phone, region=business.region) or ""}
    mails = {*who.emails, business.email, *(each.email for each in member.all_of(session, business.id))}
    return Redaction(own=frozenset(own - {""}), mails=frozenset(mails - {""}), region=business.region)


def _person(session: Session, who: Subject) -> Told:
    """Who they are here, under all names that they were given."""
    dates = contact_date.of(session, [who.id])[who.id] if who.id else ()
    groups = (
        sa.select(_g.c.name)
        .join_from(group_members, _g, _g.c.id == group_members.c.group_id)
        .where(group_members.c.contact_id.in_(list(who.records)))
    )
    return {
        "name": who.name,
        "names": list(who.names),
        "emails": list(who.emails),
        "dates": [{"name": each.name, "date": each.on_date.isoformat()} for each in dates],
        "groups": sorted(set(session.scalars(groups.limit(MOST)))),
        "projects": [each.name for each in contact_list.projects(session, who.id)] if who.id else [],
    }


def _number(line: Line) -> Told:
    row = line.row
    return {
        "number": row.number, "channel": row.channel, "status": row.status, "kinds_of_texts": row.scope,
        "is_shared": line.is_shared, "since": _time(line.since_at),
    }  # fmt: skip


def _entries(session: Session, who: Subject, mask: Redaction) -> list[Told]:
    """Each fact about consent with all that was noted of it."""
    of_row = {each.row.id: each for each in who.lines}
    query = sa.select(_e).where(_e.c.business_id == who.business_id, _e.c.subscription_id.in_(list(of_row)))
    found = session.execute(query.order_by(_e.c.seq.desc()).limit(MOST)).all()
    shown = []
    for entry in found:
        line = of_row[entry.subscription_id]
        if line.since_at is None or entry.occurred_at >= line.since_at:
            values = mask.entry(_Noted(entry.seq, entry.evidence, entry.salts))[1]
            if line.is_shared:
                values = {name: value for name, value in values.items() if name in AGREED}
            shown.append(
                {"at": _time(entry.occurred_at), "what": entry.kind, "how": entry.origin, "channel": entry.channel,
                 "number": line.row.number, "entry": entry.seq, "noted": values}
            )  # fmt: skip
    return shown


def _texts(session: Session, who: Subject, mask: Redaction) -> tuple[list[Told], bool]:
    """Both ways, with notes about them and notices; one-time codes are stars, and what waits for their YES is left out,
    since members would read it (X-9). Whether there are more."""
    found: list[Any] = []
    columns = (_m.c.id, _m.c.direction, _m.c.text, _m.c.created_at, _m.c.channel, _m.c.status, _m.c.member_id,
               _m.c.number)  # fmt: skip
    for line in who.own:
        query = sa.select(*columns).where(_m.c.subscription_id == line.row.id, message.IS_SHOWN)
        if line.since_at is not None:
            query = query.where(_m.c.created_at >= line.since_at)
        found += session.execute(query.order_by(_m.c.created_at.desc(), _m.c.id.desc()).limit(MOST_TEXTS + 1)).all()
    found.sort(key=lambda row: (row.created_at, row.id), reverse=True)
    return [_text(row, mask) for row in found[:MOST_TEXTS]], len(found) > MOST_TEXTS


def _text(row: Any, mask: Redaction) -> Told:
    kind = {Direction.INBOUND: "from you", Direction.OUTBOUND: "to you"}.get(row.direction, "notice for the team")
    if row.direction == Direction.NOTICE and row.member_id:
        kind = "note by a member"
    return {
        "at": _time(row.created_at), "kind": kind, "channel": row.channel, "number": row.number,
        "status": row.status, "text": mask.text(str(row.text).replace(STARS, "······")),
    }  # fmt: skip


def _submissions(session: Session, who: Subject, mask: Redaction) -> list[Told]:
    """By a personal link, or with one of their numbers."""
    told = sa.select(_e.c.submission_id).where(
        _e.c.business_id == who.business_id, _theirs(who, _e.c.subscription_id, _e.c.occurred_at),
        _e.c.submission_id.is_not(None),
    )  # fmt: skip
    query = (
        sa.select(_q.c.title, _a.c.created_at, _a.c.answers, _a.c.emptied_at)
        .join_from(_a, _q, _q.c.id == _a.c.questionnaire_id)
        .where(_a.c.business_id == who.business_id)
        .where(sa.or_(_a.c.contact_id.in_(list(who.records)), _a.c.id.in_(told)))
    )
    rows = session.execute(query.order_by(_a.c.created_at.desc(), _a.c.id.desc()).limit(MOST)).all()
    return [
        {"title": row.title, "sent_at": _time(row.created_at), "deleted_at": _time(row.emptied_at),
         "answers": list(_answers(row.answers, mask))}
        for row in rows
    ]  # fmt: skip


def _answers(answers: Sequence[Told], mask: Redaction) -> Iterable[Told]:
    for each in answers:
        value = each["value"]
        said = [mask.text(str(one)) for one in value] if isinstance(value, list) else mask.text(str(value))
        yield {"question": each["label"], "answer": said, "number": mask.text(each.get("number") or "")}


def _invitations(session: Session, who: Subject, mask: Redaction) -> list[Told]:
    mine = sa.or_(_i.c.contact_id.in_(list(who.records)), _theirs(who, _i.c.subscription_id, _i.c.created_at))
    query = sa.select(_i.c.created_at, _i.c.basis, _i.c.note).where(_i.c.business_id == who.business_id, mine)
    rows = session.execute(query.order_by(_i.c.created_at.desc()).limit(MOST)).all()
    return [{"at": _time(row.created_at), "because": row.basis, "note": mask.text(row.note)} for row in rows]


def _planned(session: Session, who: Subject, mask: Redaction) -> list[Told]:
    """What automations have or had scheduled for them."""
    mine = _theirs(who, _t.c.subscription_id, _t.c.created_at)
    query = sa.select(_t.c.due_at, _t.c.status, _t.c.text).where(mine)
    rows = session.execute(query.order_by(_t.c.due_at.desc()).limit(MOST)).all()
    return [{"due_at": _time(row.due_at), "status": row.status, "text": mask.text(row.text)} for row in rows]


def _theirs(who: Subject, subscription_id: Any, at: Any) -> sa.ColumnElement[bool]:
    """On a number that is theirs alone, and since it is theirs: before, and beside, somebody else has it."""
    each = [
        subscription_id == line.row.id if line.since_at is None
        else sa.and_(subscription_id == line.row.id, at >= line.since_at)
        for line in who.own
    ]  # fmt: skip
    return sa.or_(sa.false(), *each)


def _recipients(session: Session, business_id: str) -> list[Told]:
    """Who else is told: the companies that carry texts, and the business's own programs."""
    companies = sorted(set(session.scalars(sa.select(_c.c.provider).where(_c.c.business_id == business_id))))
    found = session.scalars(sa.select(_w.c.url).where(_w.c.business_id == business_id).limit(MOST))
    hosts = sorted({url.split("/")[2] for url in found if "//" in url})
    return [{"kind": "carries texts", "name": each} for each in companies] + [
        {"kind": "program of the business", "name": each} for each in hosts
    ]


def _time(at: dt.datetime | None) -> str | None:
    return clock.rfc3339(at) if at is not None else None
