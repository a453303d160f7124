"""The `portal` command, and `python3 -m portal` in a checkout, which installs what is missing first."""

from __future__ import annotations

import sys
from collections.abc import Sequence

from portal import bootstrap


def main(arguments: Sequence[str] | None = None) -> int:
    """Only a real command line may install packages and start itself again; a call with arguments runs as it is."""
    if arguments is None:
        bootstrap.ensure()
    from portal.commands import main as run

    return run(arguments)


if __name__ == "__main__":
    sys.exit(main())
