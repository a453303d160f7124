"""Queues one automatic text in the words that are in force, and keeps with it which version they were."""

import datetime as dt
from typing import Any

from sqlmodel import Session

from portal.accounts import business as businesses
from portal.accounts.language import Language
from portal.consent.purpose import Purpose
from portal.messaging import outbox, wording
from portal.messaging.gate import Refuse
from portal.messaging.outbox import Queued


def queue(
    session: Session,
    row: Any,
    key: str,
    *,
    purpose: Purpose,
    once_key: str,
    expires_at: dt.datetime | None = None,
    language: Language | None = None,
) -> Queued | Refuse:
    """To the locked subscription `row`, once per `once_key`; `language` where it is not the business's own."""
    words = wording.automatic(session, businesses.get(session, row.business_id), key, language)
    return outbox.queue(
        session, row, words.text, purpose=purpose, once_key=once_key, expires_at=expires_at, wording=words.version
    )
