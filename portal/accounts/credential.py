"""Which credentials of a sender are too weak to be all that keeps forgers out (promises.md B.4.8).

Most providers sign what they post, with a secret they made. Bandwidth signs nothing: the password that somebody here
thinks up is the whole proof, so it must not be one that can be guessed.
"""

from collections.abc import Mapping

LEAST = 16
"""Characters; the page on Bandwidth has people make twice as many at random."""
LEAST_DIFFERENT = 8
_GUARDS: Mapping[str, tuple[str, ...]] = {"bandwidth": ("callback_password",)}


def weakness(provider: str, credentials: Mapping[str, str]) -> str:
    """A sentence on what is too easy to guess; empty when nothing is. It repeats no value."""
    for name in _GUARDS.get(provider, ()):
        value = credentials.get(name, "").strip()
        if len(value) < LEAST or len(set(value)) < LEAST_DIFFERENT:
            return (
                f"{name} is all that proves a request comes from {provider}. Please make it at least {LEAST} random "
                "characters, for example the output of: openssl rand -hex 16"
            )
    return ""
