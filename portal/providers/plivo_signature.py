"""Who signed a request from Plivo, by V3 or, where there is none, by V2 (rules.md 5.2).

V3 signs the address, its query and every field. V2, the only one documented for messages, signs the address and a
nonce and not one word of the body: what TLS and a secret token give is all there is. Where V3 is there, it decides.
"""

import hmac
from base64 import b64encode
from collections.abc import Callable, Mapping, Sequence
from urllib.parse import parse_qsl, urlsplit

from portal.providers.provider import Request

V2, V2_MAIN, V2_NONCE = "x-plivo-signature-v2", "x-plivo-signature-ma-v2", "x-plivo-signature-v2-nonce"
V3, V3_MAIN, V3_NONCE = "x-plivo-signature-v3", "x-plivo-signature-ma-v3", "x-plivo-signature-v3-nonce"


def is_signed(request: Request, secrets: Sequence[Mapping[str, str]]) -> bool:
    return bool(signers(request, secrets))


def signers(request: Request, secrets: Sequence[Mapping[str, str]]) -> list[Mapping[str, str]]:
    """The senders whose auth token signed: only for them may the request speak. An empty token signs nothing, and
    nothing here raises."""
    try:
        signed = _signed(request)
        given = [each.strip().encode() for each in _given(request)]
    except ValueError:
        return []
    return [secret for secret in secrets if _matches(secret.get("auth_token") or "", signed, given)]


def _signed(request: Request) -> bytes:
    """What the signature stands for. Raises ValueError where there is none."""
    names: tuple[tuple[str, Callable[[Request], str]], ...] = ((V3_NONCE, _v3), (V2_NONCE, _address))
    for nonce_name, text in names:
        if nonce := request.headers.get(nonce_name, ""):
            dot = "." if nonce_name == V3_NONCE else ""
            return f"{text(request)}{dot}{nonce}".encode()
    raise ValueError("no nonce")


def _given(request: Request) -> list[str]:
    """The account's own signature and the main account's; either may name several tokens that are valid by turns."""
    names = (V3, V3_MAIN) if request.headers.get(V3_NONCE) else (V2, V2_MAIN)
    return [each for name in names for each in request.headers.get(name, "").split(",") if each.strip()]


def _address(request: Request) -> str:
    return request.url.partition("?")[0].partition("#")[0]


def _v3(request: Request) -> str:
    """The address, its sorted query, a full stop where both follow, and the sorted fields without anything between."""
    query = sorted(parse_qsl(urlsplit(request.url).query, keep_blank_values=True))
    fields = sorted(request.form)
    asked = "&".join(f"{name}={value}" for name, value in query)
    text = _address(request) + (f"?{asked}" if query or fields else "") + ("." if query and fields else "")
    return text + "".join(name + value for name, value in fields)


def _matches(token: str, signed: bytes, given: Sequence[bytes]) -> bool:
    if not token.strip():
        return False
    made = b64encode(hmac.new(token.encode("utf-8", "replace"), signed, "sha256").digest())
    return any(hmac.compare_digest(made, each) for each in given)
