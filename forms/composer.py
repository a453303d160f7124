"""Writing one text to a client, for now or for later."""

import datetime as dt

from wtforms import HiddenField, StringField, TextAreaField
from wtforms.validators import DataRequired, Length, ValidationError

from forms import moment
from forms.base import BaseForm, Typed
from portal import clock, local_time
from portal.messaging import canned_reply, send_later

LONGEST = 1600  # characters: what providers take at most


def as_sent(value: str | None) -> str:
    """The text as it will leave: one kind of line end, nothing invisible that phones cannot show."""
    text = (value or "").replace("\r\n", "\n").replace("\r", "\n")
    return "".join(char for char in text if char in "\n\t" or (ord(char) >= 0x20 and ord(char) != 0x7F)).strip()


class TextForm(BaseForm):
    """Words that may go to a client: none of them a gap that nobody has filled."""

    text = TextAreaField(
        "Message",
        [
            DataRequired("Please write a message first."),
            Length(max=LONGEST, message=f"A text has at most {LONGEST} characters. Please shorten it."),
        ],
        filters=[as_sent],
    )

    def validate_text(self, field: TextAreaField) -> None:
        gaps = canned_reply.gaps(field.data or "")
        if gaps:
            raise ValidationError(f"Not sent: please put words in the place of {' and '.join(gaps[:5])} first.")


class ComposerForm(TextForm):
    """`once` makes a double click, a reload and a resent form one text. `send_at` counts only for a text for later."""

    once = HiddenField(validators=[Length(max=64)])
    send_at = StringField("When")

    def moment(self, zone: str) -> dt.datetime | None:
        """The time to send at, or None with the sentence in `send_at.errors`."""
        try:
            return moment.read(self.send_at.data, zone, send_later.problem_of)
        except ValidationError as error:
            self.send_at.errors = (str(error),)
            return None


class LaterForm(TextForm):
    """A text that waits for its time; `moment` is that time once the form is valid."""

    send_at = StringField("When")

    def __init__(
        self, formdata: Typed | None = None, *, zone: str, text: str = "", at: dt.datetime | None = None
    ) -> None:
        self._zone = zone
        shown = local_time.input_value(at or clock.now(), zone)
        super().__init__(formdata, data=None if formdata else {"text": text, "send_at": shown})

    @property
    def moment(self) -> dt.datetime:
        return moment.read(self.send_at.data, self._zone, send_later.problem_of)

    def validate_send_at(self, field: StringField) -> None:
        moment.read(field.data, self._zone, send_later.problem_of)
