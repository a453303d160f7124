"""One sentence for the next page, sealed so that nobody else can put words there; with a button that takes it back."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from itsdangerous import BadSignature, URLSafeSerializer
from starlette.requests import Request
from starlette.responses import Response

from portal.accounts.key import Secrets
from portal.web import security

COOKIE = "flash"
SECONDS = 60


@dataclass(frozen=True)
class Undo:
    """The POST that takes back what was just done. `fields` are ids and short words: a cookie holds 4 kB."""

    url: str
    fields: Mapping[str, str] = field(default_factory=dict)


def put(response: Response, public_url: str, secrets: Secrets, kind: str, text: str, undo: Undo | None = None) -> None:
    said: list[Any] = [kind, text]
    if undo is not None:
        said.append({"url": undo.url, "fields": dict(undo.fields)})
    sealed = str(_signer(secrets).dumps(said))
    is_secure = security.is_https(public_url)
    response.set_cookie(COOKIE, sealed, max_age=SECONDS, httponly=True, secure=is_secure, samesite="lax", path="/")


def take(request: Request, secrets: Secrets) -> list[list[Any]]:
    """What `flash_message` of _alert.html takes: kind, text, and the undo where there is one."""
    try:
        return [_signer(secrets).loads(request.cookies.get(COOKIE, ""))]
    except BadSignature:
        return []


def _signer(secrets: Secrets) -> URLSafeSerializer:
    return URLSafeSerializer(secrets.derived("flash"))
