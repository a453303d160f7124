"""Whether Twilio signed a request: by auth token, or by a shared key that a settings header announces.

Facts: rules.md 4.5. Traps: promises.md B.4. Nothing here trusts the Host header, an empty secret or a lone spelling.
"""

import hmac
from base64 import b64encode
from collections.abc import Iterable, Mapping, Sequence
from hashlib import sha256
from urllib.parse import parse_qs, urlsplit

from portal.providers.provider import Request

SIGNATURE = "x-twilio-signature"
SETTINGS = "x-twilio-webhooks-signature-settings"
_DIGESTS = {"HMAC_SHA1": "sha1", "HMAC_SHA256": "sha256"}
_FORM = "application/x-www-form-urlencoded"


def is_signed(request: Request, secrets: Sequence[Mapping[str, str]]) -> bool:
    """Never raises: what cannot even be parsed or encoded was not signed by Twilio."""
    try:
        return _is_signed(request, secrets)
    except ValueError:
        return False


def _is_signed(request: Request, secrets: Sequence[Mapping[str, str]]) -> bool:
    given = request.headers.get(SIGNATURE, "").encode()
    algorithm = _algorithm(request.headers.get(SETTINGS, ""))
    digest = _DIGESTS.get(algorithm.upper()) if algorithm else "sha1"
    after_url = _after_url(request)
    if not given or digest is None or after_url is None:
        return False
    keys = list(_keys("shared_key" if algorithm else "auth_token", request, secrets))
    texts = ((url + after_url).encode() for url in _spellings(request.url))
    return any(hmac.compare_digest(_signature(key, text, digest), given) for text in texts for key in keys)


def _algorithm(settings: str) -> str:
    """Out of `key=…,algorithm=…`; without it the classic scheme applies, so nothing when it is not named."""
    for part in settings.split(","):
        name, _, value = part.partition("=")
        if name.strip() == "algorithm":
            return value.strip()
    return ""


def _after_url(request: Request) -> str | None:
    """What is signed behind the URL: every field sorted, or nothing where the URL vouches for the body by its hash.

    None when that hash is not the body's.
    """
    kind = request.headers.get("content-type", _FORM)
    if "bodySHA256=" in request.url and not kind.startswith(_FORM):
        claimed = parse_qs(urlsplit(request.url).query).get("bodySHA256", [""])[0]
        actual = sha256(request.body).hexdigest()
        return "" if hmac.compare_digest(claimed.encode(), actual.encode()) else None
    return "".join(name + value for name, value in sorted(set(request.form)))


def _spellings(url: str) -> tuple[str, str]:
    """Twilio signs the URL sometimes with its port and sometimes without; either counts."""
    scheme, _, rest = url.partition("://")
    host, slash, path = rest.partition("/")
    name, colon, port = host.rpartition(":")
    bare = name if colon and port.isdecimal() else host
    ported = host if bare != host else f"{host}:{443 if scheme == 'https' else 80}"
    return f"{scheme}://{bare}{slash}{path}", f"{scheme}://{ported}{slash}{path}"


def _keys(name: str, request: Request, secrets: Sequence[Mapping[str, str]]) -> Iterable[bytes]:
    """The keys that may have signed: never an empty one, and never another account's than the one that is named."""
    account = dict(request.form).get("AccountSid")
    for secret in secrets:
        key = secret.get(name) or ""
        if key.strip() and (account is None or secret.get("account_sid", account) == account):
            yield key.encode()


def _signature(key: bytes, text: bytes, digest: str) -> bytes:
    return b64encode(hmac.new(key, text, digest).digest())
