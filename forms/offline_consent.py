"""Recording that a client agreed on paper or by word."""

import datetime as dt

from wtforms import DateField, RadioField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired, InputRequired, Length, ValidationError

from forms.base import BaseForm, Typed, one_line, stripped
from portal import local_time
from portal.messaging.offline_consent import WAYS, Act, Way

OLDEST = dt.timedelta(days=365 * 5)
LONGEST_WORDS, LONGEST_NOTE = 2000, 500


class OfflineConsentForm(BaseForm):
    on = DateField("When did they agree?", [InputRequired("Please give the day.")])
    way = RadioField(
        "How did they agree?", [InputRequired("Please choose how they agreed.")],
        choices=[SelectChoice(str(way), words) for way, words in WAYS.items()],
    )  # fmt: skip
    note = StringField(
        "Note", [Length(max=LONGEST_NOTE, message=f"Please use at most {LONGEST_NOTE} characters.")], filters=[one_line]
    )
    words = TextAreaField(
        "The words they agreed to",
        [
            DataRequired("Please give the exact words: they are the evidence."),
            Length(max=LONGEST_WORDS, message=f"Please use at most {LONGEST_WORDS:,} characters."),
        ],
        filters=[stripped], description="Exactly as they stood on the form, or were read to them.",
    )  # fmt: skip
    taken_by = StringField(
        "Who took it?",
        [DataRequired("Please say who took it."), Length(max=120, message="Please use at most 120 characters.")],
        filters=[one_line],
    )

    def __init__(self, formdata: Typed | None = None, *, timezone: str, name: str = "") -> None:
        """`name` is who is asked to fill it in."""
        self._today = local_time.today(timezone)
        super().__init__(formdata, data=None if formdata else {"taken_by": name})

    @property
    def act(self) -> Act:
        """What was typed, once it is valid."""
        on = self.on.data
        assert on is not None
        return Act(
            on, Way(str(self.way.data)), str(self.note.data or ""), str(self.words.data), str(self.taken_by.data)
        )

    def validate_on(self, field: DateField) -> None:
        on = field.data
        if on is None:
            raise ValidationError("Please give the day.")
        if on > self._today:
            raise ValidationError("This day has not come yet.")
        if on < self._today - OLDEST:
            raise ValidationError("This is more than five years ago. Please ask the client anew.")

    def validate_note(self, field: StringField) -> None:
        if self.way.data == Way.OTHER and not field.data:
            raise ValidationError("Please say how they agreed.")
