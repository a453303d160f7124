"""Which backups of a folder stay: the newest of each of seven days, four weeks and six months (promises.md F.2).

The folder itself is the record: a file's name says when it was made, and files of other names are never touched.
"""

import datetime as dt
import re
from collections.abc import Callable, Iterable
from pathlib import Path

EVERY = dt.timedelta(hours=24)
DAYS, WEEKS, MONTHS = 7, 4, 6
_NAME = re.compile(r"portal-(\d{8}T\d{6})Z\.backup")
_FORM = "%Y%m%dT%H%M%S"


def name(moment: dt.datetime) -> str:
    return f"portal-{moment:{_FORM}}Z.backup"


def of(folder: Path) -> dict[dt.datetime, Path]:
    """Our backups by when they were made, the newest first. Raises OSError."""
    found = {}
    for path in folder.iterdir():
        if (matched := _NAME.fullmatch(path.name)) and path.is_file():
            found[dt.datetime.strptime(matched[1], _FORM).replace(tzinfo=dt.UTC)] = path
    return dict(sorted(found.items(), reverse=True))


def is_due(made: Iterable[dt.datetime], now: dt.datetime) -> bool:
    """One from the future, made while the clock was wrong, counts for nothing."""
    newest = max((each for each in made if each <= now), default=None)
    return newest is None or now - newest >= EVERY


def kept(made: Iterable[dt.datetime]) -> set[dt.datetime]:
    """Counted in days, weeks and months that have a backup, so that a time without one makes none go."""
    newest_first = sorted(made, reverse=True)
    found: set[dt.datetime] = set()
    for period, most in ((_day, DAYS), (_week, WEEKS), (_month, MONTHS)):
        found |= set(_newest_of(newest_first, period)[:most])
    return found


def prune(folder: Path) -> int:
    """How many went. Raises OSError."""
    found = of(folder)
    gone = found.keys() - kept(found)
    for each in gone:
        found[each].unlink(missing_ok=True)
    return len(gone)


def _newest_of(newest_first: list[dt.datetime], period: Callable[[dt.datetime], object]) -> list[dt.datetime]:
    """The newest of each period, the newest period first."""
    by_period: dict[object, dt.datetime] = {}
    for each in newest_first:
        by_period.setdefault(period(each), each)
    return list(by_period.values())


def _day(moment: dt.datetime) -> object:
    return moment.date()


def _week(moment: dt.datetime) -> object:
    return moment.isocalendar()[:2]


def _month(moment: dt.datetime) -> object:
    return moment.year, moment.month
