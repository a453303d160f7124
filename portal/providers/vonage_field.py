"""The fields of a request from Vonage's SMS API, which comes as GET, as a form or as JSON, as the account is set."""

import json
import re
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from portal.providers.provider import Request

MOST = 100  # fields; a text has about fifteen
_E164 = re.compile(r"\+?([1-9][0-9]{6,14})")


def fields(request: Request) -> list[tuple[str, str]]:
    """In their order, blanks and repetitions kept. Raises ValueError for what is no flat list of fields."""
    if is_json(request):
        return _of_json(request.body)
    said = urlsplit(request.url).query if request.method == "GET" else request.body.decode("utf-8", "replace")
    return parse_qsl(said, keep_blank_values=True, max_num_fields=MOST)


def is_json(request: Request) -> bool:
    return request.method != "GET" and request.headers.get("content-type", "").lower().startswith("application/json")


def raw(request: Request) -> bytes:
    """What is kept of it: of a GET the query is all there is."""
    return urlsplit(request.url).query.encode() if request.method == "GET" else request.body


def e164(said: str) -> str:
    """With the plus that Vonage leaves out; what is no full number stays as it is."""
    found = _E164.fullmatch(said)
    return f"+{found[1]}" if found else said


def _of_json(body: bytes) -> list[tuple[str, str]]:
    try:
        told = json.loads(body, object_pairs_hook=list)
    except RecursionError as error:
        raise ValueError("too deep") from error
    if not isinstance(told, list) or len(told) > MOST or not all(isinstance(each, tuple) for each in told):
        raise ValueError("no object of fields")
    return [(name, _text(value)) for name, value in told]


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str | int):
        return str(value)
    raise ValueError("a field is no text")
