"""Bandwidth's row: lists in the shape of its documentation, with the credentials of our callbacks."""

import json
from base64 import b64encode
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from portal.providers.provider import Request
from tests.pretend_twilio.http import Reply
from tests.providers.case import CLIENT, SENDER, Case, Fate
from tests.providers.doubt import said

APPLICATION, ACCOUNT = "93de2206-9669-4e07-948d-329f4b722ee2", "9900000"
NAME, PASSWORD = "hearth", "a-long-and-random-5up3r-word:)"
CREDENTIALS = {
    "account_id": ACCOUNT, "api_token": "token", "api_secret": "s3cret", "application_id": APPLICATION,
    "callback_username": NAME, "callback_password": PASSWORD,
}  # fmt: skip
_WORDS: dict[Fate, str] = {"sent": "message-sent", "delivered": "message-delivered", "failed": "message-failed"}


def message_id(n: int) -> str:
    return f"1795377600{n:03d}kw2fuqty55yp2b2"


def basic(name: str = NAME, password: str = PASSWORD) -> dict[str, str]:
    token = b64encode(f"{name}:{password}".encode()).decode()
    return {"content-type": "application/json; charset=utf-8", "authorization": f"Basic {token}"}


def received(text: str | None, id: str, *, number: str = SENDER, **more: Any) -> dict[str, Any]:
    """`more` is about the message itself."""
    message = {
        "id": id, "time": "2026-11-22T20:00:00.000Z", "to": [number], "from": CLIENT, "text": text,
        "applicationId": APPLICATION, "media": [], "owner": number, "direction": "in", "segmentCount": 1,
    }  # fmt: skip
    return {
        "type": "message-received", "time": "2026-11-22T20:00:00.100Z", "description": "Incoming message received",
        "to": number, "message": message | more,
    }  # fmt: skip


def reported(kind: str, id: str, *, code: int = 0, about: str = "as it was", **more: Any) -> dict[str, Any]:
    message = {
        "id": id, "time": "2026-11-22T20:00:00.000Z", "to": [CLIENT], "from": SENDER, "text": "",
        "applicationId": APPLICATION, "media": [], "owner": SENDER, "direction": "out", "segmentCount": 1,
    }  # fmt: skip
    told = {"type": kind, "time": "2026-11-22T20:00:01.000Z", "description": about, "to": CLIENT}
    return told | ({"errorCode": code} if code else {}) | {"message": message | more}


def posted(url: str, told: Any, headers: Mapping[str, str] | None = None) -> Request:
    query = dict(parse_qsl(urlsplit(url).query))
    return Request("POST", url, basic() if headers is None else headers, json.dumps(told).encode(), query)


def inbound(url: str, text: str, n: int) -> Request:
    return posted(url, [received(text, message_id(n))])


def status(url: str, fate: Fate, n: int, code: str) -> Request:
    """Our own id comes back as `tag`; the address has no part in it."""
    tag = dict(parse_qsl(urlsplit(url).query)).get("message", "")
    return posted(url, [reported(_WORDS[fate], message_id(n), code=int(code or 0), tag=tag)])


def accepted(n: int) -> Reply:
    return said(202, {"id": message_id(n), "owner": SENDER, "to": [CLIENT], "direction": "out", "segmentCount": 1})


def fields(*names: str) -> list[dict[str, str]]:
    return [{"fieldName": name, "description": "is not good"} for name in names]


def many(told: Sequence[Any]) -> Request:
    return posted("https://portal.example.com/webhooks/bandwidth/b1/messages", told)


BANDWIDTH = Case(
    credentials=CREDENTIALS,
    secret="callback_password",
    other_secret="the password of another account",
    proofs=("authorization",),
    inbound=inbound,
    status=status,
    id_of=message_id,
    accepted=accepted,
    answered=(),
    not_answered=("stop", "start", "unstop", "help", "please stop", ""),
    block_code="4775",
    signs_body=False,
)
