"""Sinch's lists: the inbound texts of a service plan with their words, then the batches that we sent.

`GET /xms/v1/{plan}/inbounds` and `…/batches`, newest first, pages from 0, kept for 14 days (Sinch's own reference).
Neither is asked to sort out one number, for its examples write numbers with a plus and its texts without: everything
comes, and what is about another number is left out here. That the second list has all batches at once is not told, so
a text that is missing there is not taken for one that never left.
"""

import datetime as dt
import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any
from urllib.parse import urlencode

from portal import clock
from portal.providers import part, sinch_event
from portal.providers.connection import Answer
from portal.providers.listing import Listed, ListedText, NotListed
from portal.providers.provider import InboundText

WITHIN = 20.0  # seconds for one page
MAX_PAGE = 4 * 1024 * 1024  # bytes
PAGE = 100  # texts; the most that Sinch gives
KEPT = dt.timedelta(days=14) - dt.timedelta(minutes=5)
INBOUND, OURS = "inbounds", "batches"
_TAKEN = 2  # below every state that a report tells

Object = Mapping[str, Any]


def address(path: str, since: dt.datetime, place: str | None) -> str:
    """Where the page is; `place` comes from `read`."""
    kind, _, page = (place or f"{INBOUND}:0").partition(":")
    start = max(since, clock.now() - KEPT).astimezone(dt.UTC)
    query = {"page": page, "page_size": PAGE, "start_date": start.strftime("%Y-%m-%dT%H:%M:%S.000Z")}
    return f"{path}/{kind}?{urlencode(query)}"


def read(answer: Answer, account: str, number: str, place: str | None) -> Listed | NotListed:
    """A page that cannot be read whole is no page: nothing may be concluded from half a list."""
    kind, _, page = (place or f"{INBOUND}:0").partition(":")
    said = part.said(answer.body)
    rows = said.get(kind)
    if answer.status != 200 or not isinstance(rows, list):
        return _refused(answer, said)
    reader: Callable[[Object, str, str], InboundText | ListedText | None] = _batch if kind == OURS else _inbound
    try:
        texts = [reader(each, account, number) for each in rows if isinstance(each, dict)]
    except ValueError as fault:
        return NotListed(f"Sinch's list has a text that cannot be read: {fault}.")
    after = f"{kind}:{int(page) + 1}" if rows and _has_more(said, int(page), len(rows)) else None
    return Listed(
        tuple(text for text in texts if text is not None),
        after or (f"{OURS}:0" if kind == INBOUND else None),
        has_ours=False,
    )


def _has_more(said: Object, page: int, rows: int) -> bool:
    """By its own count; where it gives none, a full page has another behind it."""
    count = said.get("count")
    return page * PAGE + rows < count if isinstance(count, int) else rows >= PAGE


def _refused(answer: Answer, said: Object) -> NotListed:
    if answer.status in (404, 405, 501):
        return NotListed("There is no list of texts at this address.", is_setup=True, has_list=False)
    words = " ".join(part.plain(said.get("text")).split())[:200]
    sentence = f"Sinch answered {answer.status} when asked for its list of texts. {words}".strip()
    return NotListed(sentence, is_setup=answer.status in (401, 403))


def _inbound(row: Object, account: str, number: str) -> InboundText | None:
    """None for what came to another number, or is no text."""
    if row.get("to") is None or sinch_event.e164(str(row["to"])) != number:
        return None
    event = sinch_event.inbound(row, account, _raw(row))
    return replace(event, sent_at=_at(row.get("received_at"))) if isinstance(event, InboundText) else None


def _batch(row: Object, account: str, number: str) -> ListedText | None:
    """None for what left from another number, went to several people, or has no words."""
    to, body = part.items(row, "to"), row.get("body")
    if sinch_event.e164(str(row.get("from") or "")) != number or len(to) != 1 or not isinstance(body, str):
        return None
    told = {"batch_id": part.plain(row.get("id")), "client_reference": row.get("client_reference")}
    is_cancelled = row.get("canceled") is True
    update = sinch_event.fate(told, account, _raw(row), word="Cancelled" if is_cancelled else "Dispatched", code=0)
    if not is_cancelled:  # taken, which is less than what any report says
        update = replace(update, event_id=f"st:{update.provider_id}:listed", rank=_TAKEN)
    return ListedText(update, sinch_event.e164(str(to[0])), part.plain(body), _at(row.get("created_at")))


def _at(said: object) -> dt.datetime | None:
    """By Sinch's clock; None where that cannot be read."""
    try:
        found = dt.datetime.fromisoformat(said) if isinstance(said, str) else None
        return found.astimezone(dt.UTC) if found is not None and found.tzinfo is not None else None
    except (ValueError, OverflowError):
        return None


def _raw(row: Object) -> bytes:
    return json.dumps(row, separators=(",", ":")).encode()
