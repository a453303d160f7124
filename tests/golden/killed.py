"""Brings a database to head while somebody kills it in every step at its worst moment: all is done but the commit.

Prints the schema after each kill; the caller compares. `python -m tests.golden.killed URL`
"""

import os
import signal
import sys
from typing import Any

from alembic import command

from portal import expansion, schema, tables

_note = expansion.note
KNOWN = tables.metadata  # imported here, once, and not by each that is killed


def until(url: str, steps: int) -> None:
    """Die in the step that comes after so many."""
    left = [steps]

    def note(**facts: Any) -> None:
        _note(**facts)
        left[0] -= 1
        if left[0] < 0:
            os.kill(os.getpid(), signal.SIGKILL)

    expansion.note = note  # type: ignore[assignment]
    command.upgrade(schema.config(url), "head")


def run(url: str) -> None:
    print(schema.revision(url), flush=True)
    for steps in (0, *[1] * 1000):
        pid = os.fork()
        if not pid:
            until(url, steps)
            os._exit(0)
        was_killed = os.waitpid(pid, 0)[1] != 0
        print(schema.revision(url), flush=True)
        if not was_killed:
            return


if __name__ == "__main__":
    run(sys.argv[1])
