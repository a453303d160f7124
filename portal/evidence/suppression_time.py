"""How long it took until an opt-out by text counted: from the arrival of the provider's event to the ledger entry."""

import datetime as dt
import math
import statistics
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any, TypeVar

import sqlalchemy as sa
from sqlmodel import Session

from portal import clock
from portal.column import table_of
from portal.consent import ledger
from portal.consent.state import Origin, Proof
from portal.messaging.provider_event import ProviderEvent
from portal.statement import Statement, param

T = TypeVar("T")
Read = Callable[[Callable[[Session], T]], T]
PIECE = 1000

_e, _event = ledger.table, table_of(ProviderEvent)
_is_of_day = (
    _e.c.business_id == param("business_id"), sa.text(f"({ledger.IS_NO})"),
    _e.c.recorded_at >= param("since"), _e.c.recorded_at < param("until"),
)  # fmt: skip
_COUNT = Statement(sa.select(sa.func.count().label("found")).select_from(_e).where(*_is_of_day))
_PIECE = Statement(
    sa.select(_e.c.seq, _e.c.recorded_at, _e.c.origin, _e.c.proof, _e.c.evidence)
    .where(
        *_is_of_day,
        _e.c.recorded_at >= param("after"),
        sa.or_(_e.c.recorded_at > param("after"), _e.c.seq > param("after_seq", _e.c.seq.type)),
    )
    .order_by(_e.c.recorded_at, _e.c.seq)
    .limit(PIECE)
)
_ARRIVED = Statement(
    sa.select(_event.c.received_at).where(
        _event.c.business_id == param("business_id"),
        _event.c.provider == param("provider"),
        _event.c.event_id == param("event_id"),
    )
)


@dataclass(frozen=True)
class Times:
    """Opt-outs and refusals of a day, in whatever way they came; the seconds of those that came by text, sorted."""

    opt_outs: int
    seconds: tuple[float, ...] = ()

    @property
    def slowest_ms(self) -> int | None:
        return _ms(self.seconds[-1]) if self.seconds else None

    @property
    def median_ms(self) -> int | None:
        return _ms(statistics.median(self.seconds)) if self.seconds else None


def _ms(seconds: float) -> int:
    """Rounded up."""
    return math.ceil(round(seconds * 1000, 3))


def count(session: Session, business_id: str, since: dt.datetime, until: dt.datetime) -> int:
    return int(_COUNT.first(session, business_id=business_id, since=since, until=until).found)


def pieces(read: Read[Any], business_id: str, since: dt.datetime, until: dt.datetime) -> Iterator[list[float]]:
    """The seconds of opt-outs by text, some at a time; `read` runs one short transaction."""
    place: tuple[dt.datetime, int] | None = (since, 0)
    while place is not None:
        found, place = read(partial(_piece, business_id=business_id, since=since, until=until, place=place))
        yield found


def _piece(
    session: Session, business_id: str, since: dt.datetime, until: dt.datetime, place: tuple[dt.datetime, int]
) -> tuple[list[float], tuple[dt.datetime, int] | None]:
    """Those behind `place`, and where the next ones begin; None at the end."""
    after, after_seq = place
    rows = _PIECE.rows(session, business_id=business_id, since=since, until=until, after=after, after_seq=after_seq)
    times = (seconds(session, business_id, row) for row in rows)
    following = (rows[-1].recorded_at, rows[-1].seq) if len(rows) == PIECE else None
    return [each for each in times if each is not None], following


def seconds(session: Session, business_id: str, entry: Any) -> float | None:
    """None for what did not come by text, and for what was erased. What a provider's list told late counts from when
    the client's text reached the provider: an outage shows here."""
    if entry.origin != Origin.REPLY or entry.proof != Proof.HANDSET:
        return None
    arrived_at = _arrived_at(session, business_id, entry.evidence)
    return None if arrived_at is None else max(0.0, (entry.recorded_at - arrived_at).total_seconds())


def _arrived_at(session: Session, business_id: str, evidence: dict[str, Any]) -> dt.datetime | None:
    """Entries from before the arrival was kept with them: when the event was stored."""
    if said := evidence.get("received_at"):
        return clock.parse_rfc3339(said)
    if not evidence.get("provider_id"):
        return None
    row = _ARRIVED.first(
        session, business_id=business_id, provider=evidence.get("provider"), event_id=evidence["provider_id"]
    )
    return None if row is None else row.received_at
