"""The one text that asks what a doubtful reply meant, worded so that it also holds as the one confirmation of an
opt-out (47 CFR 64.1200(a)(12), replies/README 6.10). No answer to it means: stay silent."""

import datetime as dt
from typing import Any

from sqlmodel import Session

from portal import clock
from portal.accounts import allowance
from portal.accounts.language import Language
from portal.consent.purpose import Purpose
from portal.messaging import automatic_text, loop_breaker
from portal.messaging.opt_in import CONFIRM_WITHIN

ONCE_IN = dt.timedelta(days=30)


def ask(session: Session, row: Any, *, message_id: str, minutes: int, language: Language | None) -> None:
    """Queue it to the locked subscription `row`, which is in review; at most once in 30 days, within five minutes or
    not at all."""
    once = f"clarification:{row.id}"
    if not allowance.has_room(session, once, limit=1, window=ONCE_IN):
        return
    if not loop_breaker.may_answer(session, row.id, minutes=minutes):
        return
    allowance.spend(session, once, window=ONCE_IN)
    automatic_text.queue(
        session, row, "clarification", purpose=Purpose.CLARIFICATION, once_key=f"clarification:{message_id}",
        expires_at=clock.now() + CONFIRM_WITHIN, language=language,
    )  # fmt: skip
