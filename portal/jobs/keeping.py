"""Housekeeping: the database, imports, search, and what nobody needs any more. In pieces, so that nobody waits long."""

from functools import partial

from portal import logs
from portal.accounts import allowance, api_answer, delivery
from portal.accounts import session as sign_ins
from portal.database import Lane
from portal.erasure import wiping
from portal.imports import tidy, turn
from portal.jobs.timetable import Timetable
from portal.messaging import text_first, word_search
from portal.messaging.preference_link import prune as prune_links

WORD_PIECES = 20  # in one tick


def checkpoint(timetable: Timetable) -> None:
    timetable.database.checkpoint()


def remember(timetable: Timetable) -> None:
    """Outside the database, what tells an old copy from this one."""
    if timetable.memory is not None:
        timetable.memory.write(timetable.database)


def back_up(timetable: Timetable) -> None:
    timetable.nightly.turn(timetable.database)


def take_in_words(timetable: Timetable) -> None:
    """In pieces of some milliseconds, which the writer takes when nobody else waits; the rest at the next tick."""
    for _ in range(WORD_PIECES):
        if not timetable.database.read(word_search.is_behind):
            return
        timetable.database.write(word_search.take_in, lane=Lane.BULK)


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


def prune_allowances(timetable: Timetable) -> None:
    forget = (allowance.prune, prune_links, text_first.prune)
    timetable.database.write(lambda session: [prune(session) for prune in forget], lane=Lane.BULK)


def prune_sign_ins(timetable: Timetable) -> None:
    timetable.database.write(sign_ins.prune, lane=Lane.BULK)


def prune_api_answers(timetable: Timetable) -> None:
    timetable.database.write(api_answer.prune, lane=Lane.BULK)


def prune_deliveries(timetable: Timetable) -> None:
    """In pieces, so that nobody's write waits long."""
    while timetable.database.write(delivery.prune, lane=Lane.BULK):
        pass


def wipe_erased(timetable: Timetable) -> None:
    wiping.wipe(timetable.database)
