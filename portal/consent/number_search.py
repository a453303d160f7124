"""What a typed piece of a phone number stands for when somebody looks for one: a beginning of E.164, or last digits."""

import unicodedata

from phonenumbers import PhoneMetadata

LAST_DIGITS = 4


def digits_of(typed: str) -> str:
    """The digits of any script, in plain ones."""
    return "".join(str(unicodedata.digit(char)) for char in typed if char.isdecimal())


def is_number(typed: str) -> bool:
    """Whether this looks like a piece of a number, not of a name."""
    return bool(digits_of(typed)) and not any(char.isalpha() for char in typed)


def is_ending(typed: str) -> bool:
    """Four digits are what people remember of a number: its last ones."""
    return len(digits_of(typed)) == LAST_DIGITS and "+" not in typed


def beginning(typed: str, *, region: str) -> str:
    """The E.164 beginning that `typed` stands for: `(415) 555`, `1415555` and `+1 415 555` are the same in the US."""
    digits = digits_of(typed)
    if "+" in typed:
        return f"+{digits}"
    if digits.startswith("00"):
        return f"+{digits[2:]}"
    country = PhoneMetadata.metadata_for_region(region)
    if country is None:
        return f"+{digits}"
    return f"+{country.country_code}{digits.removeprefix(country.national_prefix or ' ')}"
