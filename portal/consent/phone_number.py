"""The exact number a consent is tied to: what may be typed, how it is stored, how it is shown.

The policy is promises.md section D: one record per number however it is spelled, and a clear
sentence for everything we will not text.  Pure: no database, no network, no geocoder.
"""

import re
import unicodedata
from collections.abc import Collection
from dataclasses import dataclass

import phonenumbers
from phonenumbers import PhoneNumberFormat, PhoneNumberType, ValidationResult, shortnumberinfo

LONGEST = 250
"""Characters looked at; nobody types that many, and cleaning costs time for each."""

MOST_DIGITS = 18
"""E.164 has at most 15 digits; a prefix for dialling abroad adds up to three."""

SENTENCES = {
    "empty": "Please enter your mobile phone number.",
    "unreadable": "Please type the number again, using only digits, spaces and + ( ) - . /.",
    "letters": "Please write the number with digits only, without letters.",
    "extension": "Please leave out the extension: a text message cannot reach an extension.",
    "two_numbers": "Please enter one phone number only.",
    "too_long": "That is too long for a phone number. Please check it.",
    "too_short": "That is too short for a phone number. Please include the area code.",
    "international": "For a number abroad, please start with + and the country code.",
    "emergency": "Emergency numbers cannot receive texts. Please enter your mobile number.",
    "short_code": "Short numbers cannot receive texts. Please enter your full mobile number.",
    "invalid": "That is not a valid phone number. Please check the digits.",
    "satellite": "Satellite and international service numbers cannot be texted. Please enter your mobile number.",
    "toll_free": "Toll-free numbers cannot receive our texts. Please enter your mobile number.",
    "premium": "Premium-rate numbers cannot be texted. Please enter your mobile number.",
    "shared_cost": "Shared-cost numbers cannot be texted. Please enter your mobile number.",
    "personal": "Personal forwarding numbers cannot be texted. Please enter your mobile number.",
    "landline": "That looks like a landline, which cannot receive texts. Please enter your mobile number.",
    "not_mobile": "That kind of number cannot receive texts. Please enter your mobile number.",
    "region": "We cannot text numbers in that country or territory.",
    "own_number": "That is our own number. Please enter your mobile number.",
}

TYPES = {
    PhoneNumberType.TOLL_FREE: "toll_free",
    PhoneNumberType.PREMIUM_RATE: "premium",
    PhoneNumberType.SHARED_COST: "shared_cost",
    PhoneNumberType.PERSONAL_NUMBER: "personal",
    PhoneNumberType.FIXED_LINE: "landline",
}
"""Why a kind of number is refused; every other kind that is not mobile is `not_mobile`."""

MOBILE = (PhoneNumberType.MOBILE, PhoneNumberType.FIXED_LINE_OR_MOBILE)
"""In the United States and Canada no library can tell a landline from a mobile (promises.md B.2)."""

ACCEPTED = re.compile(r"[0-9+().\-/ ]*")
EXTENSION = re.compile(r"[0-9][ ).,;-]{0,4}(?:extension|extn?|xtn?|x|#|int)[ .:=#]{0,4}[0-9]{0,9}#?\Z")
BETWEEN_NUMBERS = re.compile(r"[,;&|/]|\bor\b|\band\b|(?<=[0-9])[ (]*(?=\+)")
E164 = re.compile(r"\+[1-9][0-9]{6,14}")


@dataclass(frozen=True)
class PhoneNumber:
    """One number a business may text: its canonical E.164 spelling and its region code, such as US."""

    e164: str
    region: str


@dataclass(frozen=True)
class Refused:
    """A number we will not take: one word for the machine, one sentence for the person."""

    reason: str
    sentence: str


def parse(
    typed: str, *, region: str, allowed_regions: Collection[str], own_numbers: Collection[str] = ()
) -> PhoneNumber | Refused:
    """Read a number a client typed; national spellings are read in `region`, the region of the business.

    Regions are allowed by code and never by "+1", which is twenty-five countries (promises.md B.2).
    """
    text = _cleaned(typed)
    if isinstance(text, Refused):
        return text
    number = _number(text, region)
    if number is None or not phonenumbers.is_valid_number(number):
        return _refused(_why_invalid(number, text, region))
    found = phonenumbers.region_code_for_number(number) or ""
    e164 = _e164(number)
    if e164 in {canonical(own) for own in own_numbers}:
        return _refused("own_number")
    reason = _why_not(number, found, allowed_regions)
    return _refused(reason) if reason else PhoneNumber(e164, found)


def readable(typed: str, *, region: str) -> str | None:
    """The number behind any spelling, for searching; whether it may be texted is another question."""
    text = _cleaned(typed)
    number = _number(text, region) if isinstance(text, str) else None
    return _e164(number) if number else None


def parse_sender(typed: str) -> str | Refused:
    """Read a number the business sends from, in international form; toll-free and test numbers are welcome."""
    text = _cleaned(typed)
    if isinstance(text, Refused):
        return text
    if "+" not in text:
        return _refused("international")
    number = _number(text, None)
    if number is None or phonenumbers.is_possible_number_with_reason(number) != ValidationResult.IS_POSSIBLE:
        return _refused("invalid")
    return _e164(number)


def from_provider(raw: str) -> str | None:
    """The canonical number in a provider's From or To; None for short codes, names and broken senders.

    Shape decides, not validity: a STOP from a number our tables do not know yet must still count.
    """
    raw = raw.strip()
    return canonical(raw) if E164.fullmatch(raw) else None


def canonical(e164: str) -> str:
    """The one spelling under which a handset is stored (promises.md D, known aliases)."""
    if e164.startswith("+521") and len(e164) == 14:
        return "+52" + e164[4:]
    if e164.startswith(("+541", "+542", "+543")) and len(e164) == 13:
        return "+549" + e164[3:]
    return e164


def aliases(e164: str) -> tuple[str, ...]:
    """Every E.164 spelling of the same handset, the canonical one first, so that a STOP stops them together."""
    stored = canonical(e164)
    if stored.startswith("+52") and len(stored) == 13:
        return stored, "+521" + stored[3:]
    if stored.startswith("+549") and len(stored) == 14:
        return stored, "+54" + stored[4:]
    return (stored,)


def display(e164: str) -> str:
    """International spelling for people, "+1 412 535 2223"; what is no number comes back as it is."""
    number = _number(e164, None)
    if number is None:
        return e164
    shown = phonenumbers.format_number(number, PhoneNumberFormat.INTERNATIONAL)
    return re.sub(r"[^+\d]+", " ", shown).strip()


def national(e164: str) -> str:
    """The spelling used inside the number's own country, "(412) 535-2223"."""
    number = _number(e164, None)
    return phonenumbers.format_number(number, PhoneNumberFormat.NATIONAL) if number else e164


def shortened(e164: str) -> str:
    """For logs: "+1202•••0123", always at least three digits hidden (promises.md G)."""
    digits = e164[1:]
    if not E164.fullmatch(e164) or len(digits) < 9:
        return "•••"
    return f"+{digits[:-7][:5]}•••{digits[-4:]}"


def _refused(reason: str) -> Refused:
    return Refused(reason, SENTENCES[reason])


def _cleaned(typed: str) -> str | Refused:
    """The typed text in plain characters, or why it cannot be one number; says nothing about validity."""
    if len(typed) > LONGEST:
        return _refused("too_long")
    text = " ".join("".join(map(_plain, unicodedata.normalize("NFKC", typed))).lower().split())
    if not text and "\0" not in typed:
        return _refused("empty")
    reason = _why_unreadable(text) if "\0" not in typed else "unreadable"
    return _refused(reason) if reason else text


def _plain(char: str) -> str:
    """Digits of every script as 0 to 9, every dash as "-", every blank as " "; control and format characters go."""
    kind = unicodedata.category(char)
    if kind == "Nd":
        return str(unicodedata.decimal(char))
    if kind == "Pd" or char == "\N{MINUS SIGN}":
        return "-"
    if kind == "Zs":
        return " "
    return "" if kind in ("Cc", "Cf") else char


def _why_unreadable(text: str) -> str | None:
    parts = [_digits(part) for part in BETWEEN_NUMBERS.split(text)]
    if sum(len(part) >= 7 for part in parts) > 1 or len("".join(parts)) > MOST_DIGITS:
        return "two_numbers"
    if ACCEPTED.fullmatch(text):
        return None
    last = EXTENSION.search(text)
    if last and not any(map(str.isalpha, text[: last.start()])):
        return "extension"
    return "letters" if any(map(str.isalpha, text)) else "unreadable"


def _digits(text: str) -> str:
    return "".join(filter(str.isdecimal, text))


def _number(text: str, region: str | None) -> phonenumbers.PhoneNumber | None:
    """The number in its canonical spelling; None when it cannot be read as a number at all."""
    try:
        number = phonenumbers.parse(text, region)
        e164 = _e164(number)
        return number if canonical(e164) == e164 else phonenumbers.parse(canonical(e164))
    except phonenumbers.NumberParseException:
        return None


def _e164(number: phonenumbers.PhoneNumber) -> str:
    return phonenumbers.format_number(number, PhoneNumberFormat.E164)


def _why_invalid(number: phonenumbers.PhoneNumber | None, text: str, region: str) -> str:
    digits = _digits(text)
    if shortnumberinfo.is_emergency_number(digits, region):
        return "emergency"
    if 0 < len(digits) <= 6 and "+" not in text:
        return "short_code"
    if digits.startswith("00") and "+" not in text:
        return "international"
    if number is None:
        return "invalid"
    fault = phonenumbers.is_possible_number_with_reason(number)
    if fault in (ValidationResult.TOO_SHORT, ValidationResult.IS_POSSIBLE_LOCAL_ONLY):
        return "too_short"
    return "too_long" if fault == ValidationResult.TOO_LONG else "invalid"


def _why_not(number: phonenumbers.PhoneNumber, region: str, allowed_regions: Collection[str]) -> str | None:
    """Why a valid number is refused all the same; None when it may be texted."""
    if region == phonenumbers.REGION_CODE_FOR_NON_GEO_ENTITY:
        return "satellite"
    kind = phonenumbers.number_type(number)
    if kind not in MOBILE:
        return TYPES.get(kind, "not_mobile")
    return None if region in allowed_regions else "region"
