"""Whoever works in a process that sends: the dispatcher and the timetable, put together from the settings."""

from collections.abc import Callable

from portal import mail
from portal.accounts.courier import Courier
from portal.backup.memory import Memory
from portal.database import Database
from portal.jobs import Timetable
from portal.messaging.archive_mail import Journal, Letter
from portal.messaging.clock_watch import ClockWatch
from portal.messaging.dispatch import Dispatcher
from portal.messaging.reconciler import Reconciler
from portal.messaging.review_alarm import Alarm as ReviewAlarm
from portal.messaging.spending import Limits
from portal.providers.provider import Providers
from portal.settings import Settings
from portal.watch.alarm import Alarm


def dispatcher(database: Database, settings: Settings, providers: Providers, *, watch: ClockWatch | None) -> Dispatcher:
    return Dispatcher(database, providers, _limits(settings), slots=settings.send_slots, watch=watch)


def timetable(
    database: Database,
    settings: Settings,
    dispatcher: Dispatcher,
    courier: Courier,
    *,
    memory: Memory | None,
    reconciler: Reconciler,
) -> Timetable:
    """One that does not tick yet."""
    write, url = letter(settings), settings.public_url
    return Timetable(
        database, dispatcher, courier, ReviewAlarm(database, letter=write, url=url),
        Journal(database, post=_journal_post(settings)),
        watch=Alarm(database, _limits(settings), letter=write, url=url), memory=memory, reconciler=reconciler,
        settings=settings, letter=write,
    )  # fmt: skip


def letter(settings: Settings) -> Callable[[str, str, str], None]:
    """How members of a business get mail: to whom, subject, text."""

    def write(to: str, subject: str, text: str) -> None:
        mail.send(settings, to=to, subject=subject, text=text)

    return write


def _limits(settings: Settings) -> Limits:
    caps = settings.caps
    return Limits(
        caps.segments_day, caps.installation_segments_day, automated_day=caps.automated_day,
        member_day=caps.member_day, drain_second=caps.drain_second,
    )  # fmt: skip


def _journal_post(settings: Settings) -> Callable[[Letter], None]:
    """How the items of an archive are mailed."""

    def post(letter: Letter) -> None:
        mail.send_file(settings, **vars(letter))

    return post
