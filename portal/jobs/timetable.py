"""Runs jobs when their time has come. APScheduler only ticks; due work is claimed in the database."""

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from apscheduler.schedulers.background import BackgroundScheduler

from portal import clock, logs
from portal.accounts.courier import Courier
from portal.backup.memory import Memory
from portal.backup.nightly import Nightly
from portal.database import Database
from portal.messaging.archive_mail import Journal
from portal.messaging.dispatch import Dispatcher
from portal.messaging.reconciler import Reconciler
from portal.messaging.review_alarm import Alarm
from portal.settings import Settings
from portal.watch.alarm import Alarm as Watch


@dataclass(frozen=True)
class Job:
    name: str
    every: dt.timedelta
    work: Callable[["Timetable"], None]


class Timetable:
    """Runs the jobs of one process beside its dispatcher. `letter` mails: to whom, subject, text."""

    def __init__(
        self,
        database: Database,
        dispatcher: Dispatcher,
        courier: Courier | None = None,
        alarm: Alarm | None = None,
        journal: Journal | None = None,
        watch: Watch | None = None,
        memory: Memory | None = None,
        reconciler: Reconciler | None = None,
        *,
        settings: Settings | None = None,
        letter: Callable[[str, str, str], None] | None = None,
    ) -> None:
        self.database, self.dispatcher, self.courier, self.alarm = database, dispatcher, courier, alarm
        self.journal, self.watch, self.memory = journal, watch, memory
        self.reconciler = reconciler
        self.settings, self.letter = settings or Settings(), letter
        self.nightly = Nightly(self.settings)
        self.ticked_at = clock.monotonic()
        self._ticker = BackgroundScheduler(timezone=dt.UTC)

    def start(self, jobs: Sequence[Job]) -> None:
        for job in jobs:
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
