"""Recording that a client asked a person to stop."""

import datetime as dt

from wtforms import BooleanField, RadioField, StringField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired, InputRequired, Length, ValidationError

from forms.base import BaseForm, Typed, one_line
from portal import clock, local_time
from portal.messaging import desk

WAYS = {"phone": "By phone", "email": "By e-mail", "in_person": "In person", "text": "By text", "other": "Another way"}
REASON = "Please write who asked and why, in a few words."
SKEW = dt.timedelta(minutes=2)  # a member's clock may be ahead of ours


class OptOutForm(BaseForm):
    """`received_at` is local time of the business, as a `datetime-local` input sends it; `moment` the same in UTC."""

    reason = StringField(
        "Who asked, and why", [DataRequired(REASON), Length(max=500, message="Please use at most 500 characters.")],
        filters=[one_line], description="For example: Rosa called and wants e-mail only.", id="opt-out-reason",
    )  # fmt: skip
    received_by = RadioField(
        "How did the request come?", [InputRequired("Please choose how the request came.")],
        choices=[SelectChoice(value, words) for value, words in WAYS.items()],
    )  # fmt: skip
    received_at = StringField("When did it come?", [InputRequired("Please give the date and time.")])
    should_confirm = BooleanField(
        "Send a confirmation text",
        description="Only for a request of the last five minutes; usually no text is needed.",
    )

    def __init__(self, formdata: Typed | None = None, *, timezone: str) -> None:
        """A first showing without `formdata` says now."""
        self._timezone = timezone
        now = local_time.input_value(clock.now(), timezone)
        super().__init__(formdata, data=None if formdata else {"received_at": now})

    @property
    def moment(self) -> dt.datetime:
        """Raises ValueError when it is not a time."""
        return local_time.typed(str(self.received_at.data), self._timezone)

    def validate_received_at(self, field: StringField) -> None:
        try:
            moment = self.moment
        except ValueError as error:
            raise ValidationError("Please give a date and a time.") from error
        if moment > clock.now() + SKEW:
            raise ValidationError("This time has not come yet.")

    def validate_should_confirm(self, field: BooleanField) -> None:
        """X-24, rules.md 11.4."""
        if field.data and not self.received_at.errors and not desk.may_confirm(self.moment):
            raise ValidationError("A confirmation may only follow within five minutes. Leave this unchecked.")
