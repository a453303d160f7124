"""Who posts in Bandwidth's name: whoever knows the user name and the password that were set for its callbacks.

Bandwidth signs nothing, so this is all there is (promises.md B.4.8). It sends them only when it is asked: a first
request comes bare and is answered 401 with a challenge, then the same comes with them.
"""

import hmac
from base64 import b64decode
from collections.abc import Mapping, Sequence

from portal.providers.provider import Request

CHALLENGE = 'Basic realm="webhooks", charset="UTF-8"'


def signers(request: Request, secrets: Sequence[Mapping[str, str]]) -> list[Mapping[str, str]]:
    """The senders whose callback credentials these are: only for them may it speak. Empty ones open nothing."""
    given = _given(request)
    if given is None:
        return []
    name, password = given
    return [
        secret
        for secret in secrets
        if (known := _known(secret)) and hmac.compare_digest(known[0], name) & hmac.compare_digest(known[1], password)
    ]


def is_known(request: Request, secrets: Sequence[Mapping[str, str]]) -> bool:
    return bool(signers(request, secrets))


def challenge(request: Request) -> str:
    """What to answer a request that brings no credentials; nothing to one that brings wrong ones."""
    return "" if request.headers.get("authorization", "").strip() else CHALLENGE


def _given(request: Request) -> tuple[bytes, bytes] | None:
    kind, _, told = request.headers.get("authorization", "").strip().partition(" ")
    if kind.lower() != "basic":
        return None
    try:
        name, colon, password = b64decode(told.strip(), validate=True).partition(b":")
    except ValueError:
        return None
    return (name, password) if colon else None


def _known(secret: Mapping[str, str]) -> tuple[bytes, bytes] | None:
    name, password = secret.get("callback_username", ""), secret.get("callback_password", "")
    return (name.encode(), password.encode()) if name.strip() and password.strip() else None
