"""Who signed a request from Vonage: `sig` over all its fields (SMS API), or a token in the header (Messages API).

Neither has the address in it, and how old a request may be nobody can tell, for it is sent again for a day: what was
sent twice counts once by its id, for ever (promises.md 0.3).
"""

import hashlib
import hmac
from collections.abc import Mapping, Sequence

from portal.accounts import credential
from portal.providers import vonage_field, vonage_token
from portal.providers.provider import Request

HASH = "md5hash"
_DIGESTS = {"md5": "md5", "sha1": "sha1", "sha256": "sha256", "sha512": "sha512"}


def signers(request: Request, secrets: Sequence[Mapping[str, str]]) -> list[Mapping[str, str]]:
    """The senders whose signature secret vouches for this request: only for them may it speak. Never raises; an empty
    secret signs nothing."""
    return [secret for secret in secrets if secret.get("signature_secret", "").strip() and _is_by(request, secret)]


def is_signed(request: Request, secrets: Sequence[Mapping[str, str]]) -> bool:
    return bool(signers(request, secrets))


def signature(pairs: Sequence[tuple[str, str]], secret: str, method: str) -> str:
    """In lower case. Raises ValueError for a method that Vonage does not have, or a name that could hide another."""
    if any("&" in name or "=" in name for name, _ in pairs):
        raise ValueError("no name of a field")
    text = "".join(f"&{name}={_safe(value)}" for name, value in sorted(pairs)).encode()
    if method == HASH:
        return hashlib.md5(text + secret.encode(), usedforsecurity=False).hexdigest()
    if method not in _DIGESTS:
        raise ValueError("no signature method")
    return hmac.new(secret.encode(), text, _DIGESTS[method]).hexdigest()


def _is_by(request: Request, secret: Mapping[str, str]) -> bool:
    try:
        return vonage_token.is_signed(request, secret) or _has_sig(request, secret)
    except ValueError:
        return False


def _has_sig(request: Request, secret: Mapping[str, str]) -> bool:
    pairs = vonage_field.fields(request)
    given = [value for name, value in pairs if name == "sig"]
    if len(given) != 1 or not given[0]:
        return False
    rest = [pair for pair in pairs if pair[0] != "sig"]
    made = signature(rest, secret["signature_secret"], credential.signature_method(secret))
    return hmac.compare_digest(made.encode(), given[0].lower().encode())


def _safe(value: str) -> str:
    return value.replace("&", "_").replace("=", "_")
