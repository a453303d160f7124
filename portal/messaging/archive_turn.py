"""Numbers what an archive does not have yet. Nothing is written on the roads for it.

Look in a read, store in a write, if nobody was quicker: the archive's row carries a count of turns, so that two workers
never give a number twice, and a crash at any point leaves either a whole turn or none.

Nothing is missed either. Ledger entries have no gaps. Texts are looked for again and again until their time is LAG ago,
since a transaction may end after a later one; a second look that never ends goes over all of them, for clocks that were
set back and whatever nobody thought of. A text that still waits is remembered by its id, wherever its time moves, and
is taken in when it has an outcome.
"""

import datetime as dt
from dataclasses import dataclass, field
from itertools import takewhile
from typing import Any

from sqlmodel import Session

from portal import clock
from portal.messaging import archive, archive_item, archive_source
from portal.messaging.archive_item import What
from portal.messaging.archive_source import PIECE, WAITING, Place
from portal.messaging.message import Fate

LAG = dt.timedelta(minutes=5)  # twenty times what PostgreSQL lets an idle transaction live
WATCHED = dt.timedelta(days=4)  # for reports of providers that come after the first outcome
FAR = dt.datetime(9999, 1, 1, tzinfo=dt.UTC)


@dataclass(frozen=True)
class New:
    """Something to number; `at` is its time, by which a turn sorts."""

    what: What
    at: dt.datetime
    message_id: str | None = None
    seq: int | None = None
    facts: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Turn:
    """What one look found. `waits` are texts to remember with the outcome told of them, `told` those remembered whose
    outcome is another now; None where nothing can follow. `has_more`: look again at once."""

    row: Any
    items: list[New]
    waits: list[tuple[str, str | None]]
    told: list[tuple[str, str | None]]
    seen: Place
    swept: Place
    last_seq: int
    has_more: bool

    @property
    def is_news(self) -> bool:
        return bool(self.items or self.waits or self.told)


def look(session: Session, business_id: str, *, sweeps: bool = False) -> Turn | None:
    """What is new; with `sweeps`, once that is taken in, a piece of the second look. None where the archive is off."""
    row = archive.of(session, business_id)
    if row is None or not row.is_on:
        return None
    now = clock.now()
    texts, entries = archive_source.texts(session, row), archive_source.entries(session, row)
    moved = archive_source.moved(session, row, before=now - WATCHED)
    horizon = _horizon(texts, entries)
    kept = list(takewhile(lambda each: each.created_at <= horizon, texts))
    known = list(takewhile(lambda each: each.recorded_at <= horizon, entries))
    has_more = horizon < FAR or len(moved) == PIECE
    missed, swept = archive_source.missed(session, row) if sweeps and not has_more else ([], _swept(row))
    fresh = {each.id: each for each in (*kept, *missed)}.values()
    waits = [each for each in fresh if each.status in WAITING or _may_change(each, now)]
    items = [New(What.ENTRY, each.recorded_at, seq=each.seq) for each in known]
    items += [_text(each) for each in fresh if each.status not in WAITING]
    items.sort(key=lambda new: new.at)
    items += [_later(each) for each in moved if each.id is not None and each.told != each.status]
    return Turn(
        row, items, [(each.id, None if each.status in WAITING else each.status) for each in waits],
        [(each.message_id, each.status if _may_change(each, now) else None) for each in moved],
        seen=_seen(row, kept, now - LAG, is_all=horizon == FAR), swept=swept,
        last_seq=known[-1].seq if known else row.last_seq, has_more=has_more,
    )  # fmt: skip


def store(session: Session, turn: Turn) -> bool:
    """Number what was found; False when another worker was quicker, so that nothing was done."""
    row, now = turn.row, clock.now()
    is_mine = archive.move(
        session, row.business_id, turn=row.turn, last_number=row.last_number + len(turn.items),
        last_at=now if turn.items else row.last_at, last_seq=turn.last_seq, seen_at=turn.seen[0],
        seen_id=turn.seen[1], swept_at=turn.swept[0], swept_id=turn.swept[1],
    )  # fmt: skip
    if not is_mine:
        return False
    for number, new in enumerate(turn.items, row.last_number + 1):
        archive_item.add(
            session, row.business_id, number, new.what, at=now, message_id=new.message_id, seq=new.seq, facts=new.facts
        )
    for message_id, told in turn.waits:
        archive_item.wait_for(session, row.business_id, message_id, told=told)
    for message_id, told in turn.told:
        archive_item.tell(session, message_id, told)
    return True


def _horizon(texts: list[Any], entries: list[Any]) -> dt.datetime:
    """While old texts and entries are taken in piece by piece, neither runs ahead of the other."""
    ends = []
    if len(texts) == PIECE:
        ends.append(texts[-1].created_at)
    if len(entries) == PIECE:
        ends.append(max(each.recorded_at for each in entries))
    return min(ends, default=FAR)


def _seen(row: Any, kept: list[Any], edge: dt.datetime, *, is_all: bool) -> Place:
    """Everything up to here has been looked at; never past `edge`, behind which a transaction may still end."""
    before, last = (row.seen_at, row.seen_id), (edge, "")
    if not is_all:
        last = min(last, (kept[-1].created_at, kept[-1].id) if kept else before)
    return max(before, last)


def _swept(row: Any) -> Place:
    return row.swept_at, row.swept_id


def _later(row: Any) -> New:
    """A text that waited has an outcome, or one that had an outcome has another."""
    return _text(row) if row.told is None else New(What.OUTCOME, row.created_at, row.id, facts=_outcome(row))


def _text(row: Any) -> New:
    facts = _outcome(row) | {
        "created_at": clock.rfc3339(row.created_at), "member": row.member, "project": row.project_id,
        "hidden": bool(row.is_hidden),
    }  # fmt: skip
    return New(What.MESSAGE, row.created_at, row.id, facts=facts)


def _outcome(row: Any) -> dict[str, Any]:
    return {
        "status": row.status, "reason": row.reason or None, "provider_id": row.provider_id,
        "sent_at": row.sent_at and clock.rfc3339(row.sent_at),
    }  # fmt: skip


def _may_change(row: Any, now: dt.datetime) -> bool:
    """Whether its provider may still report: it left, not long ago, and has not arrived."""
    return row.claimed_at is not None and row.claimed_at > now - WATCHED and row.status != Fate.DELIVERED
