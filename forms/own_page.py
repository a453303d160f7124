"""What a client types on their own page: every change of texting asks for the end of the number it is about."""

import datetime as dt
import re
from zoneinfo import ZoneInfo

from wtforms import HiddenField, RadioField, StringField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import ValidationError

from forms.base import BaseForm, Typed
from forms.phone_number import Dialling, PhoneNumberField
from portal import local_time
from portal.clients.own_number import ENDING
from portal.consent import own_pause

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

    def typed(self, name: str) -> str:
        """What a field holds; nothing for one that this form has not, so that any form may stand for an unsent one."""
        return str(self[name].data or "") if name in self else ""

    def problems(self, name: str) -> list[str]:
        return [str(each) for each in self[name].errors] if name in self else []

    @property
    def has_problems(self) -> bool:
        return bool(self.errors or self.form_errors)


class UntilForm(BaseForm):
    """`until` is the day on which texts may come again, in the business's time zone."""

    until = StringField("Until")

    def __init__(self, formdata: Typed | None = None, *, timezone: str) -> None:
        self._timezone = timezone
        super().__init__(formdata)

    @property
    def until_at(self) -> dt.datetime:
        """The beginning of that day. Raises ValueError when it is no day."""
        on = dt.date.fromisoformat(str(self.until.data))
        return dt.datetime.combine(on, dt.time(), ZoneInfo(self._timezone)).astimezone(dt.UTC)

    def validate_until(self, field: StringField) -> None:
        try:
            on = dt.date.fromisoformat(str(field.data))
        except ValueError as error:
            raise ValidationError("Please choose a day.") from error
        today = local_time.today(self._timezone)
        if not today < on <= today + own_pause.LONGEST:
            raise ValidationError("Please choose a day from tomorrow on, within a year.")


class PauseForm(UntilForm, OwnPageForm):
    """On the client's own page, with the digits."""


class OptInForm(OwnPageForm):
    """`instance` is the sealed showing of the words beside the question."""

    choice = RadioField("May we text you?", choices=[SelectChoice("yes", "Yes"), SelectChoice("no", "No")])
    instance = HiddenField()

    def validate_choice(self, field: RadioField) -> None:
        if field.data not in ("yes", "no"):
            raise ValidationError("Please choose Yes or No.")


class NewNumberForm(OptInForm):
    """`new` is read by the policy of promises.md D."""

    new = PhoneNumberField("New mobile number")

    def __init__(self, formdata: Typed | None = None, *, dialling: Dialling) -> None:
        super().__init__(formdata)
        self.new.dialling = dialling


class TopicForm(OwnPageForm):
    """`scope` is checked against what this client may choose (clients/topic.py)."""

    scope = StringField("Which texts")


class StopForm(OwnPageForm):
    """`which` button was pressed: one number, or all of them."""

    which = HiddenField()

    @property
    def is_for_all(self) -> bool:
        return bool(self.which.data == "all")
