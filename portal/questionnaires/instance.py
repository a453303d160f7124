"""One showing of a form: signed, used once, a day old at most, and bound to the exact words beside its opt-in question.

Everything the evidence needs of the showing travels in the token, so that a form sent in after the business changed its
name proves the words that this client saw (promises.md B.2 layer 1, rules.md row 17).
"""

import datetime as dt
import hashlib
import secrets as randomness
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from itsdangerous import BadData, URLSafeSerializer

from portal import clock
from portal.accounts.key import Secrets
from portal.consent.disclaimer import Shown

LASTS = dt.timedelta(hours=24)
LONGEST_REFERRER = 300


@dataclass(frozen=True)
class Instance:
    """`contact_id` is empty on an anonymous form; `referrer` is where the client came from, e.g. the embedding site.
    `offers` are the words beside the question about marketing, where it is asked."""

    questionnaire_id: str
    version: int
    shown: Shown
    contact_id: str
    referrer: str
    issued_ms: int
    nonce: str
    offers: Shown | None = None

    @property
    def age(self) -> dt.timedelta:
        return clock.now() - dt.datetime.fromtimestamp(self.issued_ms / 1000, dt.UTC)

    @property
    def is_over(self) -> bool:
        return self.age > LASTS


def new(
    questionnaire_id: str, version: int, shown: Shown, *, contact_id: str, referrer: str, offers: Shown | None = None
) -> Instance:
    issued_ms = int(clock.now().timestamp() * 1000)
    referrer = referrer[:LONGEST_REFERRER]
    return Instance(questionnaire_id, version, shown, contact_id, referrer, issued_ms, nonce(), offers)


def nonce() -> str:
    return randomness.token_urlsafe(16)


def seal(secrets: Secrets, instance: Instance) -> str:
    """The token for the hidden field."""
    values = [_values(each) if isinstance(each, Shown) else each for each in _values(instance)]
    return str(_signer(secrets.derived("form instance")).dumps(values if instance.offers else values[:-1]))


def unseal(secrets: Secrets, token: str) -> Instance | None:
    """The showing behind `token`; None when we did not make it."""
    try:
        questionnaire_id, version, shown, contact_id, referrer, issued_ms, nonce, *offers = _signer(
            secrets.derived("form instance")
        ).loads(token)
    except BadData:
        return None
    also = Shown(*offers[0]) if offers else None
    return Instance(questionnaire_id, version, Shown(*shown), contact_id, referrer, issued_ms, nonce, also)


def is_work_done(instance: Instance, answer: str, bits: int) -> bool:
    """Whether SHA-256 of `nonce:answer` begins with so many zero bits: dear for a machine that sends thousands."""
    if bits == 0:
        return True
    digest = hashlib.sha256(f"{instance.nonce}:{answer[:32]}".encode("ascii", "replace")).digest()
    return int.from_bytes(digest) >> (256 - bits) == 0


def _values(shown: Instance | Shown) -> tuple[Any, ...]:
    """Of its fields, in their order; `astuple` copies all of them deeply, which took a sixth of a form's page."""
    return tuple(vars(shown).values())


@lru_cache(maxsize=8)
def _signer(derived: bytes) -> URLSafeSerializer:
    return URLSafeSerializer(derived, salt="1")
