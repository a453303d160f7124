"""What an archive tells of each number, in order: from the live rows, so that what was erased stays erased.

Inbound texts that wait for their writer's YES are told whole, and marked hidden: an archive is for attestation, and
members do not read it. One-time codes are stars, as they are stored.
"""

from typing import Any

import sqlalchemy as sa
from sqlmodel import Session

from portal import clock
from portal.consent import evidence, ledger
from portal.messaging import archive_item, message
from portal.messaging.archive_item import What
from portal.statement import Statement, param

Line = dict[str, Any]

_i, _m, _e = archive_item.table, message.table, ledger.table
_range = (
    _i.c.business_id == param("business_id"), _i.c.number > param("after"), _i.c.number <= param("last")
)  # fmt: skip
_ITEMS = Statement(sa.select(_i).where(*_range).order_by(_i.c.number))
_TEXTS = Statement(
    sa.select(
        _i.c.number, _m.c.direction, _m.c.channel, _m.c.number.label("phone"), _m.c.text, _m.c.purpose, _m.c.wording,
        _m.c.consent_seq, _m.c.segments,
    )
    .join_from(_i, _m, sa.and_(_m.c.id == _i.c.message_id, _m.c.business_id == _i.c.business_id))
    .where(*_range, _i.c.what == "message")
)  # fmt: skip
_ENTRIES = Statement(
    sa.select(_e)
    .join_from(_i, _e, sa.and_(_e.c.seq == _i.c.seq, _e.c.business_id == _i.c.business_id))
    .where(*_range, _i.c.what == "entry")
)


def page(session: Session, business_id: str, *, after: int = 0, limit: int) -> list[Line]:
    """The items after that number, at most `limit`."""
    here: dict[str, Any] = {"business_id": business_id, "after": after, "last": after + limit}
    texts = {row.number: row for row in _TEXTS.rows(session, **here)}
    entries = {row.seq: row for row in _ENTRIES.rows(session, **here)}
    return [_line(item, texts.get(item.number), entries.get(item.seq)) for item in _ITEMS.rows(session, **here)]


def _line(item: Any, text: Any, entry: Any) -> Line:
    line: Line = {"number": item.number, "what": item.what, "at": clock.rfc3339(item.at)}
    if item.what == What.ENTRY:
        return line | {"message": None, "entry": _entry(entry) if entry is not None else {"erased": True}}
    if item.what == What.OUTCOME:
        return line | {"message": {"id": item.message_id} | item.facts, "entry": None}
    return line | {"message": _text(item, text), "entry": None}


def _text(item: Any, text: Any) -> Line:
    """The text as it went out or came in, with what was known when it was taken in."""
    facts: Line = {"id": item.message_id, "erased": text is None} | item.facts
    if text is None:
        return facts
    return facts | {
        "direction": text.direction, "channel": text.channel, "number": text.phone, "text": text.text,
        "purpose": text.purpose, "wording_version": text.wording, "consent_entry": text.consent_seq,
        "segments": text.segments,
    }  # fmt: skip


def _entry(entry: Any) -> Line:
    """With everything that its hash covers, to be checked as evidence.HOW_TO_VERIFY says; and what was erased of it."""
    return evidence.whole(entry) | {"erased": sorted(set(entry.commitments) - set(entry.evidence))}
