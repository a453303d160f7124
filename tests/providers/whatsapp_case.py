"""WhatsApp's row."""

import hashlib
import hmac
import json
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from portal.providers.provider import Request
from tests.pretend_twilio.http import Reply
from tests.providers.case import CLIENT, SENDER, Case, Fate

SECRET = "0123456789abcdef0123456789abcdef"
ACCOUNT = "106540352242922"
_ERROR = {"code": 131026, "title": "Message undeliverable"}


def _id(n: int) -> str:
    return f"wamid.{n:032x}"


def _posted(url: str, value: dict[str, Any]) -> Request:
    metadata = {"display_phone_number": SENDER.removeprefix("+"), "phone_number_id": ACCOUNT}
    change = {"field": "messages", "value": {"messaging_product": "whatsapp", "metadata": metadata, **value}}
    told = {"object": "whatsapp_business_account", "entry": [{"id": "1", "changes": [change]}]}
    body = json.dumps(told).encode()
    made = hmac.new(SECRET.encode(), body, hashlib.sha256).hexdigest()
    query = dict(parse_qsl(urlsplit(url).query))
    return Request(
        "POST", url, {"content-type": "application/json", "x-hub-signature-256": f"sha256={made}"}, body, query
    )


def inbound(url: str, text: str, n: int) -> Request:
    message = {"from": CLIENT.removeprefix("+"), "id": _id(n), "timestamp": "1795000000", "type": "text"}
    return _posted(url, {"messages": [{**message, "text": {"body": text}}]})


def status(url: str, fate: Fate, n: int, code: str) -> Request:
    known: dict[str, Any] = {"id": _id(n), "status": fate, "recipient_id": CLIENT.removeprefix("+")}
    return _posted(url, {"statuses": [known | ({"errors": [_ERROR]} if code else {})]})


WHATSAPP = Case(
    credentials={"phone_number_id": ACCOUNT, "app_secret": SECRET, "access_token": "t", "verify_token": "v"},
    secret="app_secret",
    other_secret="f" * 32,
    proofs=("x-hub-signature-256",),
    inbound=inbound,
    status=status,
    id_of=_id,
    accepted=lambda n: Reply(200, json.dumps({"messages": [{"id": _id(n)}]}).encode()),
    answered=(),
    not_answered=("stop", "start", "help", "unsubscribe"),
    channel="whatsapp",
)
