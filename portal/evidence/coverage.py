"""Texts not covered: what left without a receipt, without an opt-in of its own number, or after an opt-out. One query
that must find nothing (promise P1).

The moment of a text is its claim, when the consent of its number was read under lock. An opt-out counts that came
later in the ledger than the entry which allowed the text, and was recorded before the claim; times are those of the
machines that wrote them. Texts from before receipts began are counted apart, not as uncovered; but one after an opt-out
is found among them too.
"""

import datetime as dt
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from functools import partial
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session

from portal.consent import ledger
from portal.consent.purpose import Purpose
from portal.consent.state import Kind
from portal.messaging import message, receipt
from portal.statement import Statement, param

Read = Callable[[Callable[[Session], list[Any]]], list[Any]]
"""Runs one short transaction."""

PIECE = 1000
FOUND_AT_MOST = 50


class Problem(StrEnum):
    """Why a text is not covered."""

    AFTER_OPT_OUT = "after_opt_out"
    NO_RECEIPT = "no_receipt"
    NO_ENTRY = "no_entry"
    CHANGED = "changed"


BEFORE, COVERED = "before", "covered"
WORDS = {
    Problem.AFTER_OPT_OUT: "It left after an opt-out.",
    Problem.NO_RECEIPT: "It left without the gate: there is no receipt.",
    Problem.NO_ENTRY: "The ledger entry it names is no opt-in of this number.",
    Problem.CHANGED: "Its receipt does not fit it: something was changed after it left.",
}
_NEED = [each for each in Purpose if receipt.needs_entry(each)]

_m, _e = message.table, ledger.table
_COLUMNS = (
    _m.c.id, _m.c.business_id, _m.c.subscription_id, _m.c.channel, _m.c.purpose, _m.c.status, _m.c.claimed_at,
    _m.c.created_at, _m.c.consent_seq, _m.c.receipt, _m.c.decision,
)  # fmt: skip
_moment = _m.c.created_at.type
_is_here = (_m.c.business_id == param("business_id"), _m.c.direction == "outbound", _m.c.status.in_(message.LEFT))
_CLAIMED = sa.select(*_COLUMNS, _m.c.claimed_at.label("left_at")).where(
    *_is_here, _m.c.claimed_at.is_not(None),
    _m.c.claimed_at >= param("since", _moment), _m.c.claimed_at < param("until", _moment),
)  # fmt: skip
_STRAY = sa.select(*_COLUMNS, _m.c.created_at.label("left_at")).where(
    _m.c.business_id == param("business_id"), sa.text(f"({message.LEFT_UNCLAIMED})"),
    _m.c.created_at >= param("since", _moment), _m.c.created_at < param("until", _moment),
)  # fmt: skip
_entry, _no, _asked, _other = (
    _e.alias("entry"), _e.alias("no_entry"), _e.alias("asked"), _m.alias("other")
)  # fmt: skip


def _is_no(text: Any) -> sa.ColumnElement[bool]:
    return sa.and_(_no.c.subscription_id == text.c.subscription_id, _no.c.kind.in_((Kind.OPTED_OUT, Kind.DECLINED)))


def _after_opt_out(text: Any) -> sa.ColumnElement[bool]:
    """What rests on an opt-in: a No behind that entry. A request: a No since which nobody asked. A confirmation of an
    opt-out: another one since the same No. HELP is always answered."""
    ended = sa.exists().where(
        _is_no(text),
        _no.c.recorded_at < text.c.left_at,
        _no.c.seq > sa.func.coalesce(text.c.consent_seq, 0),
        sa.or_(_entry.c.occurred_at.is_(None), _no.c.occurred_at >= _entry.c.occurred_at),
    )
    asked_since = sa.exists().where(
        _asked.c.subscription_id == text.c.subscription_id, _asked.c.kind == Kind.ASKED, _asked.c.seq > _no.c.seq
    )
    unasked = sa.exists().where(_is_no(text), _no.c.recorded_at < text.c.left_at, ~asked_since)
    return sa.or_(
        sa.and_(text.c.purpose.in_(_NEED), ended),
        sa.and_(text.c.purpose == Purpose.OPT_IN_REQUEST, unasked),
        sa.and_(text.c.purpose == Purpose.OPT_OUT_CONFIRMATION, _is_second(text)),
    )


def _is_second(text: Any) -> sa.ColumnElement[bool]:
    """Another confirmation left before this one, and no No came between them."""
    is_earlier = sa.or_(
        _other.c.claimed_at < text.c.left_at,
        sa.and_(_other.c.claimed_at == text.c.left_at, _other.c.id < text.c.id),
    )
    between = sa.exists().where(
        _is_no(text), _no.c.recorded_at > _other.c.claimed_at, _no.c.recorded_at <= text.c.left_at
    )
    return sa.exists().where(
        _other.c.subscription_id == text.c.subscription_id, _other.c.purpose == Purpose.OPT_OUT_CONFIRMATION,
        _other.c.status.in_(message.LEFT), is_earlier, ~between,
    )  # fmt: skip


def _has_no_entry(text: Any) -> sa.ColumnElement[bool]:
    is_opt_in = sa.and_(_entry.c.kind == Kind.OPTED_IN, _entry.c.subscription_id == text.c.subscription_id)
    has_no = sa.exists().where(_is_no(text), _no.c.recorded_at <= text.c.left_at)
    return sa.or_(
        sa.and_(text.c.purpose.in_(_NEED), sa.func.coalesce(~is_opt_in, sa.true())),
        sa.and_(text.c.purpose == Purpose.OPT_OUT_CONFIRMATION, ~has_no),
    )


def _judging(text: Any) -> sa.Select[Any]:
    """Those texts, each with the hash of its entry and its standing: a Problem, BEFORE or COVERED."""
    began_at = sa.select(receipt.start.c.since_at).scalar_subquery()
    is_bare = sa.or_(text.c.receipt.is_(None), text.c.claimed_at.is_(None), text.c.purpose.is_(None))
    standing = sa.case(
        (_after_opt_out(text), str(Problem.AFTER_OPT_OUT)),
        (sa.and_(text.c.receipt.is_(None), text.c.left_at < began_at), BEFORE),
        (is_bare, str(Problem.NO_RECEIPT)),
        (_has_no_entry(text), str(Problem.NO_ENTRY)),
        else_=COVERED,
    )
    of_text = sa.and_(_entry.c.business_id == text.c.business_id, _entry.c.seq == text.c.consent_seq)
    return sa.select(text, _entry.c.hash.label("entry_hash"), standing.label("standing")).outerjoin_from(
        text, _entry, of_text
    )


_judged = _judging(sa.union_all(_CLAIMED, _STRAY).subquery("text_out")).subquery("judged")
_NOT_COVERED = Statement(
    sa.select(_judged)
    .where(_judged.c.standing.not_in((COVERED, BEFORE)))
    .order_by(_judged.c.left_at, _judged.c.id)
    .limit(FOUND_AT_MOST)
)
_after = param("after", _moment)
_PIECE = Statement(
    _judging(
        _CLAIMED.where(
            _m.c.claimed_at >= _after,
            sa.or_(_m.c.claimed_at > _after, _m.c.id > param("after_id", _m.c.id.type)),
        )
        .order_by(_m.c.claimed_at, _m.c.id)
        .limit(PIECE)
        .subquery("text_out")
    )
)
_STRAYS = Statement(_judging(_STRAY.limit(PIECE).subquery("text_out")))


@dataclass(frozen=True)
class Found:
    """One text that is not covered."""

    message_id: str
    subscription_id: str
    left_at: dt.datetime
    problem: Problem


def not_covered(session: Session, business_id: str, since: dt.datetime, until: dt.datetime) -> list[Found]:
    """The one query, over texts that left from `since` on and before `until`: at most FOUND_AT_MOST, the first first.
    What was changed afterwards is found by `judged`, which makes every hash again."""
    return found(
        (row, row.standing)
        for row in _NOT_COVERED.rows(session, business_id=business_id, since=since, until=until)
    )  # fmt: skip


def pieces(read: Read, business_id: str, since: dt.datetime, until: dt.datetime) -> Iterator[list[Any]]:
    """All texts that left, each with its `standing`, in the order in which they left; last those nobody claimed."""
    day: dict[str, Any] = {"business_id": business_id, "since": since, "until": until}
    after, after_id = since, ""
    while rows := read(partial(_PIECE.rows, **day, after=after, after_id=after_id)):
        rows.sort(key=lambda row: (row.left_at, row.id))
        yield rows
        after, after_id = rows[-1].left_at, rows[-1].id
    yield read(partial(_STRAYS.rows, **day))


def judged(rows: Iterable[Any]) -> Iterator[tuple[Any, str]]:
    """Each text with COVERED, BEFORE or a Problem; what the query calls covered has to have a true receipt too."""
    for row in rows:
        is_changed = row.standing == COVERED and not receipt.is_true(row, row.entry_hash)
        yield row, Problem.CHANGED if is_changed else row.standing


def found(rows: Iterable[tuple[Any, str]]) -> list[Found]:
    return [
        Found(row.id, row.subscription_id, row.left_at, Problem(standing))
        for row, standing in rows
        if standing not in (COVERED, BEFORE)
    ]
