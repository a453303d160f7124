"""How long a text may wait for its way out, by purpose: what is older says something else than it was meant to (P7).

Whoever queues a text may name a nearer end: a one-time code its ten minutes, an automation the end of its day, an
answer to a client's own message an hour. What has passed its end is cancelled as `expired`, where members read why.
"""

import datetime as dt
from collections.abc import Mapping

from portal.consent.purpose import Purpose

LASTS: Mapping[Purpose, dt.timedelta | None] = {
    Purpose.OPT_OUT_CONFIRMATION: dt.timedelta(minutes=5),  # 47 CFR 64.1200(a)(12): within five minutes of the STOP
    Purpose.CLARIFICATION: dt.timedelta(minutes=5),  # it counts as that confirmation
    Purpose.HELP: dt.timedelta(hours=1),  # who asked has found another way, or asks again
    Purpose.OPT_IN_REQUEST: dt.timedelta(days=1),  # nobody remembers the form; it may be filled in again
    Purpose.OPT_IN_CONFIRMATION: None,  # owed before anything else leaves, however late
    Purpose.CONVERSATION: dt.timedelta(days=2),  # outlasts a day's outage; later a member should look again
    Purpose.AUTOMATED: dt.timedelta(days=1),
    Purpose.MARKETING: dt.timedelta(days=1),
}


def end(purpose: Purpose, due_at: dt.datetime) -> dt.datetime | None:
    """Of a text that may leave from `due_at` on; None where it never goes stale."""
    lasts = LASTS[purpose]
    return None if lasts is None else due_at + lasts
