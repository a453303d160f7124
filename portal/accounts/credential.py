"""Which credentials of a sender could not work, or are too weak to be all that keeps forgers out.

Most providers sign what they post, with a secret they made. Bandwidth signs nothing: the password that somebody here
thinks up is the whole proof, so it must not be one that can be guessed (promises.md B.4.8).
"""

from collections.abc import Mapping

LEAST = 16
"""Characters; the page on Bandwidth has people make twice as many at random."""
LEAST_DIFFERENT = 8
_GUARDS: Mapping[str, tuple[str, ...]] = {"bandwidth": ("callback_password",)}
_METHODS = ("md5hash", "md5", "sha1", "sha256", "sha512")


def fault(provider: str, credentials: Mapping[str, str]) -> str:
    """A sentence on what is wrong with them; empty when nothing is. It repeats no value."""
    if provider == "vonage" and signature_method(credentials) not in _METHODS:
        return f"signature_method is one of {', '.join(_METHODS)}; Vonage's settings say which."
    for name in _GUARDS.get(provider, ()):
        value = credentials.get(name, "").strip()
        if len(value) < LEAST or len(set(value)) < LEAST_DIFFERENT:
            return (
                f"{name} is all that proves a request comes from {provider}. Please make it at least {LEAST} random "
                "characters, for example the output of: openssl rand -hex 16"
            )
    return ""


def signature_method(credentials: Mapping[str, str]) -> str:
    """As people write it: `sha256`, `SHA-256`, `SHA-256 HMAC`, `MD5 hash`."""
    said = credentials.get("signature_method", "").lower()
    return "".join(each for each in said.replace("hmac", "") if each.isalnum())
