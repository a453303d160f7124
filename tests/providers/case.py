"""What a provider's row in `cases.py` says, so that one set of tests asks every provider the same questions."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal

from portal.providers.provider import Request
from tests.pretend_twilio.http import Reply

CLIENT, SENDER = "+14155550132", "+12025550177"
SITE = "https://portal.example.com"
Fate = Literal["sent", "delivered", "failed"]


@dataclass(frozen=True)
class Case:
    """`inbound(url, text, n)` is the n-th text from CLIENT to SENDER, and `status(url, fate, n, code)` a report about
    our n-th text, both posted to `url` and truly signed with `credentials`; `id_of(n)` is its id at the provider.

    `secret` names the credential that vouches for a webhook, `proofs` the headers that carry the proof. `accepted(n)`
    is the API's answer to our n-th text, `blocked` its refusal where it holds a STOP, if it says so at once.
    """

    credentials: Mapping[str, str]
    secret: str
    other_secret: str
    proofs: tuple[str, ...]
    inbound: Callable[[str, str, int], Request]
    status: Callable[[str, Fate, int, str], Request]
    id_of: Callable[[int], str]
    accepted: Callable[[int], Reply]
    answered: tuple[str, ...]
    """Bare words that the provider itself answers at SENDER."""
    not_answered: tuple[str, ...]
    blocked: Reply | None = None
    block_code: str = ""
    """In a report of a text that failed because the provider holds a STOP; empty where it has none."""
    channel: str = "sms"
    signs_body: bool = True

    @property
    def secrets(self) -> list[dict[str, str]]:
        """As accounts/sender.py hands them to a provider."""
        return [{**self.credentials, "number": SENDER}]

    def with_secret(self, value: str) -> list[dict[str, str]]:
        return [{**self.credentials, "number": SENDER, self.secret: value}]
