"""Plivo's row: form posts in the shape of its documentation, signed by V3 and by V2 as its own library does it."""

import hmac
import json
from base64 import b64encode
from urllib.parse import parse_qsl, urlencode, urlsplit

from portal.providers.provider import Request
from tests.pretend_twilio.http import Reply
from tests.providers.case import CLIENT, SENDER, Case, Fate

TOKEN = "plivo-auth-token-of-the-tests"
ACCOUNT = "MAXXXXXXXXXXXXXXXXXX"
NONCE = "05429567804466091622"
_WORDS: dict[Fate, str] = {"sent": "sent", "delivered": "delivered", "failed": "undelivered"}
FORM = "application/x-www-form-urlencoded"


def message_id(n: int) -> str:
    return f"db3ce55a-7f1d-11e1-8ea7-{n:012x}"


def hashed(token: str, text: str) -> str:
    return b64encode(hmac.new(token.encode(), text.encode(), "sha256").digest()).decode()


def request(url: str, fields: dict[str, str] | list[tuple[str, str]], headers: dict[str, str]) -> Request:
    query = dict(parse_qsl(urlsplit(url).query))
    return Request("POST", url, {"content-type": FORM, **headers}, urlencode(fields).encode(), query)


def by_v2(url: str, fields: dict[str, str], token: str = TOKEN) -> Request:
    made = hashed(token, url.partition("?")[0] + NONCE)
    return request(url, fields, {"x-plivo-signature-v2": made, "x-plivo-signature-v2-nonce": NONCE})


def by_v3(url: str, fields: dict[str, str], token: str = TOKEN) -> Request:
    """In the other order than ours is written: fields first, then the address before them."""
    signed = "".join(name + fields[name] for name in sorted(fields)) + "." + NONCE
    address, _, query = url.partition("?")
    asked = "&".join(f"{name}={value}" for name, value in sorted(parse_qsl(query, keep_blank_values=True)))
    made = hashed(token, f"{address}?{asked}.{signed}" if asked else f"{address}?{signed}")
    return request(url, fields, {"x-plivo-signature-v3": made, "x-plivo-signature-v3-nonce": NONCE})


def received(text: str, n: int = 1, /, **more: str) -> dict[str, str]:
    known = {
        "From": CLIENT.removeprefix("+"),
        "To": SENDER.removeprefix("+"),
        "Text": text,
        "Type": "sms",
        "Units": "1",
    }
    return known | {"MessageUUID": message_id(n), "TotalRate": "0", "PowerpackUUID": ""} | more


def reported(word: str, n: int = 1, /, **more: str) -> dict[str, str]:
    known = {"From": SENDER.removeprefix("+"), "To": CLIENT.removeprefix("+"), "Status": word, "Units": "1"}
    known |= {"MessageUUID": message_id(n), "ParentMessageUUID": message_id(n), "PartInfo": "1 of 1", "MCC": "310"}
    return known | {"QueuedTime": "2026-11-22 18:10:02.574000", "Type": "sms", "ErrorCode": "000"} | more


def inbound(url: str, text: str, n: int) -> Request:
    """With what Plivo says it acted on, as it does for long codes."""
    intent = {"stop": "optout", "start": "optin", "unstop": "optin", "help": "help", "stop all": "optout"}
    return by_v3(url, received(text, n, MessageIntent=intent.get(text.lower(), "")))


def status(url: str, fate: Fate, n: int, code: str) -> Request:
    return by_v3(url, reported(_WORDS[fate], n, **({"ErrorCode": code} if code else {})))


def accepted(n: int) -> Reply:
    said = {"api_id": "db342550-7f1d-11e1-8ea7-1231380bc196", "message": "message(s) queued"}
    return Reply(202, json.dumps(said | {"message_uuid": [message_id(n)]}).encode())


PLIVO = Case(
    credentials={"auth_id": ACCOUNT, "auth_token": TOKEN},
    secret="auth_token",
    other_secret="f" * 32,
    proofs=("x-plivo-signature-v3", "x-plivo-signature-v3-nonce"),
    inbound=inbound,
    status=status,
    id_of=message_id,
    accepted=accepted,
    answered=("stop", "STOP ALL", "end", "quit", "Cancel", "unsub", "start", "unstop", "help", "info"),
    not_answered=("revoke", "opt out", "stopall", "unsubscribe", "stop please", "yes", ""),
    block_code="200",
)
