"""The timetable: what happens by itself, how often. APScheduler only ticks; due work is claimed in the database."""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from apscheduler.schedulers.background import BackgroundScheduler

from portal import clock, logs
from portal.accounts import allowance, api_answer, delivery
from portal.accounts import session as sign_ins
from portal.accounts.courier import Courier
from portal.automations import due, plan
from portal.automations.candidate import Place
from portal.database import Database, Lane
from portal.erasure import wiping
from portal.imports import tidy, turn
from portal.messaging import archive, archive_turn, group_message, lapse, outcome, rehearsal, trigger_event, word_search
from portal.messaging.archive_mail import Journal
from portal.messaging.dispatch import Dispatcher
from portal.messaging.preference_link import prune as prune_links
from portal.messaging.review_alarm import Alarm

WORD_PIECES = 20  # in one tick
ARCHIVE_PIECES = 50  # of one business in one tick


@dataclass(frozen=True)
class Job:
    name: str
    every: dt.timedelta
    work: Callable[["Timetable"], None]


class Timetable:
    """Runs the jobs of one process beside its dispatcher."""

    def __init__(
        self,
        database: Database,
        dispatcher: Dispatcher,
        courier: Courier | None = None,
        alarm: Alarm | None = None,
        journal: Journal | None = None,
        form_origin: str = "",
    ) -> None:
        self.database, self.dispatcher, self.courier, self.alarm = database, dispatcher, courier, alarm
        self.journal, self.form_origin = journal, form_origin
        self.ticked_at = clock.monotonic()
        self._ticker = BackgroundScheduler(timezone=dt.UTC)

    def start(self) -> None:
        for job in JOBS:
            self._ticker.add_job(
                self.run, "interval", seconds=job.every.total_seconds(), args=[job], id=job.name, coalesce=True,
                max_instances=1, misfire_grace_time=None,
            )  # fmt: skip
        self._ticker.start()

    def stop(self) -> None:
        if self._ticker.running:
            self._ticker.shutdown(wait=True)

    def run(self, job: Job) -> None:
        """One job; an error is written down and the next tick tries again."""
        self.ticked_at = clock.monotonic()
        try:
            job.work(self)
        except Exception:
            logs.trace(f"job.failed {job.name}")


def expire_leases(timetable: Timetable) -> None:
    if timetable.database.read(outcome.is_any_overdue):
        timetable.database.write(outcome.expire_leases)


def wake_dispatcher(timetable: Timetable) -> None:
    timetable.dispatcher.wake()


def checkpoint(timetable: Timetable) -> None:
    timetable.database.checkpoint()


def prune_allowances(timetable: Timetable) -> None:
    timetable.database.write(lambda session: (allowance.prune(session), prune_links(session)), lane=Lane.BULK)


def prune_sign_ins(timetable: Timetable) -> None:
    timetable.database.write(sign_ins.prune, lane=Lane.BULK)


def prune_api_answers(timetable: Timetable) -> None:
    timetable.database.write(api_answer.prune, lane=Lane.BULK)


def prune_deliveries(timetable: Timetable) -> None:
    """In pieces, so that nobody's write waits long."""
    while timetable.database.write(delivery.prune, lane=Lane.BULK):
        pass


def deliver_events(timetable: Timetable) -> None:
    """Returns at once: slow receivers hold up their own threads only."""
    if timetable.courier is not None:
        timetable.courier.turn()


def tell_of_reviews(timetable: Timetable) -> None:
    if timetable.alarm is not None:
        timetable.alarm.turn()


def deliver_rehearsal(timetable: Timetable) -> None:
    """Reads first: without a rehearsal, or when all is reported, nobody's write waits for this one."""
    texts = timetable.database.read(rehearsal.unreported)
    if texts:
        timetable.database.write(lambda session: rehearsal.deliver(session, texts))


def take_in_words(timetable: Timetable) -> None:
    """In pieces of some milliseconds, which the writer takes when nobody else waits; the rest at the next tick."""
    for _ in range(WORD_PIECES):
        if not timetable.database.read(word_search.is_behind):
            return
        timetable.database.write(word_search.take_in, lane=Lane.BULK)


def plan_events(timetable: Timetable) -> None:
    """What clients did becomes scheduled texts."""
    while timetable.database.read(trigger_event.is_any) and timetable.database.write(plan.take_events, lane=Lane.BULK):
        pass


def plan_dates(timetable: Timetable) -> None:
    """One automation whose days cannot be read keeps no other waiting."""
    for automation_id in timetable.database.read(plan.waiting):
        try:
            _look_through(timetable.database, automation_id)
        except Exception:
            logs.trace(f"automation.failed {automation_id}")


def _look_through(database: Database, automation_id: str) -> None:
    """Looks in reads, so that nobody's write waits where nothing is new."""
    place: Place | None = plan.START
    while place is not None:
        piece = database.read(partial(plan.look, automation_id=automation_id, place=place))
        if piece.is_write:
            database.write(partial(plan.store, piece=piece), lane=Lane.BULK)
        place = piece.next


def run_due(timetable: Timetable) -> None:
    """What is due goes to the outbox; in pieces, so that nobody's write waits long."""
    work = partial(due.run, form_origin=timetable.form_origin)
    while timetable.database.read(due.is_any) and timetable.database.write(work, lane=Lane.BULK):
        pass


def lapse_requests(timetable: Timetable) -> None:
    """In pieces, so that nobody's write waits long."""
    while timetable.database.read(lapse.is_any) and timetable.database.write(lapse.run, lane=Lane.BULK):
        pass


def fill_archives(timetable: Timetable, *, sweeps: bool = False) -> None:
    """One archive that cannot be filled keeps no other waiting."""
    for business_id in timetable.database.read(archive.on):
        try:
            _fill(timetable.database, business_id, sweeps=sweeps)
        except Exception:
            logs.trace(f"archive.failed {business_id}")


def sweep_archives(timetable: Timetable) -> None:
    fill_archives(timetable, sweeps=True)


def _fill(database: Database, business_id: str, *, sweeps: bool) -> None:
    """In pieces of some milliseconds; the rest at the next tick."""
    for _ in range(ARCHIVE_PIECES):
        turn = database.read(partial(archive_turn.look, business_id=business_id, sweeps=sweeps))
        if turn is None or not (turn.is_news or turn.has_more or sweeps):
            return
        database.write(partial(archive_turn.store, turn=turn), lane=Lane.BULK)
        if not turn.has_more:
            return


def mail_archives(timetable: Timetable) -> None:
    if timetable.journal is not None:
        timetable.journal.turn()


def run_group_messages(timetable: Timetable) -> None:
    """Texts to groups go on from where they were; in pieces, so that nobody's write waits long."""
    database = timetable.database
    while database.read(group_message.is_any) and database.write(group_message.run, lane=Lane.BULK):
        pass


def run_imports(timetable: Timetable) -> None:
    """Lists take turns, some rows each; one that cannot go on, or cannot be read, keeps no other waiting."""
    database = timetable.database
    while (run_id := database.read(turn.waiting)) is not None:
        try:
            turn.some(database, run_id, most=1)
        except Exception:
            logs.trace(f"import.failed {run_id}")
            database.write(partial(turn.stumble, run_id=run_id), lane=Lane.BULK)


def tidy_imports(timetable: Timetable) -> None:
    """Rows that nobody needs any more, in pieces, so that nobody's write waits long."""
    while timetable.database.read(tidy.is_any) and timetable.database.write(tidy.run, lane=Lane.BULK):
        pass


def forget_problems(timetable: Timetable) -> None:
    timetable.database.write(tidy.forget_problems, lane=Lane.BULK)


JOBS = (
    Job("checkpoint", dt.timedelta(seconds=0.5), checkpoint),
    Job("wake_dispatcher", dt.timedelta(seconds=1), wake_dispatcher),
    Job("deliver_rehearsal", dt.timedelta(seconds=1), deliver_rehearsal),
    Job("deliver_events", dt.timedelta(seconds=1), deliver_events),
    Job("expire_leases", dt.timedelta(seconds=2), expire_leases),
    Job("take_in_words", dt.timedelta(seconds=2), take_in_words),
    Job("plan_events", dt.timedelta(seconds=1), plan_events),
    Job("plan_dates", dt.timedelta(seconds=2), plan_dates),
    Job("run_due", dt.timedelta(seconds=1), run_due),
    Job("run_group_messages", dt.timedelta(seconds=1), run_group_messages),
    Job("run_imports", dt.timedelta(seconds=1), run_imports),
    Job("tidy_imports", dt.timedelta(seconds=5), tidy_imports),
    Job("forget_problems", dt.timedelta(hours=1), forget_problems),
    Job("tell_of_reviews", dt.timedelta(minutes=1), tell_of_reviews),
    Job("lapse_requests", dt.timedelta(minutes=10), lapse_requests),
    Job("fill_archives", dt.timedelta(seconds=5), fill_archives),
    Job("sweep_archives", dt.timedelta(minutes=1), sweep_archives),
    Job("mail_archives", dt.timedelta(minutes=1), mail_archives),
    Job("prune_allowances", dt.timedelta(hours=1), prune_allowances),
    Job("prune_sign_ins", dt.timedelta(hours=1), prune_sign_ins),
    Job("prune_api_answers", dt.timedelta(hours=1), prune_api_answers),
    Job("prune_deliveries", dt.timedelta(hours=1), prune_deliveries),
    Job("wipe_erased", dt.timedelta(seconds=2), lambda timetable: wiping.wipe(timetable.database)),
)
