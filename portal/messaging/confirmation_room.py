"""How many texts answers to the opt-in question may cause (promises.md B.2 layer 4), whichever page they come from.

Each bucket is checked on its own, never one key of a combination. Two kinds are kept apart: what a client is told may
depend on how much is asked here, which everybody's answers count for alike, but never on a number's own room (P15).
"""

import datetime as dt
from collections.abc import Sequence

from sqlmodel import Session

from portal.accounts import allowance
from portal.consent.phone_number import PhoneNumber
from portal.settings import Caps

HOUR, DAY, MONTH = dt.timedelta(hours=1), dt.timedelta(days=1), dt.timedelta(days=30)
PERSONAL_DAY = 5  # a link can be forwarded: so many confirmations a day for each the number's own cap allows

Bucket = tuple[str, int, dt.timedelta]


def take_for_client(session: Session, number: str, caps: Caps) -> bool:
    """One more to a number that the holder of a personal link answered for; counted where there is room."""
    return _take(session, [(f"personal:{number}", PERSONAL_DAY * caps.number_day, DAY)])


def take_a_turn(session: Session, region: str, caps: Caps, *, network: str, form: str, business_id: str) -> bool:
    """One more Yes of anybody, counted whatever is known about its number and whether a text follows: so that the
    client may be told when there is no turn. `form` is the page on which."""
    return _take(session, [
        (f"network:{network}", caps.network_hour, HOUR),
        (f"network:{network}", caps.network_day, DAY),
        (f"form:{form}", caps.form_hour, HOUR),
        (f"business:{business_id}", caps.business_day, DAY),
        (f"region:{region}", caps.region_hour, HOUR),
        ("installation", caps.installation_day, DAY),
    ])  # fmt: skip


def take_for_anybody(session: Session, number: PhoneNumber, caps: Caps) -> bool:
    """One more text to a number that anybody may have typed, who has a turn. Nobody is told."""
    prefix = number.e164[:-4]
    return _take(session, [
        (f"number:{number.e164}", caps.number_day, DAY),
        (f"number:{number.e164}", caps.number_month, MONTH),
        (f"prefix:{prefix}", caps.prefix_hour, HOUR),
        (f"prefix:{prefix}", caps.prefix_day, DAY),
    ])  # fmt: skip


def _take(session: Session, buckets: Sequence[Bucket]) -> bool:
    if not all(allowance.has_room(session, what, limit=limit, window=window) for what, limit, window in buckets):
        return False
    for what, _, window in buckets:
        allowance.spend(session, what, window=window)
    return True
