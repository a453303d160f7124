"""Writing one text to a client."""

from wtforms import HiddenField, TextAreaField
from wtforms.validators import DataRequired, Length

from forms.base import BaseForm

LONGEST = 1600  # characters: what providers take at most


def as_sent(value: str | None) -> str:
    """The text as it will leave: one kind of line end, nothing invisible that phones cannot show."""
    text = (value or "").replace("\r\n", "\n").replace("\r", "\n")
    return "".join(char for char in text if char in "\n\t" or (ord(char) >= 0x20 and ord(char) != 0x7F)).strip()


class ComposerForm(BaseForm):
    """`once` makes a double click, a reload and a resent form one text."""

    text = TextAreaField(
        "Message",
        [
            DataRequired("Please write a message first."),
            Length(max=LONGEST, message=f"A text has at most {LONGEST} characters. Please shorten it."),
        ],
        filters=[as_sent],
    )
    once = HiddenField(validators=[Length(max=64)])
