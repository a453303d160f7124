"""The portal with one safeguard out: a STOP is answered without waiting. Only to show that the race can be lost."""

import sys

from portal.__main__ import main
from portal.database import Database
from portal.messaging import drain


async def wait(database: Database, subscription_id: str) -> None:
    """At once."""


if __name__ == "__main__":
    drain.wait = wait
    sys.exit(main())
