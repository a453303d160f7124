"""Twilio's row."""

import json
from urllib.parse import urlencode

from portal.providers.provider import Request
from tests.pretend_twilio.http import Reply
from tests.providers.case import CLIENT, SENDER, Case, Fate
from tests.providers.request import ACCOUNT, TOKEN, body_request, sign

_WORDS: dict[Fate, str] = {"sent": "sent", "delivered": "delivered", "failed": "undelivered"}


def _id(n: int) -> str:
    return f"SM{n:032x}"


def _posted(url: str, fields: dict[str, str]) -> Request:
    return body_request(urlencode(fields).encode(), sign(url, fields), url)


def inbound(url: str, text: str, n: int) -> Request:
    known = {"MessageSid": _id(n), "SmsSid": _id(n), "SmsStatus": "received", "AccountSid": ACCOUNT, "NumMedia": "0"}
    return _posted(url, known | {"From": CLIENT, "To": SENDER, "Body": text, "NumSegments": "1", "FromCity": ""})


def status(url: str, fate: Fate, n: int, code: str) -> Request:
    known = {"MessageSid": _id(n), "MessageStatus": _WORDS[fate], "AccountSid": ACCOUNT, "From": SENDER, "To": CLIENT}
    return _posted(url, known | ({"ErrorCode": code} if code else {}))


TWILIO = Case(
    credentials={"account_sid": ACCOUNT, "auth_token": TOKEN},
    secret="auth_token",
    other_secret="f" * 32,
    proofs=("x-twilio-signature",),
    inbound=inbound,
    status=status,
    id_of=_id,
    accepted=lambda n: Reply(201, json.dumps({"sid": _id(n), "status": "queued"}).encode()),
    answered=("stop", "STOPALL", "unsubscribe", "cancel", "end", "quit", "revoke", "optout", "start", "unstop", "help"),
    not_answered=("stop please", "stop all", "yes", "arret", ""),
    blocked=Reply(400, json.dumps({"code": 21610, "message": "unsubscribed recipient", "status": 400}).encode()),
    block_code="21610",
)
