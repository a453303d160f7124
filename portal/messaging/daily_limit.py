"""At most so many automated texts to one number in any 24 hours (rules.md row 14): counted over what was claimed.

It is asked after the claim has locked the numbers, so that two workers never both find the last room. What a provider
refused, or never got, does not count.
"""

import datetime as dt
from collections.abc import Collection

import sqlalchemy as sa
from sqlmodel import Session

from portal.messaging import message
from portal.statement import Statement, param

DAY = dt.timedelta(hours=24)
PIECE = 16  # numbers in one query

_m = message.table
_CLAIMED = Statement(
    sa.select(_m.c.subscription_id, _m.c.claimed_at)
    .where(
        _m.c.subscription_id.in_([param(f"n{i}") for i in range(PIECE)]),
        message.IS_AUTOMATED,
        _m.c.claimed_at > param("since", _m.c.claimed_at.type),
        _m.c.status.in_(("sending", "sent", "delivered", "unknown")),
    )
    .order_by(_m.c.claimed_at.desc())
)


def full(session: Session, subscription_ids: Collection[str], most: int, now: dt.datetime) -> dict[str, dt.datetime]:
    """Of these numbers those that had `most` automated texts in the last 24 hours, with the moment of the next room."""
    ids, claimed = sorted(subscription_ids), dict[str, list[dt.datetime]]()
    for start in range(0, len(ids), PIECE):
        piece = ids[start : start + PIECE]
        padded = piece + piece[-1:] * (PIECE - len(piece))
        values = {f"n{i}": each for i, each in enumerate(padded)}
        for row in _CLAIMED.rows(session, since=now - DAY, **values):
            claimed.setdefault(row.subscription_id, []).append(row.claimed_at)
    return {each: times[most - 1] + DAY for each, times in claimed.items() if len(times) >= most}
