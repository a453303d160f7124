"""A note for the team beside a conversation."""

from wtforms import HiddenField, TextAreaField
from wtforms.validators import DataRequired, Length

from forms.base import BaseForm
from forms.composer import as_sent
from portal.messaging import note


class NoteForm(BaseForm):
    """`once` makes a double click one note."""

    text = TextAreaField(
        "Note",
        [
            DataRequired("Please write a note first."),
            Length(max=note.LONGEST, message=f"A note has at most {note.LONGEST} characters. Please shorten it."),
        ],
        filters=[as_sent],
    )
    once = HiddenField(validators=[Length(max=64)])
