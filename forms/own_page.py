"""What a client types on their own page: every change of texting asks for the end of the number it is about."""

import re

from wtforms import HiddenField, StringField
from wtforms.validators import ValidationError

from forms.base import BaseForm
from portal.clients.own_number import ENDING

FOUR = "Please type the last four digits of your number."


def only_digits(value: str | None) -> str | None:
    """A field filter: people type blanks and dashes between digits."""
    return re.sub(r"[^0-9]", "", value)[:20] if isinstance(value, str) else value


class OwnPageForm(BaseForm):
    """`number` is the id of the number that the form is about; empty where the digits say it."""

    number = HiddenField()
    digits = StringField("Last four digits of your number", filters=[only_digits])

    def validate_digits(self, field: StringField) -> None:
        if len(field.data or "") != ENDING:
            raise ValidationError(FOUR)


class StopForm(OwnPageForm):
    """`which` button was pressed: one number, or all of them."""

    which = HiddenField()

    @property
    def is_for_all(self) -> bool:
        return bool(self.which.data == "all")
