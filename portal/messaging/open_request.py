"""A request for consent that the client has not answered: what it offered as an answer, and asking once more.

Only an answer that was offered opts in (behaviours.md X-11): “Y” counts where the request said Y, “Sí” where SI.
"""

import datetime as dt
import re
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session

from portal import clock
from portal.accounts import business as businesses
from portal.accounts.language import Language
from portal.consent import reply_text
from portal.consent.purpose import Purpose, Scope, wider
from portal.consent.state import Origin, Status
from portal.messaging import automatic_text, dialogue, first_message, invited, loop_breaker, marketing_text, message
from portal.statement import Statement, param

AGAIN_IN = dt.timedelta(days=1)
AGAIN = "ask_again:"
GOOD_FOR = dt.timedelta(hours=1)
"""A question that could not leave for so long answers nothing any more."""

_m = message.table
_LAST = Statement(
    sa.select(_m.c.text)
    .where(
        _m.c.subscription_id == param("subscription_id"),
        sa.or_(_m.c.purpose == Purpose.OPT_IN_REQUEST.value, _m.c.once_key.startswith(invited.ONCE)),
    )
    .order_by(_m.c.created_at.desc(), _m.c.id.desc())
    .limit(1)
)


_LAST_AGAIN = Statement(
    sa.select(_m.c.created_at)
    .where(
        _m.c.subscription_id == param("subscription_id"), _m.c.purpose == Purpose.OPT_IN_REQUEST.value,
        _m.c.once_key.startswith(AGAIN),
    )
    .order_by(_m.c.created_at.desc())
    .limit(1)
)  # fmt: skip


def is_open(session: Session, row: Any, text: str) -> bool:
    """Whether `text` may answer something: a request, or a reminder to somebody who has agreed (F-14)."""
    return row.status == Status.REQUESTED or invited.is_reminded(session, row, text)


def offered(session: Session, subscription_id: str, word: str) -> bool:
    """Whether the last request named `word` (as a reply is matched: small letters, no accents) as an answer.

    YES always is one. A single letter must stand there as a capital, since “y” is a word in Spanish.
    """
    if word == "yes":
        return True
    found = _LAST.first(session, subscription_id=subscription_id)
    if found is None:
        return False
    if len(word) == 1:
        return word.upper() in re.findall(r"\w+", found.text)
    return word in reply_text.plain(found.text).split()


def reach(session: Session, row: Any) -> str | None:
    """How far a YES to the open request goes: to marketing only where the last request of a form said so."""
    found = _LAST.first(session, subscription_id=row.id) if row.origin == Origin.FORM else None
    return Scope.MARKETING if found and marketing_text.is_asked(found.text) else wider(row.scope, Scope.INFORMATIONAL)


def ask_again(session: Session, row: Any, *, message_id: str, minutes: int, language: Language | None) -> None:
    """The request once more, to the locked `row` that wrote something else; at most once in 24 hours, and not within
    these after the one that answered their own first message (X-9)."""
    last = _LAST_AGAIN.first(session, subscription_id=row.id)
    if last is not None and clock.now() < last.created_at + AGAIN_IN:
        return
    home = businesses.get(session, row.business_id)
    if row.origin == Origin.CLIENT_FIRST and first_message.has_knocked(session, home, row):
        return
    if not loop_breaker.may_answer(session, row.id, minutes=minutes):
        return
    asked = invited.of(session, row) if row.origin == Origin.INVITATION else None
    if asked is not None:
        invited.say(
            session, row, asked, asked.again, purpose=Purpose.OPT_IN_REQUEST, once_key=f"{AGAIN}{message_id}",
            expires_at=clock.now() + GOOD_FOR,
        )  # fmt: skip
        return
    automatic_text.queue(
        session, row, dialogue.request(row.origin), purpose=Purpose.OPT_IN_REQUEST, once_key=f"{AGAIN}{message_id}",
        expires_at=clock.now() + GOOD_FOR, language=language, employee=dialogue.employee(session, home, row),
    )  # fmt: skip
