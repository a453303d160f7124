"""What we answer by ourselves, never in a loop with a machine: one answer per number in a while, five a day.

HELP, clarifications and re-prompts count together (promises.md B.1, interface.md 6.5); confirmations and requests have
once-only rules of their own. Short codes and names as senders never get here: nobody can answer them.
"""

import datetime as dt

from sqlmodel import Session

from portal.accounts import allowance

PER_DAY = 5
DAY = dt.timedelta(days=1)


def may_answer(session: Session, subscription_id: str, *, minutes: int) -> bool:
    """Spends one answer of this number if there is room for it; `minutes` lie between two."""
    recent, daily = f"answer:{subscription_id}", f"answers:{subscription_id}"
    if not allowance.has_room(session, daily, limit=PER_DAY, window=DAY):
        return False
    if not allowance.take(session, recent, limit=1, window=dt.timedelta(minutes=max(1, minutes))):
        return False
    allowance.spend(session, daily, window=DAY)
    return True
