"""The SMS Subscription Status list: keyset pages over the subscription rows, counts from the counter rows.

Every page is one range of one index, so that a million numbers cost what a thousand cost (speed.md, design 5): nothing
is counted, skipped over or joined to sort. What no index serves is asked of at most SCAN rows at a time.
"""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlmodel import Session

from portal import clock
from portal.consent import own_pause, subscription
from portal.errors import NotFound
from portal.messaging import status_range
from portal.messaging.status_range import ME, NOBODY, Order, Range, Wanted

__all__ = ["ME", "NOBODY", "PAGE", "SCAN", "Order", "Row", "StatusPage", "Wanted", "page"]

PAGE = 50
SCAN = 1000


@dataclass(frozen=True)
class Row:
    """One number as the list shows it."""

    id: str
    name: str
    number: str
    channel: str
    contact_id: str | None
    status: str
    carrier: str
    origin: str | None
    changed_at: dt.datetime | None
    is_paused: bool
    is_undeliverable: bool
    in_review: bool
    is_claimed: bool
    is_current: bool
    last_message_at: dt.datetime
    last_message_text: str
    last_message_direction: str
    unread: int
    assigned_to: str | None
    snoozed_until_at: dt.datetime | None
    paused_until_at: dt.datetime | None

    @property
    def is_snoozed(self) -> bool:
        return self.snoozed_until_at is not None and self.snoozed_until_at > clock.now()

    @property
    def quiet_until_at(self) -> dt.datetime | None:
        """The client's own pause, while it lasts."""
        return own_pause.until(self)


@dataclass(frozen=True)
class StatusPage:
    """`newer` and `older` are cursors for the pages before and after this one, or None; `counts` has every status.

    `is_cut`: only SCAN rows were looked through, and the list goes on behind them.
    """

    rows: tuple[Row, ...]
    newer: str | None
    older: str | None
    is_cut: bool
    counts: dict[str, int]

    @property
    def total(self) -> int:
        return sum(self.counts.values())


_FIELDS = tuple(Row.__dataclass_fields__)
_COLUMNS = (*_FIELDS, "name_key", "number_reversed", "review_opened_at", "wording_version")
_TIMES = (Order.LATEST, Order.BACK, Order.DOUBT)


@dataclass(frozen=True)
class _Read:
    """The rows of one page in the order they are shown, and the row to read on from, or None where the list ends."""

    rows: Sequence[Any]
    last: Any
    is_cut: bool = False


def page(session: Session, business_id: str, wanted: Wanted, *, region: str) -> StatusPage:
    """One page and the counts: two queries, three where a cursor must be looked up or a scan ended early. Raises
    NotFound for a cursor that leads nowhere. National numbers are read in `region`."""
    where = status_range.of(wanted, region)
    cursor = wanted.after or wanted.before
    edge = _edge(session, business_id, where, cursor) if cursor else None
    is_back = bool(wanted.before and not wanted.after)
    read = _read(session, business_id, wanted, where, edge, is_back=is_back)
    rows = read.rows
    ends = (read.last, rows[-1] if rows else None) if is_back else (rows[0] if edge and rows else None, read.last)
    newer, older = (_cursor(where, end) if end else None for end in ends)
    return StatusPage(tuple(map(_row, rows)), newer, older, read.is_cut, subscription.counts(session, business_id))


def _read(
    session: Session, business_id: str, wanted: Wanted, where: Range, edge: tuple[Any, str] | None, *, is_back: bool
) -> _Read:
    shape, has_edge, ascending = status_range.shape(where), edge is not None, where.is_falling is is_back
    key, row_id = edge or (None, "")
    values = {
        "business_id": business_id, "status": wanted.status, "origin": wanted.origin, "assigned": wanted.assigned,
        "project": wanted.project, "wording": wanted.wording, "low": where.low, "high": where.high,
        "key": key, "id": row_id, "now": clock.now(), "scan": SCAN, "limit": PAGE + 1,
    }  # fmt: skip
    found = status_range.page(shape, _COLUMNS, has_edge=has_edge, ascending=ascending).rows(session, **values)
    shown = found[:PAGE]
    rows = shown[::-1] if is_back else shown
    if len(found) > PAGE:
        return _Read(rows, shown[-1])
    if where.rest:
        scanned = status_range.scanned(shape, has_edge=has_edge, ascending=ascending).rows(session, **values)
        is_cut = len(scanned) == SCAN
        return _Read(rows, scanned[-1] if is_cut else None, is_cut)
    return _Read(rows, None)


def _edge(session: Session, business_id: str, where: Range, cursor: str) -> tuple[Any, str]:
    """Where the last page ended. By time the cursor says it itself, since a row moves when a text comes."""
    if where.order in _TIMES:
        try:
            moment, _, row_id = cursor.partition("~")
            return clock.parse_rfc3339(moment), row_id
        except ValueError as error:
            raise NotFound("This page of the list does not exist.") from error
    row = subscription.get(session, business_id, cursor)
    if row is None:
        raise NotFound("This page of the list does not exist.")
    return getattr(row, where.key), row.id


def _cursor(where: Range, row: Any) -> str:
    at = getattr(row, where.key)
    return f"{clock.rfc3339(at)}~{row.id}" if where.order in _TIMES else str(row.id)


def _row(found: Any) -> Row:
    return Row(*found[: len(_FIELDS)])
