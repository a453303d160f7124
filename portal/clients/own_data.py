"""What we hold about one client, for themselves: plain JSON, bounded; of each number only what is theirs to read."""

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session

from portal import clock
from portal.clients import own_number, own_text
from portal.clients.link import Opened
from portal.clients.own_number import OwnNumber
from portal.column import table_of
from portal.consent import ledger
from portal.contacts import contact_date, contact_list, merge
from portal.questionnaires.questionnaire import Questionnaire
from portal.questionnaires.submission import Submission

FORMAT = "portal-own-data-1"
MOST_ENTRIES, MOST_SUBMISSIONS, MOST_TEXTS = 1000, 200, 2000

_e, _s, _q = ledger.table, table_of(Submission), table_of(Questionnaire)


def of(session: Session, opened: Opened) -> dict[str, Any]:
    """Newest first; where there is more than fits, the latest of it."""
    client, business = opened.client, opened.business
    numbers = own_number.of(session, client)
    return {
        "format": FORMAT,
        "made_at": clock.rfc3339(clock.now()),
        "business": business.name,
        "record": {
            "name": client.name, "email": client.email, "since": clock.rfc3339(client.created_at),
            "dates": [{"name": each.name, "date": each.on_date.isoformat()}
                      for each in contact_date.of(session, [client.id])[client.id]],
        },
        "numbers": [_number(each) for each in numbers],
        "consent": _entries(session, business.id, numbers),
        "questionnaires": _submissions(session, merge.members(session, client.id)),
        "projects": [_project(each) for each in contact_list.projects(session, client.id)],
        "texts": [
            {"at": clock.rfc3339(each.at), "channel": each.channel, "from": "you" if each.is_theirs else "business",
             "text": each.text}
            for each in own_text.latest(session, numbers, limit=MOST_TEXTS)
        ],
    }  # fmt: skip


def _number(each: OwnNumber) -> dict[str, Any]:
    lines = [
        {"channel": row.channel, "status": row.status, "kinds_of_texts": row.scope,
         "paused_until": clock.rfc3339(row.paused_until_at) if row.paused_until_at else None}
        for row in each.lines
    ]  # fmt: skip
    return {"number": each.number, "channels": lines}


def _entries(session: Session, business_id: str, numbers: Sequence[OwnNumber]) -> list[dict[str, Any]]:
    found: list[Any] = []
    by_id = {row.id: each for each in numbers for row in each.lines}
    for row_id, each in by_id.items():
        query = sa.select(_e).where(_e.c.business_id == business_id, _e.c.subscription_id == row_id)
        if each.since_at is not None:
            query = query.where(_e.c.occurred_at >= each.since_at)
        found += session.execute(query.order_by(_e.c.seq.desc()).limit(MOST_ENTRIES)).all()
    found.sort(key=lambda entry: entry.seq, reverse=True)
    return [_entry(entry, by_id[entry.subscription_id].number) for entry in found[:MOST_ENTRIES]]


def _entry(entry: Any, number: str) -> dict[str, Any]:
    return {
        "at": clock.rfc3339(entry.occurred_at), "what": entry.kind, "how": entry.origin, "channel": entry.channel,
        "number": number, "words": entry.evidence.get("words"), "ip": entry.evidence.get("ip"),
        "browser": entry.evidence.get("user_agent"),
    }  # fmt: skip


def _submissions(session: Session, records: Sequence[str]) -> list[dict[str, Any]]:
    query = (
        sa.select(_q.c.title, _s.c.created_at, _s.c.answers)
        .join_from(_s, _q, _q.c.id == _s.c.questionnaire_id)
        .where(_s.c.contact_id.in_(list(records)))
        .order_by(_s.c.created_at.desc(), _s.c.id.desc())
    )
    return [
        {"title": row.title, "sent_at": clock.rfc3339(row.created_at),
         "answers": [{"question": each["label"], "answer": each["value"]} for each in row.answers]}
        for row in session.execute(query.limit(MOST_SUBMISSIONS))
    ]  # fmt: skip


def _project(each: Any) -> dict[str, Any]:
    days = {name: on.isoformat() if on else None for name, on in (("from", each.starts_on), ("to", each.ends_on))}
    return {"name": each.name} | days
