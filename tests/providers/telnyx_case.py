"""Telnyx's row: payloads in the shape of its documentation, signed with a key pair of our own (rules.md appendix A)."""

import json
from base64 import b64encode
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from portal import clock
from portal.providers.provider import Request
from tests.pretend_twilio.http import Reply
from tests.providers.case import CLIENT, SENDER, Case, Fate

KEY = Ed25519PrivateKey.from_private_bytes(b"telnyx's key in these tests only")
PROFILE = "40017a1b-58f2-4f0c-9c40-5a4be40e5e3b"
_WORDS: dict[Fate, str] = {"sent": "sent", "delivered": "delivered", "failed": "delivery_failed"}


def public(key: Ed25519PrivateKey) -> str:
    return b64encode(key.public_key().public_bytes_raw()).decode()


def message_id(n: int) -> str:
    return f"40385f64-5717-4562-b3fc-{n:012x}"


def signed(url: str, body: bytes, *, at: int | None = None, key: Ed25519PrivateKey = KEY) -> Request:
    stamp = str(int(clock.now().timestamp()) if at is None else at)
    proof = b64encode(key.sign(stamp.encode() + b"|" + body)).decode()
    head = {"content-type": "application/json", "telnyx-timestamp": stamp, "telnyx-signature-ed25519": proof}
    return Request("POST", url, head, body, dict(parse_qsl(urlsplit(url).query)))


def event(kind: str, payload: dict[str, Any]) -> bytes:
    data = {"event_type": kind, "id": "b301ed3f-1490-491f-995f-6e64e69674d4", "record_type": "event"}
    data["occurred_at"] = "2026-11-22T18:10:02.574+00:00"
    meta = {"attempt": 1, "delivered_to": "https://portal.example.com/webhooks/telnyx/b1/messages"}
    return json.dumps({"data": {**data, "payload": payload}, "meta": meta}).encode()


def received(text: str, n: int = 1, /, **more: Any) -> bytes:
    payload = {
        "record_type": "message", "direction": "inbound", "id": message_id(n), "type": "SMS", "text": text,
        "messaging_profile_id": PROFILE, "organization_id": "b448f9cc-a842-4784-98e9-03c1a5872950",
        "from": {"phone_number": CLIENT, "carrier": "A Carrier", "line_type": "Wireless", "status": "delivered"},
        "to": [{"phone_number": SENDER, "carrier": "Telnyx", "line_type": "Wireless", "status": "webhook_delivered"}],
        "cc": [], "media": [], "parts": 1, "encoding": "GSM-7", "errors": [], "tags": [], "autoresponse_type": None,
        "received_at": "2026-11-22T18:10:02.574+00:00", "sent_at": None, "completed_at": None, "valid_until": None,
        "cost": {"amount": "0.0051", "currency": "USD"}, "webhook_url": None, "webhook_failover_url": "",
    }  # fmt: skip
    return event("message.received", payload | more)


def reported(word: str, n: int = 1, kind: str = "message.finalized", code: str = "", **more: Any) -> bytes:
    errors = [{"code": code, "title": "A title", "detail": "What Telnyx says"}] if code else []
    payload = {
        "record_type": "message", "direction": "outbound", "id": message_id(n), "type": "SMS", "text": "Hello",
        "messaging_profile_id": PROFILE, "from": {"phone_number": SENDER, "carrier": "Telnyx", "line_type": "VoIP"},
        "to": [{"phone_number": CLIENT, "carrier": "A Carrier", "line_type": "Wireless", "status": word}],
        "cc": [], "media": [], "parts": 1, "encoding": "GSM-7", "errors": errors, "tags": [], "webhook_url": None,
        "sent_at": "2026-11-22T18:10:03.000+00:00", "completed_at": None,
    }  # fmt: skip
    return event(kind, payload | more)


def inbound(url: str, text: str, n: int) -> Request:
    return signed(url, received(text, n))


def status(url: str, fate: Fate, n: int, code: str) -> Request:
    kind = "message.sent" if fate == "sent" else "message.finalized"
    return signed(url, reported(_WORDS[fate], n, kind, code))


def refusal(status_: int, code: str, title: str = "A title", detail: str = "") -> Reply:
    return Reply(status_, json.dumps({"errors": [{"code": code, "title": title, "detail": detail}]}).encode())


def accepted(n: int) -> Reply:
    to = [{"phone_number": CLIENT, "status": "queued"}]
    return Reply(200, json.dumps({"data": {"record_type": "message", "id": message_id(n), "to": to}}).encode())


TELNYX = Case(
    credentials={"api_key": "KEY-of-the-tests", "public_key": public(KEY), "messaging_profile_id": PROFILE},
    secret="public_key",
    other_secret=public(Ed25519PrivateKey.from_private_bytes(b"another account's key, in tests.")),
    proofs=("telnyx-signature-ed25519", "telnyx-timestamp"),
    inbound=inbound,
    status=status,
    id_of=message_id,
    accepted=accepted,
    answered=("stop", "STOP ALL", "stopall", "Unsubscribe", "cancel", "end", " quit ", "start", "unstop"),
    not_answered=("revoke", "opt out", "optout", "please stop", "help", "info", "yes", ""),
    blocked=refusal(403, "40300", "Blocked due to STOP message", "Messages cannot be sent due to a block rule."),
    block_code="40300",
)
