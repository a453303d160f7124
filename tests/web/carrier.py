"""One provider of text messages as the door sees it: what it posts, signed as it signs."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from urllib.parse import urlencode

from tests.providers import bandwidth_case, sinch_case, vonage_request

LOCAL, TOLL_FREE, CLIENT = "+12025550178", "+18885550188", "+14155550132"


@dataclass(frozen=True)
class Post:
    """A request to `…/{kind}`, with everything but the address."""

    kind: str
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)
    query: str = ""
    method: str = "POST"


Text = Callable[[str, str, str], Post]
Report = Callable[[str, str, str, str], Post]


@dataclass(frozen=True)
class Carrier:
    """`text(words, id, to)`, `report(word, provider id, our id, code)`; the words it has for each of our states."""

    name: str
    credentials: Mapping[str, str]
    text: Text
    report: Report
    sent: str
    delivered: str
    failed: str
    opted_out: str
    forged: Callable[[Post], list[Post]]


def _vonage_text(words: str, id: str, to: str) -> Post:
    fields = vonage_request.inbound(words, messageId=id, to=to[1:])
    return Post("messages", urlencode(vonage_request.signed(fields)).encode(), vonage_request.FORM)


def by_get(post: Post) -> Post:
    """As Vonage does it for an account that is set so."""
    return Post(post.kind, query=post.body.decode(), method="GET")


def _vonage_report(word: str, id: str, ours: str, code: str) -> Post:
    fields = vonage_request.receipt(word, messageId=id, client_ref=ours, err_code=code)
    return Post("status", json.dumps(vonage_request.signed(fields)).encode(), vonage_request.JSON)


def _vonage_forged(true: Post) -> list[Post]:
    unsigned = vonage_request.inbound("STOP", messageId="0000000000000001")
    bodies = [
        vonage_request.signed(unsigned, "another secret"), vonage_request.signed(unsigned, ""), unsigned,
        vonage_request.signed(unsigned) | {"text": "START"},
    ]  # fmt: skip
    return [Post("messages", urlencode(each).encode(), vonage_request.FORM) for each in bodies]


VONAGE = Carrier(
    "vonage", {name: value for name, value in vonage_request.SECRETS[0].items() if name != "number"},
    _vonage_text, _vonage_report, "accepted", "delivered", "failed", "9", _vonage_forged,
)  # fmt: skip


def _bandwidth_text(words: str, id: str, to: str) -> Post:
    told = bandwidth_case.received(words, id, number=to)
    return Post("messages", json.dumps([told]).encode(), bandwidth_case.basic())


def _bandwidth_report(word: str, id: str, ours: str, code: str) -> Post:
    told = bandwidth_case.reported(f"message-{word}", id, code=int(code), tag=ours)
    return Post("status", json.dumps([told]).encode(), bandwidth_case.basic())


def _bandwidth_forged(true: Post) -> list[Post]:
    wrong = (bandwidth_case.basic(password="a guess at the password"), bandwidth_case.basic("", ""))
    return [Post("messages", true.body, headers) for headers in wrong]


BANDWIDTH = Carrier(
    "bandwidth", bandwidth_case.CREDENTIALS, _bandwidth_text, _bandwidth_report, "sent", "delivered", "failed", "4775",
    _bandwidth_forged,
)  # fmt: skip


def _sinch(kind: str, told: object, secret: str = sinch_case.SECRET) -> Post:
    body = json.dumps(told).encode()
    return Post(kind, body, sinch_case.headers(body, secret))


def _sinch_text(words: str, id: str, to: str) -> Post:
    return _sinch("messages", sinch_case.received(words, id, number=to))


def _sinch_report(word: str, id: str, ours: str, code: str) -> Post:
    return _sinch("status", sinch_case.reported(word, id, code=int(code), client_reference=ours))


def _sinch_forged(true: Post) -> list[Post]:
    told = json.loads(true.body)
    later = {**true.headers, "x-sinch-webhook-signature-timestamp": "1795377600"}
    return [
        Post("messages", true.body), Post("messages", true.body + b" ", true.headers),
        Post("messages", true.body, later),
        _sinch("messages", told, "another secret"), _sinch("messages", told, ""),
    ]  # fmt: skip


SINCH = Carrier(
    "sinch", sinch_case.CREDENTIALS, _sinch_text, _sinch_report, "Dispatched", "Delivered", "Failed", "257",
    _sinch_forged,
)  # fmt: skip
CARRIERS = {each.name: each for each in (VONAGE, BANDWIDTH, SINCH)}
