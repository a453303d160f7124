"""One consent as a packet tells it: what was shown, what was answered, from where, and the text that confirmed it.

Each kind of entry keeps its own evidence: a form the block and the browser, a reply the words and the provider's id, a
paper the file. What an entry does not hold is null here and named in `not_kept`; nothing is guessed.
"""

import datetime as dt
from collections.abc import Mapping
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import sqlalchemy as sa
from sqlmodel import Session

from portal import clock
from portal.column import table_of
from portal.consent.evidence_file import EXTENSIONS, EvidenceFile
from portal.evidence import moment
from portal.statement import Statement, param

KEPT = {
    "question": "question", "answer": "choice", "block_html": "rendered", "block_sha256": "rendered_sha256",
    "text": "words", "wording_version": "wording_version", "shown_default": "default", "privacy_url": "privacy_url",
    "terms_url": "terms_url", "form_title": "form_title", "form_version": "questionnaire_version", "page": "page_url",
    "referrer": "referrer", "ip": "ip", "user_agent": "user_agent", "time_zone": "time_zone",
    "visibility": "visibility", "marketing": "marketing", "typed": "typed", "echo": "echo", "way": "way",
    "agreed_on": "agreed_on",
    "note": "note", "confirmed_by": "confirmed_by", "provider_id": "provider_id",
}  # fmt: skip
"""The packet's name of each thing, and the one under which an entry keeps it."""
_ONLY_SOME = {"marketing", "typed", "echo", "way", "agreed_on", "note", "confirmed_by", "provider_id"}
"""Told where they are; that they are not is no gap."""
MOST_FILES = 20

_f = table_of(EvidenceFile)
_FILES = Statement(
    sa.select(_f.c.id, _f.c.sha256, _f.c.media_type, _f.c.size)
    .where(_f.c.business_id == param("business_id"), _f.c.subscription_id == param("subscription_id"))
    .order_by(_f.c.created_at, _f.c.id)
    .limit(MOST_FILES)
)


def files(session: Session, business_id: str, subscription_id: str) -> dict[str, Any]:
    """The papers behind this number's consents, by id, without their content."""
    found = _FILES.rows(session, business_id=business_id, subscription_id=subscription_id)
    return {row.id: row for row in found}


def told(
    entry: Any,
    shown: Mapping[str, Any],
    *,
    zone: str,
    confirmation: Mapping[str, Any] | None,
    papers: Mapping[str, Any],
) -> dict[str, Any]:
    """`shown` are the entry's values, masked for the reader."""
    known = {name: _plain(shown.get(kept)) for name, kept in KEPT.items()}
    client_zone = known["time_zone"] if _is_zone(known["time_zone"]) else None
    paper = papers.get(str(shown.get("file") or ""))
    return {
        "seq": entry.seq, "at": clock.rfc3339(entry.occurred_at), "recorded_at": clock.rfc3339(entry.recorded_at),
        "origin": entry.origin, "proof": entry.proof, "scope": entry.scope, "actor": entry.actor, **known,
        "time_zone": client_zone, "local_time": local_time(entry.occurred_at, client_zone, zone),
        "confirmation": confirmation,
        "attachments": [_attachment(entry.seq, paper)] if paper is not None else [],
        "not_kept": [name for name, value in known.items() if value is None and name not in _ONLY_SOME],
    }  # fmt: skip


def local_time(at: dt.datetime, client_zone: str | None, zone: str) -> str:
    """On the client's own wall clock where their browser told its zone, else on the business's; and which of them."""
    whose = "of the client" if client_zone else "of the business"
    return f"{moment.spelled(at, client_zone or zone)}, {whose}"


def confirmed(text: Mapping[str, Any] | None) -> dict[str, Any] | None:
    """The text that confirmed a consent, with what became of it; None where there was none, or it is not told."""
    if text is None:
        return None
    return {"message": text["id"], **{name: text[name] for name in ("text", "sent_at", "delivered_at", "status")}}


def _attachment(seq: int, paper: Any) -> dict[str, Any]:
    """A name that every system takes, and that tells nothing about anybody."""
    return {
        "name": f"entry-{seq}.{EXTENSIONS[paper.media_type]}", "sha256": paper.sha256, "media_type": paper.media_type,
        "size": paper.size, "file": paper.id,
    }  # fmt: skip


def _plain(value: Any) -> Any:
    """What was asked for and not there was kept as nothing, too: an empty referrer is none."""
    return None if value == "" else value


def _is_zone(name: Any) -> bool:
    try:
        return isinstance(name, str) and bool(ZoneInfo(name))
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return False
