"""One worker without a provider: claims, marks as sent, and claims again until nothing is due. A process of its own.

`python -m tests.bench.claimer BATCH`, with its settings in the environment; each order is one drain.
"""

import itertools
import json
import os
import sys
import time

from sqlmodel import Session

from portal.messaging import claim, landing
from portal.messaging.claim import Claim
from portal.messaging.spending import Limits
from portal.opening import open_database
from portal.providers.provider import Accepted
from tests.bench.scene import settings_from

NO_LIMITS = Limits(0, 0)
EMPTY = 20  # turns without a text, at the end, after which others hold what is left
_ids = itertools.count(1)


def turn(session: Session, landed: list[Claim], batch: int) -> list[Claim]:
    """As the dispatcher does it: what has landed is marked in the next claim's transaction."""
    landing.mark(session, [(each.row, Accepted(f"{os.getpid()}-{next(_ids)}")) for each in landed])
    return claim.take(session, batch, NO_LIMITS)


def main(batch: int) -> None:
    database = open_database(settings_from(os.environ["PORTAL_BENCH_SETTINGS"]))
    print("ready", flush=True)
    while sys.stdin.readline():
        marked, idle, ended_at = 0, 0, time.monotonic()
        landed: list[Claim] = []
        while idle < EMPTY:
            now_claimed = database.write(lambda session, landed=landed: turn(session, landed, batch))  # type: ignore[misc]
            marked += len(landed)
            if landed:
                ended_at = time.monotonic()
            idle = 0 if now_claimed else idle + 1
            landed = now_claimed
        print(json.dumps({"marked": marked, "ended_at": ended_at}), flush=True)
    database.dispose()


if __name__ == "__main__":
    main(int(sys.argv[1]))
