"""The `portal` command: exit 0 done, 1 refused with one sentence on standard error, 2 wrong usage (interface.md 1).

Modules of this package import nothing heavy at their top, so that `--help` and `read` answer at once.
"""

import argparse
import sys
from collections.abc import Sequence

from portal.commands import (
    backup,
    business,
    demo,
    doctor,
    export,
    import_,
    installation,
    reconciling,
    reply,
    retention,
    sender,
    server,
    verify,
)
from portal.errors import Problem, SettingsError

MODULES = (
    demo, server, installation, backup, reconciling, business, sender, import_, export, retention, reply, verify,
    doctor,
)  # fmt: skip
DONE, REFUSED = 0, 1


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command line (by default this process's own) and answer its exit code."""
    chosen = parser().parse_args(arguments)
    try:
        return int(chosen.run(chosen))
    except (SettingsError, Problem) as refusal:
        sys.stderr.write(f"portal: {refusal}\n")
        return REFUSED
    except KeyboardInterrupt:
        return DONE
    except BrokenPipeError:  # the reader of our output went away, as `| head` does
        sys.stderr.close()
        return REFUSED


def parser() -> argparse.ArgumentParser:
    """Every command with its help; the README's table is checked against it."""
    made = argparse.ArgumentParser(
        prog="portal", description="Text your clients only with their consent, and prove it."
    )
    commands = made.add_subparsers(title="commands", metavar="COMMAND", required=True)
    for module in MODULES:
        module.add(commands)
    return made
