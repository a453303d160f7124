"""Sinch's row: events in the shape of its documentation, signed with a secret of our own."""

import hmac
import json
from base64 import b64encode
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from portal import clock
from portal.providers.provider import Request
from tests.pretend_twilio.http import Reply
from tests.providers.case import CLIENT, SENDER, Case, Fate
from tests.providers.doubt import said

PLAN, SECRET = "jd63jf88477ll123ab4567cd89012ef3", "a webhook secret of these tests"
CREDENTIALS = {"service_plan_id": PLAN, "api_token": "token-of-the-tests", "webhook_secret": SECRET}
_WORDS: dict[Fate, str] = {"sent": "Dispatched", "delivered": "Delivered", "failed": "Failed"}


def message_id(n: int) -> str:
    return f"01FC66621XXXXX119Z8PMV{n:04d}"


def headers(body: bytes, secret: str = SECRET, *, at: int | None = None, nonce: str = "01FJA8B4A7") -> dict[str, str]:
    stamp = str(int(clock.now().timestamp()) if at is None else at)
    proof = hmac.new(secret.encode(), body + f".{nonce}.{stamp}".encode(), "sha256").digest()
    return {
        "content-type": "application/json", "x-sinch-webhook-signature": b64encode(proof).decode(),
        "x-sinch-webhook-signature-nonce": nonce, "x-sinch-webhook-signature-timestamp": stamp,
        "x-sinch-webhook-signature-algorithm": "HmacSHA256",
    }  # fmt: skip


def posted(url: str, told: Any, secret: str = SECRET, **more: Any) -> Request:
    body = json.dumps(told).encode()
    return Request("POST", url, headers(body, secret, **more), body, dict(parse_qsl(urlsplit(url).query)))


def received(words: str, id: str, *, number: str = SENDER, **more: Any) -> dict[str, Any]:
    told = {
        "type": "mo_text", "id": id, "from": CLIENT[1:], "to": number[1:], "body": words, "operator_id": "310260",
        "sent_at": "2026-11-22T20:00:00.000Z", "received_at": "2026-11-22T20:00:01.000Z",
    }  # fmt: skip
    return told | more


def reported(word: str, id: str, *, code: int = 0, **more: Any) -> dict[str, Any]:
    told = {
        "type": "recipient_delivery_report_sms", "batch_id": id, "recipient": CLIENT[1:], "code": code, "status": word,
        "at": "2026-11-22T20:00:02.000Z", "operator_status_at": "2026-11-22T20:00:02.000Z",
    }  # fmt: skip
    return told | more


def inbound(url: str, text: str, n: int) -> Request:
    return posted(url, received(text, message_id(n)))


def status(url: str, fate: Fate, n: int, code: str) -> Request:
    """Our own id comes back as `client_reference`; the address has no part in it."""
    ours = dict(parse_qsl(urlsplit(url).query)).get("message", "")
    return posted(url, reported(_WORDS[fate], message_id(n), code=int(code or 0), client_reference=ours))


def accepted(n: int) -> Reply:
    told = {"id": message_id(n), "to": [CLIENT[1:]], "from": SENDER[1:], "canceled": False, "type": "mt_text"}
    return said(201, told | {"created_at": "2026-11-22T20:00:00.000Z"})


SINCH = Case(
    credentials=CREDENTIALS,
    secret="webhook_secret",
    other_secret="another account's secret",
    proofs=(
        "x-sinch-webhook-signature",
        "x-sinch-webhook-signature-nonce",
        "x-sinch-webhook-signature-timestamp",
    ),
    inbound=inbound,
    status=status,
    id_of=message_id,
    accepted=accepted,
    answered=(),
    not_answered=("stop", "start", "unstop", "help", "please stop", ""),
    block_code="257",
)
