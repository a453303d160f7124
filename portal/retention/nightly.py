"""What runs out goes at night, in small pieces that let everybody else go first; the audit says how much, never whose.

The database decides what is owed, day by day of each business; a hold on the whole business stops its night.
"""

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session

from portal import clock
from portal.accounts import audit
from portal.accounts.business import Business
from portal.column import table_of
from portal.consent import legal_hold
from portal.database import Database, Lane
from portal.retention import addresses, answers, events, mark, period, run, sign_ins, spared, texts
from portal.retention.mark import HOUSE, Piece, Place
from portal.retention.period import Kind, Period

SYSTEM = "system"
AT_ONCE = 50
"""Numbers that are no longer spared, in one piece."""
Periods = dict[Kind, Period]
Work = Callable[[Session, str, Place, dt.datetime, Period], Piece]


@dataclass(frozen=True)
class Step:
    """`name` is its mark; one without `remembers` begins anew every night."""

    name: str
    kind: Kind
    work: Work
    is_of_house: bool = False
    remembers: bool = True


STEPS: Sequence[Step] = (
    Step("texts", Kind.TEXTS, texts.piece),
    Step("events", Kind.EVENTS, events.piece, remembers=False),
    Step("answers", Kind.ANSWERS, answers.piece),
    Step("evidence", Kind.ADDRESSES, addresses.evidence),
    Step("audit", Kind.ADDRESSES, addresses.audit_log),
    Step("audit", Kind.ADDRESSES, addresses.audit_log, is_of_house=True),
    Step("sign_ins", Kind.SIGN_INS, sign_ins.piece),
    Step("sign_ins", Kind.SIGN_INS, sign_ins.piece, is_of_house=True),
)
_b = table_of(Business)


def owed(session: Session) -> list[tuple[str, str]]:
    """Businesses and their days. Two small reads for each business."""
    now = clock.now()
    found = session.execute(sa.select(_b.c.id, _b.c.timezone).order_by(_b.c.id)).all()
    days = [(row.id, run.day_of(row.timezone, now)[0]) for row in found]
    return [each for each in days if run.is_owed(session, *each)]


def work_off(database: Database, *, may_go_on: Callable[[], bool] = lambda: True) -> None:
    """Everything that is owed; one business after the other, a transaction for each piece. `may_go_on` is asked before
    each: the clock may jump while a night is at work."""
    for business_id, day in database.read(owed) if may_go_on() else ():
        while may_go_on() and database.write(partial(some, business_id=business_id, day=day), lane=Lane.BULK):
            pass


def some(session: Session, business_id: str, day: str) -> bool:
    """One piece; whether there may be more for this process."""
    row = run.take(session, business_id, day)
    if row is None or row.finished_at is not None:
        return False
    legal_hold.let_erase(session, business_id)
    if reason := _why_not(session, row):
        _finish(session, row, reason)
        return False
    zone = session.scalar(sa.select(_b.c.timezone).where(_b.c.id == business_id))
    day_began = run.day_of(str(zone), row.started_at)[1]
    periods = period.in_force(session, business_id, day_began=day_began)
    if row.stage < len(STEPS):
        _step(session, row, STEPS[row.stage], periods)
        return True
    return _released(session, row, periods)


def _why_not(session: Session, row: Any) -> str:
    if legal_hold.of_business(session, row.business_id) is not None:
        return "legal_hold"
    return "" if run.is_proven(session, row.business_id, row.on_day) else "first_nights"


def _step(session: Session, row: Any, step: Step, periods: Periods) -> None:
    """From a moment that stays the same all night, so that it ends."""
    home = HOUSE if step.is_of_house else row.business_id
    kept = period.defaults()[step.kind] if step.is_of_house else periods[step.kind]
    start = kept.start(row.started_at)
    if start is None:
        run.keep(session, row, stage=row.stage + 1, after="")
        return
    place = mark.read(session, home, step.name) if step.remembers else _place(row.after)
    done = step.work(session, home, place, start, kept)
    if step.remembers and done.place != place:
        mark.move(session, home, step.name, done.place)
    run.keep(
        session, row, counts=run.added(row.counts, str(step.kind), done.gone), spared=row.spared + done.spared,
        stage=row.stage + 1 if done.is_last else row.stage, after="" if done.is_last else done.place.at.isoformat(),
    )  # fmt: skip


def _place(after: str) -> Place:
    return Place(dt.datetime.fromisoformat(after)) if after else Place()


def _released(session: Session, row: Any, periods: Periods) -> bool:
    """Numbers that were spared and are no longer: what was passed over goes now. Whether there may be more."""
    home = row.business_id
    known = spared.remembered(session, home, after=row.after, limit=AT_ONCE)
    if not known:
        _finish(session, row, "")
        return False
    kept = spared.among(session, home, {each.subscription_id for each in known})
    counts, after = row.counts, row.after
    for each in known:
        gone = {} if each.subscription_id in kept else _let_go(session, row, each, periods)
        for kind, number in gone.items():
            counts = run.added(counts, str(kind), number)
        if any(gone.values()):
            break  # there may be more of this one, and the next piece begins with it again
        if each.subscription_id not in kept and (
            each.ref or not texts.are_waiting(session, home, each.subscription_id)
        ):
            spared.forget(session, home, each)
        after = spared.place(each)
    run.keep(session, row, counts=counts, after=after)
    return True


def _let_go(session: Session, row: Any, one: Any, periods: Periods) -> dict[Kind, int]:
    """A piece of what one number kept, by kind; nothing where all of it has gone."""
    starts = {kind: each.start(row.started_at) for kind, each in periods.items()}
    gone: dict[Kind, int] = {}
    if one.ref:
        if start := starts[Kind.ANSWERS]:
            gone[Kind.ANSWERS] = answers.one(session, row.business_id, one.ref, start)
        return gone
    if start := starts[Kind.TEXTS]:
        gone[Kind.TEXTS] = texts.of_number(session, row.business_id, one.subscription_id, start, periods[Kind.TEXTS])
    if start := starts[Kind.ADDRESSES]:
        gone[Kind.ADDRESSES] = addresses.of_number(session, row.business_id, one.subscription_id, start)
    return gone


def _finish(session: Session, row: Any, reason: str) -> None:
    run.keep(session, row, finished_at=clock.now())
    counts = {kind: number for kind, number in row.counts.items() if number}
    if counts or row.spared or reason:
        audit.note(
            session, "retention.ran", actor=SYSTEM, business_id=row.business_id, gone=counts, spared=row.spared,
            up_to=clock.rfc3339(row.started_at), **({"stopped_by": reason} if reason else {}),
        )  # fmt: skip
