"""How a text leaves the building and how an event comes in: the protocol that every provider fulfils.

A webhook handler has five steps in equal order for every provider: authentic? → well formed? → which events? →
stored and acted on (messaging/batch.py) → answered.
"""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property
from typing import Any, Protocol, runtime_checkable
from urllib.parse import unquote_plus

MAX_FIELDS = 500


class Trouble(StrEnum):
    """What a refusal means for the number, the sender, or the next try."""

    BLOCKED = "blocked"  # the carrier or provider holds a STOP of this number
    UNDELIVERABLE = "undeliverable"  # no text can reach this number
    SENDER = "sender"  # the sender or account is not set up; the number is unharmed
    ROUTE = "route"  # the sender is not set up for this country or network; it and the number are unharmed
    CONTENT = "content"  # this text was refused; the number is unharmed
    PREFERENCE = "preference"  # the client told WhatsApp to stop marketing from us; the number is unharmed
    TEMPORARY = "temporary"  # not accepted, and may be tried again


@dataclass(frozen=True)
class Outbound:
    """One text to hand over. `message_id` is ours, made and stored before; it comes back with every callback.

    On WhatsApp `to` is the `user_id` where nobody knows the number, and `template` is
    {"name", "language", "parameters": [str]} where the words may not go as free text.
    """

    message_id: str
    to: str
    sender: str
    text: str
    credentials: Mapping[str, str]
    callback_url: str
    channel: str = "sms"
    template: Mapping[str, Any] | None = None
    user_id: str | None = None


@dataclass(frozen=True)
class Accepted:
    provider_id: str


@dataclass(frozen=True)
class Rejected:
    """The provider certainly did not send. `retry_after` in seconds, only for TEMPORARY."""

    trouble: Trouble
    code: str
    sentence: str
    retry_after: float | None = None


@dataclass(frozen=True)
class Unknown:
    """Bytes left, no answer came: it may or may not have been sent, and is never tried again blindly."""

    sentence: str


Result = Accepted | Rejected | Unknown


@dataclass(frozen=True)
class Request:
    """A webhook request as it arrived. `url` is what the provider called: the configured public URL, never the Host.

    Header names are asked for in lower case.
    """

    method: str
    url: str
    headers: Mapping[str, str]
    body: bytes
    query: Mapping[str, str] = field(default_factory=dict)

    @cached_property
    def form(self) -> Sequence[tuple[str, str]]:
        """The body as form fields in order, blanks and repetitions kept, parsed once for signature and event.

        Raises ValueError past MAX_FIELDS fields.
        """
        parts = self.body.decode("utf-8", "replace").split("&", MAX_FIELDS)
        if len(parts) > MAX_FIELDS:
            raise ValueError(f"more than {MAX_FIELDS} fields")
        pairs = (part.partition("=") for part in parts if part)
        return [(_plain(name), _plain(value)) for name, _, value in pairs]


def _plain(text: str) -> str:
    """Most values of a webhook carry no escape at all; asking first makes this twice as fast as parse_qsl."""
    return unquote_plus(text, errors="replace") if "%" in text or "+" in text else text


@dataclass(frozen=True)
class InboundText:
    """`keyword` is what the provider itself says it acted on: stop, start or help; empty where it says that it did not.

    On WhatsApp `sender` is empty where the number is withheld, and `user_id` names who wrote; `name` is what the
    client calls themselves. `raw` is the part of a batched request that says this (all events): empty for the whole.
    `sent_at` is when it came to the provider, where a list tells it.
    """

    event_id: str
    account: str
    sender: str
    recipient: str
    text: str
    keyword: str | None = None
    segments: int = 1
    media: int = 0
    channel: str = "sms"
    user_id: str | None = None
    name: str = ""
    raw: bytes = b""
    sent_at: dt.datetime | None = None


@dataclass(frozen=True)
class StatusUpdate:
    """`rank` orders the provider's states; an update of a lower rank than the last one changes nothing. `sentence`
    says to a member why it failed."""

    event_id: str
    account: str
    provider_id: str
    status: str  # sent, delivered, failed or a word we do not know
    rank: int
    code: str = ""
    trouble: Trouble | None = None
    message_id: str | None = None
    channel: str = "sms"
    sentence: str = ""
    raw: bytes = b""


@dataclass(frozen=True)
class NumberChange:
    """A WhatsApp user moved from the number `old` to `new`, both E.164; `new` is empty where it is not told."""

    event_id: str
    recipient: str
    old: str
    new: str
    raw: bytes = b""


@dataclass(frozen=True)
class Preference:
    """A WhatsApp user stopped (or resumed) marketing messages from us, with a switch and not by words."""

    event_id: str
    recipient: str
    sender: str
    user_id: str | None
    is_stop: bool
    raw: bytes = b""


@dataclass(frozen=True)
class TemplateUpdate:
    """WhatsApp has decided about a template of ours; `status` is the provider's word in lower case."""

    event_id: str
    name: str
    language: str
    status: str
    raw: bytes = b""


@dataclass(frozen=True)
class Unreadable:
    """Authentic, but not an event of ours to act on: stored raw and answered 2xx."""

    event_id: str
    raw: bytes = b""


Event = InboundText | StatusUpdate | NumberChange | Preference | TemplateUpdate | Unreadable


@dataclass(frozen=True)
class Malformed:
    """Authentic but broken or ambiguous fields: 400, nothing changes (interface.md 6.12)."""

    sentence: str


class Provider(Protocol):
    """One company that carries texts."""

    name: str

    def answers(self, keyword: str, number: str) -> bool:
        """Whether the provider itself replies to the bare keyword `stop`, `start` or `help` sent to `number`."""
        ...

    def blocks(self, number: str) -> bool:
        """Whether a bare STOP to the sender `number` makes the provider refuse later texts."""
        ...

    def send(self, text: Outbound, *, deadline: float) -> Result:
        """Hand one text over. Blocks; `deadline` is on the monotonic clock: past it, no byte may leave."""
        ...

    def is_authentic(self, request: Request, secrets: Sequence[Mapping[str, str]]) -> bool:
        """Whether one of the business's own secrets signed this request. Never raises."""
        ...

    def read(self, request: Request, secrets: Sequence[Mapping[str, str]]) -> Sequence[Event] | Malformed:
        """The events inside an authentic request, in their order; a part that is broken is one Unreadable of them."""
        ...

    def reply(self) -> tuple[str, bytes]:
        """Content type and body of the 2xx answer that asks the provider to do nothing."""
        ...


@runtime_checkable
class Challenger(Protocol):
    """A provider that proves itself only when it is asked to, by a 401."""

    def challenge(self, request: Request) -> str:
        """What the header WWW-Authenticate asks of a request without any proof; empty for one with a wrong one."""
        ...


@dataclass(frozen=True)
class Providers:
    """The providers of this installation by name; built in app.py, the only place that knows which are real."""

    by_name: Mapping[str, Provider]
    public_url: str

    def get(self, name: str) -> Provider | None:
        return self.by_name.get(name)

    def callback_url(self, provider: str, business_id: str, message_id: str) -> str:
        """Where the provider reports this message's fate; carries our id, so that a lost answer can be resolved."""
        return f"{self.public_url}/webhooks/{provider}/{business_id}/status?message={message_id}"
