"""The end of the client's number: a forwarded link alone changes nobody's texting (P12).

Tries are counted before the digits are looked at, so that many at once do not slip through; right ones are given back.
"""

import datetime as dt
import hmac
from collections.abc import Sequence
from dataclasses import dataclass

from sqlmodel import Session

from portal.accounts import allowance
from portal.clients.own_number import ENDING, OwnNumber

PER_CLIENT, DAY = 10, dt.timedelta(days=1)
PER_NETWORK, HOUR = 5, dt.timedelta(hours=1)


@dataclass(frozen=True)
class Checked:
    """`numbers` are those that end so; none where the digits are wrong, and none where there were too many tries."""

    numbers: tuple[OwnNumber, ...] = ()
    is_over: bool = False


def check(session: Session, client_id: str, typed: str, numbers: Sequence[OwnNumber], *, network: str) -> Checked:
    """Which of `numbers` end with what was typed. Also right digits are not heard after too many wrong ones."""
    buckets = [(f"digits:{client_id}", PER_CLIENT, DAY), (f"digits:{network}", PER_NETWORK, HOUR)]
    if not all(_take(session, what, limit, window) for what, limit, window in buckets):
        return Checked(is_over=True)
    found = tuple([each for each in numbers if hmac.compare_digest(each.number[-ENDING:].encode(), typed.encode())])
    if found:
        for what, _, window in buckets:
            allowance.spend(session, what, window=window, count=-1)
    return Checked(found)


def _take(session: Session, what: str, limit: int, window: dt.timedelta) -> bool:
    """Counted first: on PostgreSQL the counter's row is held until this try is decided."""
    if not allowance.has_room(session, what, limit=limit, window=window):
        return False
    allowance.spend(session, what, window=window)
    return allowance.used(session, what, window=window) <= limit
