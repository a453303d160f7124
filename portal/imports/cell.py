"""How one cell of a list is read: a number, a day, an answer. What cannot be read is a sentence, never a guess."""

import datetime as dt
import re
from dataclasses import dataclass
from typing import Literal

from portal.consent import phone_number
from portal.consent.phone_number import PhoneNumber
from portal.contacts.contact_date import EARLIEST, LATEST

Said = Literal["yes", "no", ""]
LONGEST_SHOWN = 60
_EMAIL = re.compile(r"[^@\s,;<>]+@[^@\s,;<>]+\.[^@\s,;<>]+")
_ROUNDED = re.compile(r"[0-9]+([.,][0-9]+)?[eE]\+[0-9]+")
_YES = frozenset(
    ("y", "yes", "true", "1", "x", "ja", "si", "sí", "oui", "sim", "opted-in", "opted in", "optedin", "opted_in",
     "subscribed")
)  # fmt: skip
_NO = frozenset(
    ("n", "no", "false", "0", "nein", "non", "não", "nao", "opted-out", "opted out", "optedout", "opted_out",
     "unsubscribed", "unsubscribe", "declined", "stop", "do not text")
)  # fmt: skip
_WHY = {
    "letters": "has letters in it", "extension": "has an extension, which texts cannot reach",
    "two_numbers": "looks like more than one number", "too_long": "is too long for a phone number",
    "too_short": "is too short; the area code may be missing", "emergency": "is an emergency number",
    "short_code": "is too short for a phone number", "toll_free": "is a toll-free number, which gets no texts",
    "international": "is abroad; it must begin with + and the country code", "premium": "is a premium-rate number",
    "landline": "looks like a landline, which gets no texts", "region": "is in a country you do not text",
    "own_number": "is one of your own sender numbers", "invalid": "is not a valid phone number",
}  # fmt: skip
_FOR_NOBODY = frozenset(
    ("empty", "unreadable", "letters", "extension", "two_numbers", "too_long", "too_short", "international",
     "emergency", "short_code", "own_number")
)  # fmt: skip
"""Why a spelling is no number that could be opted out; what we would only never text may be."""


@dataclass(frozen=True)
class Dialling:
    """How the business writes and accepts numbers."""

    region: str
    allowed_regions: tuple[str, ...]
    own_numbers: tuple[str, ...] = ()


@dataclass(frozen=True)
class Unread:
    """Why a cell cannot be read, as a sentence."""

    sentence: str


def number(typed: str, dialling: Dialling) -> str | Unread:
    """In E.164, one that we may text."""
    found = _parsed(typed, dialling)
    return found if isinstance(found, Unread) else found.e164 if isinstance(found, PhoneNumber) else _why(typed, found)


def number_to_stop(typed: str, dialling: Dialling) -> str | Unread:
    """In E.164. One that we would never text may be opted out too: its owner does not know our rules."""
    found = _parsed(typed, dialling)
    if isinstance(found, Unread):
        return found
    if isinstance(found, PhoneNumber):
        return found.e164
    may_be = found not in _FOR_NOBODY and (found != "invalid" or "+" in typed)
    e164 = phone_number.readable(typed, region=dialling.region) if may_be else None
    known = phone_number.from_provider(e164) if e164 else None
    return known or _why(typed, found)


def several(text: str) -> list[str]:
    """Parts of a cell that holds more than one thing, as our own export writes it."""
    return [part for part in (each.strip() for each in re.split(r"[;|\n]", text)) if part]


def email(typed: str) -> str | Unread:
    text = typed.removeprefix("mailto:")
    if len(text) > 254 or not _EMAIL.fullmatch(text):
        return Unread(f"“{_short(typed)}” is not an e-mail address.")
    return text


def day(typed: str, *, region: str) -> dt.date | Unread:
    """2026-11-30 anywhere; 30.11.2026; 11/30/2026 in the United States and 30/11/2026 elsewhere."""
    wrong = Unread(f"“{_short(typed)}” is not a date we can read. Please write it like 2026-11-30.")
    parts = [int(each) for each in re.findall(r"[0-9]+", typed.partition("T")[0].partition(" ")[0])]
    if len(parts) != 3 or not re.fullmatch(r"[0-9]{1,4}([-./])[0-9]{1,2}\1[0-9]{1,4}([T ].*)?", typed):
        return wrong
    if parts[0] > 31:
        year, month, on = parts
    elif "/" in typed and region == "US":
        month, on, year = parts
    else:
        on, month, year = parts
    try:
        found = dt.date(year, month, on)
    except ValueError:
        return wrong
    return found if EARLIEST <= found <= LATEST else wrong


def answer(typed: str) -> Said:
    """What a column about consent says; anything else is no answer."""
    text = " ".join(typed.casefold().split()).strip(".!")
    return "no" if text in _NO else "yes" if text in _YES else ""


def _parsed(typed: str, dialling: Dialling) -> PhoneNumber | str | Unread:
    """The number, or the reason why it is none."""
    if _ROUNDED.fullmatch(typed):
        return Unread(f"“{_short(typed)}” was shortened by a spreadsheet; write the column as text and save it again.")
    found = phone_number.parse(
        typed, region=dialling.region, allowed_regions=dialling.allowed_regions, own_numbers=dialling.own_numbers
    )
    return found if isinstance(found, PhoneNumber) else found.reason


def _why(typed: str, reason: str) -> Unread:
    return Unread(f"“{_short(typed)}” {_WHY.get(reason, 'is not a number that gets texts')}.")


def _short(typed: str) -> str:
    return typed if len(typed) <= LONGEST_SHOWN else f"{typed[:LONGEST_SHOWN]}…"
