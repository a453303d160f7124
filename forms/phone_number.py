"""A typed phone number: read by the policy of promises.md D, refused with a sentence, kept as it was typed."""

from collections.abc import Sequence
from dataclasses import dataclass

import phonenumbers
from wtforms import Form, TelField
from wtforms.validators import StopValidation

from portal.consent import phone_number
from portal.consent.phone_number import PhoneNumber, Refused


@dataclass(frozen=True)
class Dialling:
    """How a business reads numbers: its own region, the regions it may text, and its own senders' numbers."""

    region: str
    allowed_regions: Sequence[str]
    own_numbers: Sequence[str] = ()

    @property
    def code(self) -> str:
        """The country calling code, such as 1, for showing a number while it is typed."""
        return str(phonenumbers.country_code_for_region(self.region))


class PhoneNumberField(TelField):
    """`number` holds the exact number once it was valid; `dialling` is set by the form."""

    dialling: Dialling
    number: PhoneNumber | None = None

    def pre_validate(self, form: Form) -> None:
        """Raises StopValidation with the sentence of the policy."""
        found = phone_number.parse(
            self.data or "",
            region=self.dialling.region,
            allowed_regions=self.dialling.allowed_regions,
            own_numbers=self.dialling.own_numbers,
        )
        if isinstance(found, Refused):
            raise StopValidation(found.sentence)
        self.number = found
