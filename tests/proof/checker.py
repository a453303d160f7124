"""After a schedule: was anything lost, done twice, or sent after a STOP?"""

import datetime as dt
from collections import Counter
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session

from portal.column import table_of
from portal.consent import ledger, subscription, verification
from portal.consent.state import Kind
from portal.evidence import coverage
from portal.messaging import message
from portal.messaging.provider_event import ProviderEvent
from portal.statement import Statement, param
from tests.proof.scene import STOPS, Scene

EVER = (dt.datetime(2000, 1, 1, tzinfo=dt.UTC), dt.datetime(2100, 1, 1, tzinfo=dt.UTC))
_e, _m, _s = table_of(ProviderEvent), message.table, subscription.table
_EVENTS = Statement(
    sa.select(_e.c.event_id).where(_e.c.business_id == param("business_id"), _e.c.event_id == param("event_id"))
)
_TEXTS = Statement(sa.select(_m.c.id).where(_m.c.business_id == param("business_id"), _m.c.provider_id == param("sid")))
_BY_STATUS = Statement(
    sa.select(_s.c.status, sa.func.count().label("found"))
    .where(_s.c.business_id == param("business_id"))
    .group_by(_s.c.status)
)


def problems(scene: Scene) -> dict[str, list[str]]:
    """By the promise they break: `violations` (P1), `lost` (P2, P3), `doubled` (P3, P6)."""
    found = scene.database.read(lambda session: _of(session, scene))
    found["violations"] += scene.history.violations()
    found["doubled"] += scene.history.doubled()
    return found


def _of(session: Session, scene: Scene) -> dict[str, list[str]]:
    rows = [subscription.find(session, scene.business_id, "sms", number) for number in scene.numbers]
    entries = {row.number: ledger.entries(session, scene.business_id, row.id) for row in rows}
    opt_outs = Counter(
        {number: sum(entry.kind == Kind.OPTED_OUT for entry in all_) for number, all_ in entries.items()}
    )
    lost, doubled = _events(session, scene)
    for number, all_ in entries.items():
        for event_id, times in Counter(_caused(entry) for entry in all_ if entry.kind == Kind.OPTED_OUT).items():
            if event_id and times > 1:
                doubled.append(f"{event_id} opted {number} out {times} times")
    return {"violations": scene.history.repeated_confirmations(opt_outs), "lost": lost, "doubled": doubled}


def _caused(entry: Any) -> str:
    return str(entry.evidence.get("provider_id", ""))


def _events(session: Session, scene: Scene) -> tuple[list[str], list[str]]:
    lost, doubled = [], []
    for event_id in {event_id for _, event_id in scene.history.acks}:
        if not _EVENTS.rows(session, business_id=scene.business_id, event_id=event_id):
            lost.append(f"{event_id} was answered and is not there")
        if event_id.startswith("in:"):
            texts = _TEXTS.rows(session, business_id=scene.business_id, sid=event_id[3:])
            if not texts:
                lost.append(f"{event_id} is in no conversation")
            if len(texts) > 1:
                doubled.append(f"{event_id} is there {len(texts)} times")
    return lost, doubled


def drift(session: Session, business_id: str) -> list[str]:
    """P4 and the counters: each row says what its ledger says, the counters what the rows say, and every text that
    left is covered."""
    found = []
    verified = verification.verify(session, business_id)
    if verified.problem:
        found.append(verified.problem)
    counted = {status: number for status, number in subscription.counts(session, business_id).items() if number}
    actual = {row.status: row.found for row in _BY_STATUS.rows(session, business_id=business_id)}
    if counted != actual:
        found.append(f"the counters say {counted}, the rows {actual}")
    return found + [f"{each.message_id} is not covered: {each.problem}" for each in _not_covered(session, business_id)]


def _not_covered(session: Session, business_id: str) -> list[coverage.Found]:
    """P1, from the other side: by what each text that left carries, and by what the ledger says."""
    pieces = coverage.pieces(lambda work: work(session), business_id, *EVER)
    return [each for rows in pieces for each in coverage.found(coverage.judged(rows))]


__all__ = ["STOPS", "drift", "problems"]
