"""Are backups made, and can they be brought back? What is lost without one is the consent of clients."""

import datetime as dt
from collections.abc import Iterator

from portal import local_time
from portal.watch.backup_run import Backups
from portal.watch.level import Level, Sign

LATE, LOST = dt.timedelta(hours=30), dt.timedelta(hours=72)


def of(found: Backups | None, now: dt.datetime, zone: str) -> Iterator[Sign]:
    """Said where the installation makes them by itself. Folders of the machine are for its operator alone."""
    if found is None:
        return
    made = f"The last one was made {local_time.when(found.made_at, zone)}." if found.made_at else "None was made yet."
    tried = f" It was last tried out {local_time.when(found.tried_at, zone)}." if found.tried_at else ""
    age = now - found.made_at if found.made_at else LOST
    if found.trying_problem:
        yield Sign(
            "backup", Level.BROKEN, "The backup could not be brought back when it was tried", made,
            "Ask the operator of this installation to look; its log says what was wrong.",
        )  # fmt: skip
    elif found.problem or age >= LATE:
        level = Level.BROKEN if age >= LOST else Level.LOOK
        yield Sign(
            "backup", level, "The backup of last night is missing", f"{made}{tried}",
            "Ask the operator of this installation to look at the folder for backups; its log says what was wrong.",
        )  # fmt: skip
    else:
        yield Sign("backup", Level.WELL, "Backups are made", f"{made}{tried}")
