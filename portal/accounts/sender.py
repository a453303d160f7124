"""A sender: a number of a business at a provider. It belongs to exactly one business (rules.md 11.6)."""

import datetime as dt
import json
from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa
from sqlmodel import Field, Session, SQLModel, select

from portal import clock
from portal.accounts import credential, key
from portal.accounts.business import Business
from portal.column import UtcTime, new_id, table_of
from portal.errors import Conflict, Invalid, NotFound
from portal.statement import Statement, param, params

SMS, WHATSAPP = "sms", "whatsapp"
CHANNELS = (SMS, WHATSAPP)
REHEARSAL = "rehearsal"
ABSENT = "absent-"
"""How the pretend WhatsApp begins its id of a text to somebody who is not there, which it tells later (X-20)."""

CREDENTIALS: Mapping[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "twilio": (("account_sid", "auth_token"), ("shared_key", "messaging_service_sid")),
    "whatsapp": (("phone_number_id", "app_secret", "access_token", "verify_token"), ("account_id",)),
    "telnyx": (("api_key", "public_key", "messaging_profile_id"), ()),
    "vonage": (("api_key", "api_secret", "signature_secret", "signature_method"), ()),
    "plivo": (("auth_id", "auth_token"), ()),
    "bandwidth": (
        ("account_id", "api_token", "api_secret", "application_id", "callback_username", "callback_password"),
        (),
    ),
    "sinch": (("service_plan_id", "api_token", "webhook_secret"), ()),
    "rehearsal": ((), ()),
}
CHANNELS_OF: Mapping[str, tuple[str, ...]] = {"whatsapp": (WHATSAPP,), "rehearsal": CHANNELS}
"""What a provider carries, where that is not text messages alone."""


PREVIOUS = "previous"
"""Under this name the sealed credentials keep the set before the last rotation; no credential is called so."""


class Sender(SQLModel, table=True):
    """`credentials` is sealed JSON, never shown again: names and values, and perhaps the previous ones as an object.

    `failures` in a row, and while `rests` is not 0 its texts wait until `rests_until_at` (messaging/breaker.py);
    `paced_until_at` is up to when its texts a second are used up (messaging/pace.py). `owes_since_at`: since then its
    provider is to be asked what was missed, before anything automatic leaves (messaging/reconciliation.py).
    """

    __table_args__ = (sa.UniqueConstraint("channel", "number", name="sender_number_once"),)

    id: str = Field(default_factory=new_id, primary_key=True)
    business_id: str = Field(foreign_key="business.id", index=True)
    channel: str = SMS
    number: str
    provider: str
    credentials: str
    is_active: bool = True
    created_at: dt.datetime = Field(default_factory=clock.now, sa_type=UtcTime)
    failures: int = Field(default=0, sa_column_kwargs={"server_default": "0"})
    rests: int = Field(default=0, sa_column_kwargs={"server_default": "0"})
    rest_trouble: str = Field(default="", sa_column_kwargs={"server_default": ""})
    resting_since_at: dt.datetime | None = Field(default=None, sa_type=UtcTime)
    rests_until_at: dt.datetime | None = Field(default=None, sa_type=UtcTime)
    paced_until_at: dt.datetime | None = Field(default=None, sa_type=UtcTime)
    owes_since_at: dt.datetime | None = Field(default=None, sa_type=UtcTime)


table = table_of(Sender)
_OURS = Statement(
    sa.select(table.c.id).where(
        table.c.business_id == param("business_id"),
        table.c.provider == param("provider"),
        table.c.number == param("number"),
        table.c.channel == param("channel"),
    )
)

_NUMBERS = Statement(sa.select(table.c.number).where(table.c.business_id == param("business_id")))
_SWITCH = Statement(
    sa.update(table)
    .where(table.c.business_id == param("business_id"), table.c.channel == param("channel"))
    .values(**params("is_active"))
)
_ACTIVE = Statement(
    sa.select(table)
    .where(table.c.business_id == param("business_id"), table.c.channel == param("channel"), table.c.is_active)
    .order_by(table.c.created_at, table.c.id)
    .limit(1)
)


def add(
    session: Session, business: Business, *, channel: str, number: str, provider: str, credentials: Mapping[str, str]
) -> Sender:
    """Register a sender. Raises Invalid for missing credentials, Conflict for a number that is somebody's already."""
    if provider not in CREDENTIALS or channel not in CHANNELS_OF.get(provider, (SMS,)):
        raise Invalid(f"There is no provider “{provider}” for the channel “{channel}” here.")
    _demand(provider, credentials)
    if session.exec(select(Sender.id).where(Sender.channel == channel, Sender.number == number)).first():
        raise Conflict(f"{number} already belongs to a business here; a sender belongs to exactly one.")
    _keep_apart(session, business, provider)
    sender = Sender(
        business_id=business.id, channel=channel, number=number, provider=provider,
        credentials=_sealed(session, credentials), is_active=channel == SMS or business.has_whatsapp,
    )  # fmt: skip
    session.add(sender)
    session.flush()
    return sender


def _demand(provider: str, credentials: Mapping[str, str]) -> None:
    """Raises Invalid, without a value, unless they are what the provider needs."""
    required, optional = CREDENTIALS[provider]
    missing = [name for name in required if not credentials.get(name)]
    unknown = [name for name in credentials if name not in (*required, *optional)]
    if missing or unknown:
        words = [f"missing: {', '.join(missing)}"] if missing else []
        words += [f"unknown: {', '.join(unknown)}"] if unknown else []
        raise Invalid(f"The credentials of {provider} are {', '.join(required) or 'none'} ({'; '.join(words)}).")
    if wrong := credential.fault(provider, credentials):
        raise Invalid(wrong)


def _sealed(session: Session, credentials: Mapping[str, object]) -> str:
    return key.of(session).seal(json.dumps(dict(credentials), sort_keys=True))


def _keep_apart(session: Session, business: Business, provider: str) -> None:
    """Members play the clients of a rehearsal; a consent they played must never open texting to a real phone (P12)."""
    others = session.exec(select(Sender.provider).where(Sender.business_id == business.id)).all()
    if any((other == REHEARSAL) is not (provider == REHEARSAL) for other in others):
        raise Conflict("A business either rehearses or texts for real. Make another business for the other.")


def switch(session: Session, business_id: str, channel: str, *, on: bool) -> None:
    """A channel that is off sends nothing; what clients write there still arrives (W-3)."""
    _SWITCH.run(session, business_id=business_id, channel=channel, is_active=on)


def rotate(session: Session, sender: Sender, given: Mapping[str, str], *, should_drop: bool) -> list[str]:
    """Put new values in the place of the ones in use; the answer names what changed. What was in use before goes on
    vouching for webhooks until somebody drops it, and sends nothing any more. Raises Invalid where nothing changes."""
    current, previous = _opened(session, sender.credentials)
    wanted = {**current, **given}
    _demand(sender.provider, wanted)
    changed = sorted(name for name in given if given[name] != current.get(name))
    if not changed and not (should_drop and previous):
        raise Invalid("These are the credentials in use already.")
    kept = {} if should_drop else {PREVIOUS: current}
    sender.credentials = _sealed(session, {**wanted, **kept})
    sender.rests_until_at = clock.now() if sender.rests else None  # whoever halted for its credentials tries at once
    session.add(sender)
    session.flush()
    return changed


def named(session: Session, *, sender_id: str = "", number: str = "") -> Sender:
    """By its id, or by a number that only one sender has. Raises NotFound or Invalid with a sentence."""
    is_it = Sender.id == sender_id if sender_id else Sender.number == number
    found = session.exec(select(Sender).where(is_it)).all()
    if not found:
        raise NotFound("There is no such sender.")
    if len(found) > 1:
        raise Invalid(f"{number} sends texts and WhatsApp messages; name one by --sender: {_ids(found)}.")
    return found[0]


def _ids(senders: Sequence[Sender]) -> str:
    return ", ".join(f"{each.id} ({each.channel})" for each in senders)


def credentials_of(session: Session, sealed: str) -> dict[str, str]:
    """The clear credentials of a sender's sealed column, the ones to send with."""
    return _opened(session, sealed)[0]


def _opened(session: Session, sealed: str) -> tuple[dict[str, str], dict[str, str] | None]:
    """(those in use, those of before the last rotation or None)"""
    found = json.loads(key.of(session).unseal(sealed))
    previous: dict[str, str] | None = found.pop(PREVIOUS, None)
    return {str(name): str(value) for name, value in found.items()}, previous


def of(session: Session, business_id: str, channel: str = SMS) -> Any:
    """The sender a business texts from on `channel`, the oldest active one: its row, or None."""
    return _ACTIVE.first(session, business_id=business_id, channel=channel)


def is_ours(session: Session, business_id: str, provider: str, number: str, channel: str = SMS) -> bool:
    """Whether `number` is a sender of this business at this provider, on this channel."""
    return bool(_OURS.rows(session, business_id=business_id, provider=provider, number=number, channel=channel))


def numbers(session: Session, business_id: str) -> list[str]:
    """All numbers of a business's own senders."""
    return [row.number for row in _NUMBERS.rows(session, business_id=business_id)]


def secrets_of(session: Session, business_id: str, provider: str) -> list[dict[str, str]]:
    """For checking a webhook: of every sender of `business_id` at `provider` the credentials in use, then the previous
    ones where they still count, each with its `number`."""
    query = select(Sender.credentials, Sender.number)
    found = session.exec(query.where(Sender.business_id == business_id, Sender.provider == provider)).all()
    opened = [(each, number) for sealed, number in found for each in _opened(session, sealed) if each is not None]
    return [each | {"number": number} for each, number in opened]
