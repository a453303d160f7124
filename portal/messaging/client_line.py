"""Lines of a client's timeline that this package and those below know: texts, notes, consent, the record, projects."""

from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session

from portal.column import table_of
from portal.consent import ledger, phone_number
from portal.contacts import contact_change, project
from portal.contacts.contact import Contact
from portal.contacts.contact_change import Change
from portal.messaging import fact, message, timeline
from portal.messaging.message import Direction
from portal.messaging.timeline import Line, Place, Source
from portal.messaging.wording_default import NOTICES

Names = Mapping[str, str]
"""Who acted, in words, by `member:ID`."""

_SAID_BY_THE_LEDGER = tuple(NOTICES.values())
_m, _e, _c, _p, _k = message.table, ledger.table, contact_change.table, project.table, project.clients
_people = table_of(Contact)
_TEXTS = (
    sa.select(
        _m.c.id, _m.c.created_at.label("at"), _m.c.subscription_id, _m.c.number, _m.c.direction, _m.c.purpose,
        _m.c.text, _m.c.status, _m.c.member_id, _p.c.name.label("project"),
    )
    .outerjoin(_p, _p.c.id == _m.c.project_id)
    .where(message.IS_SHOWN, sa.or_(_m.c.direction != Direction.NOTICE, _m.c.text.not_in(_SAID_BY_THE_LEDGER)))
)  # fmt: skip
_CHANGES = sa.select(
    _c.c.id, _c.c.at, _c.c.contact_id, _c.c.kind, _c.c.actor, _c.c.details, _people.c.merged_into_id
).outerjoin(_people, _people.c.id == _c.c.details["other"].as_string())
_PROJECTS = sa.select(_p.c.id, _p.c.name, _p.c.created_at.label("at")).join_from(_p, _k, _k.c.project_id == _p.c.id)
_MERGES = (Change.MERGED, Change.MERGE_UNDONE)
_ENTRIES = sa.select(
    _e.c.seq, _e.c.recorded_at.label("at"), _e.c.subscription_id, _e.c.kind, _e.c.origin, _e.c.actor, _e.c.evidence
)


def texts(subscription_ids: Sequence[str], names: Names) -> Source:
    """Texts both ways and members' notes. What a notice and the ledger both say, the ledger says."""

    def lines(session: Session, place: Place | None, limit: int) -> list[Line]:
        query = _TEXTS.order_by(_m.c.created_at.desc(), _m.c.id.desc())
        if place is not None:
            query = query.where(place.before("text", _m.c.created_at, _m.c.id))
        rows = timeline.rows_of_each(session, query, _m.c.subscription_id, subscription_ids, limit)
        return timeline.newest((_text(row, names) for row in rows), limit)

    return lines


def consent(numbers: Mapping[str, str], names: Names) -> Source:
    """Every entry of the ledger about these subscriptions (id: number), in words."""

    def lines(session: Session, place: Place | None, limit: int) -> list[Line]:
        query = _ENTRIES.order_by(_e.c.recorded_at.desc(), _e.c.seq.desc())
        if place is not None:
            seq = int(place.id) if place.id.isdecimal() else 0
            query = query.where(place.before("consent", _e.c.recorded_at, _e.c.seq, own=seq))
        rows = timeline.rows_of_each(session, query, _e.c.subscription_id, list(numbers), limit)
        return timeline.newest((_entry(row, numbers[row.subscription_id], names) for row in rows), limit)

    return lines


def record(contact_ids: Sequence[str], names: Names) -> Source:
    """What was done to the record and to those that were merged into it; only its own merges are its to undo."""

    def lines(session: Session, place: Place | None, limit: int) -> list[Line]:
        query = _CHANGES.where(_c.c.contact_id.in_(contact_ids)).order_by(_c.c.at.desc(), _c.c.id.desc())
        if place is not None:
            query = query.where(place.before("record", _c.c.at, _c.c.id))
        return [_change(row, contact_ids[0], names) for row in session.execute(query.limit(limit))]

    return lines


def projects(contact_id: str) -> Source:
    """Each project of the client, at the time when it was opened."""

    def lines(session: Session, place: Place | None, limit: int) -> list[Line]:
        query = _PROJECTS.where(_k.c.contact_id == contact_id).order_by(_p.c.created_at.desc(), _p.c.id.desc())
        if place is not None:
            query = query.where(place.before("project", _p.c.created_at, _p.c.id))
        return [
            Line(row.at, "project", row.id, "project", f"Project “{row.name}” was opened", opens=f"/projects/{row.id}")
            for row in session.execute(query.limit(limit))
        ]

    return lines


def _text(row: Any, names: Names) -> Line:
    by = names.get(f"member:{row.member_id}", "") if row.member_id else ""
    if row.direction == Direction.NOTICE:
        kind, title = ("note", "Note") if row.member_id else ("notice", "Notice")
    else:
        kind, title = (
            ("in", "Text from the client") if row.direction == Direction.INBOUND else ("out", "Text to the client")
        )
    return Line(
        row.at, "text", row.id, kind, title, text=row.text, number=row.number, by=by, purpose=row.purpose or "",
        status=row.status if row.direction == Direction.OUTBOUND else "", project=row.project or "",
        opens=f"/sms/{row.subscription_id}",
    )  # fmt: skip


def _entry(row: Any, number: str, names: Names) -> Line:
    return Line(
        row.at, "consent", f"{row.seq:012d}", str(row.kind), fact.sentence(row), number=number,
        text=str(row.evidence.get("reason", "")), by=names.get(row.actor, ""), opens=f"/sms/{row.subscription_id}",
    )  # fmt: skip


def _change(row: Any, owner_id: str, names: Names) -> Line:
    is_own = row.kind == Change.MERGED and row.merged_into_id == row.contact_id == owner_id
    undoes = row.details["other"] if is_own else ""
    return Line(
        row.at, "record", row.id, "merge" if row.kind in _MERGES else "record", _what(row.kind, row.details),
        by=names.get(row.actor, ""), undoes=undoes,
    )  # fmt: skip


def _what(kind: str, said: Mapping[str, Any]) -> str:
    old, new = (phone_number.display(said.get(name, "")) for name in ("old", "new"))
    match kind:
        case Change.CREATED:
            given = ", ".join(map(phone_number.display, said.get("numbers", ())))
            return f"Contact added with {given}" if given else "Contact added"
        case Change.RENAMED:
            return f"Name changed from “{said['was']}” to “{said['name']}”" if said["was"] else "E-mail address changed"
        case Change.NUMBER_ADDED:
            return f"Number {new} added"
        case Change.NUMBER_REMOVED:
            return f"Number {old} removed; it is no longer texted for this contact"
        case Change.NUMBER_CHANGED:
            return f"Number changed from {old} to {new}; the new one needs its own Yes"
        case Change.DATES_CHANGED:
            return "Dates: " + (", ".join(f"{name} {day}" for name, day in said["dates"].items()) or "none any more")
        case Change.MERGED:
            return f"The contact “{said['name']}” became part of this one"
        case _:
            return f"Split from “{said['name']}” again"
