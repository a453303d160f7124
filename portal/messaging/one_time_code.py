"""The code by which a handset confirms a Yes (X-29): kept nowhere, made anew when its text leaves.

What is stored, and so what members, programs and exports see, has stars in its place: whoever could read the code could
forge the client's own act (law 4).
"""

import datetime as dt
import hashlib
import hmac
from typing import Any

from sqlmodel import Session

from portal.accounts import key
from portal.accounts.key import Secrets
from portal.consent.purpose import Purpose

LASTS = dt.timedelta(minutes=10)
DIGITS = 6
STARS = "*" * DIGITS
"""As long as the code and, like digits, one GSM-7 unit each: the stored text costs what the sent one costs."""

_MARK = "code:"


def once_key(submission_id: str) -> str:
    """One text with a code per submission."""
    return _MARK + submission_id


def of(secrets: Secrets, submission_id: str, number: str) -> str:
    """The six digits that belong to one submission and its number."""
    digest = hmac.new(secrets.derived("one-time code"), f"{submission_id}|{number}".encode(), hashlib.sha256).digest()
    return f"{int.from_bytes(digest) % 10**DIGITS:0{DIGITS}d}"


def as_sent(session: Session, text: Any) -> str:
    """The words of a message row (text, purpose, number, once_key) as the handset gets them. A member may choose a
    once_key, but no member's text is an opt-in request."""
    words, mark = str(text.text), text.once_key or ""
    if text.purpose != Purpose.OPT_IN_REQUEST or not mark.startswith(_MARK):
        return words
    return words.replace(STARS, of(key.of(session), mark.removeprefix(_MARK), text.number))
