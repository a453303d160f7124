"""Queues one automatic text in the words that are in force, and keeps with it which version they were."""

import datetime as dt
from collections.abc import Mapping
from typing import Any

from sqlmodel import Session

from portal.accounts import business as businesses
from portal.accounts.language import Language
from portal.consent.purpose import Purpose
from portal.messaging import dialogue, outbox, wording
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
    employee: str = "",
    ending: Mapping[Language, str] | None = None,
) -> Queued | Refuse:
    """To the locked subscription `row` on its channel, once per `once_key`; `language` where it is not the business's
    own. `employee` is the name of the member in whose conversation it happens, as it was entered (law 7), where it is
    known already. `ending` is put behind the words, in their language."""
    business = businesses.get(session, row.business_id)
    name = employee or dialogue.named(session, business, row)
    words = wording.automatic(session, business, key, language, channel=row.channel, employee=name)
    text = words.text + (ending[language or Language(business.language)] if ending else "")
    return outbox.queue(
        session, row, text, purpose=purpose, once_key=once_key, expires_at=expires_at, wording=words.version,
        template=words.template,
    )  # fmt: skip
