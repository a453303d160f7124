"""Very many scheduled texts due in the same minute, a tenth of them to clients who have opted out since.

Planned, decided and sent by the real rooms, to a provider that does nothing but remember.
`python -m tests.bench.schedule [COUNT] [DATABASE_URL]`
"""

import contextlib
import datetime as dt
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session

from portal import clock, jobs
from portal.accounts import business as businesses
from portal.accounts import key, sender
from portal.accounts.sender import SMS
from portal.automations import automation
from portal.automations.rule import Rule
from portal.automations.scheduled_text import t
from portal.consent import ledger, subscription
from portal.consent.state import Kind, Origin, Proof
from portal.database import Database
from portal.jobs import Timetable, planning
from portal.messaging import message, opt_in
from portal.messaging.dispatch import Dispatcher
from portal.messaging.spending import Limits
from portal.providers.provider import Accepted, Outbound, Providers, Result
from tests.bench.child import BenchError

USUAL = 100_000
SLOTS = 64
PIECE = 500
EARLIER = dt.timedelta(hours=2)  # when everything was prepared
OPTED_OUT = 10  # every tenth
NO_LIMITS = Limits(0, 0)


@dataclass
class Null:
    """Accepts every text at once and remembers who got how many."""

    name: str = "twilio"
    got: Counter[str] = field(default_factory=Counter)

    def send(self, text: Outbound, *, deadline: float) -> Result:
        self.got[text.to] += 1
        return Accepted(f"SM{text.message_id}")


@dataclass(frozen=True)
class Done:
    """`doubled` are numbers that got more than one text; `late_opt_outs` opted-out ones that got any."""

    planned: int
    planning: float
    sent: int
    skipped: int
    doubled: int
    late_opt_outs: int
    deciding: float
    seconds: float

    def __str__(self) -> str:
        return (
            f"{self.planned:,} scheduled texts planned in {self.planning:.1f} s; due in one minute: "
            f"{self.sent:,} sent, {self.skipped:,} skipped as opted out, {self.doubled} doubled, "
            f"{self.late_opt_outs} to opted-out numbers; decided after {self.deciding:.1f} s, the last one sent after "
            f"{self.seconds:.1f} s ({self.sent / self.seconds:,.0f} texts a second)"
        )


def measured(database: Database, count: int, *, slots: int = SLOTS) -> Done:
    """Everything from the first consent to the last text. Raises BenchError where a text is lost."""
    with _checkpoints(database):
        return _measured(database, count, slots)


def _measured(database: Database, count: int, slots: int) -> Done:
    provider: Any = Null()
    dispatcher = Dispatcher(
        database, Providers({"twilio": provider}, "https://portal.example.com"), NO_LIMITS, slots=slots
    )
    timetable = Timetable(database, dispatcher)
    numbers, stopped = _numbers(count), set(_numbers(count)[::OPTED_OUT])
    business = database.write(_business)
    _each(database, partial(_opt_in, business), numbers)
    database.write(partial(_rule, business, clock.now()))
    database.checkpoint()
    start = time.perf_counter()
    _plan(database)
    planning = time.perf_counter() - start
    _each(database, partial(_opt_out, business), sorted(stopped))
    deciding, seconds = _run(database, timetable, dispatcher, business)
    sent, skipped = _standings(database, business)
    if sum(provider.got.values()) != sent or sent + skipped != count:
        raise BenchError(f"of {count} texts {sent} were sent and {skipped} skipped; {sum(provider.got.values())} left")
    return Done(
        count, planning, sent, skipped, sum(1 for each in provider.got.values() if each > 1),
        len(stopped & set(provider.got)), deciding, seconds,
    )  # fmt: skip


@contextlib.contextmanager
def _checkpoints(database: Database) -> Iterator[None]:
    """As the timetable does: else SQLite's log grows for ever, and every read looks through it."""
    is_over = threading.Event()

    def work() -> None:
        while not is_over.wait(jobs.JOBS[0].every.total_seconds()):
            database.checkpoint()

    thread = threading.Thread(target=work)
    thread.start()
    try:
        yield
    finally:
        is_over.set()
        thread.join()


def _numbers(count: int) -> list[str]:
    every = [f"+1{area}555{last:04d}" for last in range(200) for area in range(200, 1000)]
    return every[:count]


def _each(database: Database, work: Callable[[Sequence[str], Session], None], numbers: Sequence[str]) -> None:
    for at in range(0, len(numbers), PIECE):
        database.write(partial(_earlier, partial(work, numbers[at : at + PIECE])))


def _earlier(work: Callable[[Session], Any], session: Session) -> Any:
    with clock.ago(EARLIER):
        return work(session)


def _business(session: Session) -> str:
    made = businesses.create(session, "Hearth Photography")
    credentials = {"account_sid": "AC00000000000000000000000000000001", "auth_token": "0" * 32}
    sender.add(session, made, channel=SMS, number="+12025550199", provider="twilio", credentials=credentials)
    return made.id


def _opt_in(business: str, piece: Sequence[str], session: Session) -> None:
    for number in piece:
        row = subscription.lock(session, business, SMS, number)
        ledger.record(
            session, row, Kind.OPTED_IN, origin=Origin.FORM, proof=Proof.ANONYMOUS, actor="client",
            scope="informational", evidence={"choice": "yes"},
        )  # fmt: skip


def _opt_out(business: str, piece: Sequence[str], session: Session) -> None:
    for number in piece:
        row = subscription.lock(session, business, SMS, number)
        opt_in.opt_out(
            session, row, origin=Origin.REPLY, proof=Proof.HANDSET, actor="client", should_confirm=False
        )  # fmt: skip


def _rule(business: str, at: dt.datetime, session: Session) -> None:
    def work(session: Session) -> None:
        given = Rule("To everybody", "{business}: see you on {date}.", "date", at=at)
        made = automation.create(session, business, given, actor="bench")
        automation.switch_on(session, made, actor="bench")

    _earlier(work, session)


def _plan(database: Database) -> None:
    """The timetable's own job, at a time when the moment was still to come."""

    class Then:
        def read(self, work: Callable[[Session], Any]) -> Any:
            return database.read(partial(_earlier, work))

        def write(self, work: Callable[[Session], Any], **more: Any) -> Any:
            return database.write(partial(_earlier, work), **more)

    timetable: Any = SimpleNamespace(database=Then(), dispatcher=SimpleNamespace(watch=None))
    planning.plan_dates(timetable)


def _run(database: Database, timetable: Timetable, dispatcher: Dispatcher, business: str) -> tuple[float, float]:
    """Seconds until all was decided, and until the last one had left."""
    start = time.perf_counter()
    dispatcher.start()
    decided: list[float] = []

    def decide() -> None:
        planning.run_due(timetable)
        decided.append(time.perf_counter() - start)

    deciding = threading.Thread(target=decide)
    deciding.start()
    deciding.join()
    while database.read(partial(_is_waiting, business)):
        dispatcher.wake()
        time.sleep(0.05)
    seconds = time.perf_counter() - start
    dispatcher.stop()
    return decided[0], seconds


_m = message.table


def _is_waiting(business: str, session: Session) -> bool:
    query = sa.select(_m.c.id).where(_m.c.status == "queued", _m.c.business_id == business)
    return session.execute(query.limit(1)).first() is not None


def _standings(database: Database, business: str) -> tuple[int, int]:
    def work(session: Session) -> tuple[int, int]:
        of = sa.select(sa.func.count()).select_from(t).where(t.c.business_id == business)
        sent = of.join(_m, _m.c.id == t.c.message_id).where(_m.c.status == "sent")
        skipped = of.where(t.c.status == "skipped", t.c.reason == "opted_out")
        return session.scalar(sent) or 0, session.scalar(skipped) or 0

    return database.read(work)


def main(count: str = str(USUAL), url: str = "") -> None:
    from portal import schema

    with tempfile.TemporaryDirectory(prefix="portal-bench-") as folder:
        where = url or f"sqlite:///{Path(folder) / 'portal.db'}"
        schema.migrate(where)
        database = Database(where, secrets=key.in_memory())
        try:
            print(measured(database, int(count)))
        finally:
            database.dispose()


if __name__ == "__main__":
    main(*sys.argv[1:])
