"""A project: what it is called, how far it is, and its days."""

import datetime as dt

from wtforms import DateField, SelectField, StringField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired, Length, Optional, ValidationError

from forms.base import BaseForm, one_line

STAGES = {"planned": "Planned", "active": "Active", "done": "Done"}
EARLIEST, LATEST = dt.date(1990, 1, 1), dt.date(2200, 1, 1)


class _Day(DateField):
    """One day; anything else that was typed is named in a sentence."""

    def process_formdata(self, valuelist: list[str]) -> None:
        self.data = None
        if not valuelist or not valuelist[0]:
            return
        try:
            self.data = dt.date.fromisoformat(valuelist[0])
        except ValueError as error:
            raise ValueError("Please choose a day of the calendar.") from error
        if not EARLIEST <= self.data <= LATEST:
            raise ValueError("Please choose a day between 1990 and 2200.")


class ProjectForm(BaseForm):
    name = StringField(
        "Name", [DataRequired("Please give a name."), Length(max=120, message="Please use at most 120 characters.")],
        filters=[one_line], render_kw={"autocomplete": "off", "maxlength": "120"},
    )  # fmt: skip
    stage = SelectField("Stage", choices=[SelectChoice(*stage) for stage in STAGES.items()], default="active")
    starts_on = _Day("Starts on", [Optional()])
    ends_on = _Day("Ends on", [Optional()])

    def validate_ends_on(self, field: DateField) -> None:
        if self.starts_on.data and field.data and field.data < self.starts_on.data:
            raise ValidationError("It cannot end before it starts.")
