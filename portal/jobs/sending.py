"""The roads: what waits is sent, what was sent is marked, what came is told on."""

from portal.database import Lane
from portal.jobs import watching
from portal.jobs.timetable import Timetable
from portal.messaging import completion, group_message, lapse, outcome, rehearsal, text_first


def wake_dispatcher(timetable: Timetable) -> None:
    timetable.dispatcher.wake()


def expire_leases(timetable: Timetable) -> None:
    if timetable.database.read(outcome.is_any_overdue):
        timetable.database.write(outcome.expire_leases)


def deliver_rehearsal(timetable: Timetable) -> None:
    """Reads first: without a rehearsal, or when all is reported, nobody's write waits for this one."""
    texts = timetable.database.read(rehearsal.unreported)
    if texts:
        timetable.database.write(lambda session: rehearsal.deliver(session, texts))


def deliver_events(timetable: Timetable) -> None:
    """Returns at once: slow receivers hold up their own threads only."""
    if timetable.courier is not None:
        timetable.courier.turn()


def run_group_messages(timetable: Timetable) -> None:
    """Texts to groups go on from where they were; in pieces, so that nobody's write waits long."""
    database = timetable.database
    while database.read(group_message.is_any) and database.write(group_message.run, lane=Lane.BULK):
        pass


def watch_first_texts(timetable: Timetable) -> None:
    """Read first: mostly nothing more is known of any, and nobody's write waits for this one."""
    found = timetable.database.read(completion.known)
    if found:
        percent = timetable.settings.caps.completion_percent
        timetable.database.write(lambda session: text_first.judge(session, found, percent=percent), lane=Lane.BULK)


def lapse_requests(timetable: Timetable) -> None:
    """In pieces, so that nobody's write waits long."""
    if watching.is_clock_off(timetable):
        return
    while timetable.database.read(lapse.is_any) and timetable.database.write(lapse.run, lane=Lane.BULK):
        pass


def tell_of_reviews(timetable: Timetable) -> None:
    if timetable.alarm is not None:
        timetable.alarm.turn()


def tell_of_troubles(timetable: Timetable) -> None:
    if timetable.watch is not None:
        timetable.watch.turn()
