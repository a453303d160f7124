"""What was registered: for which number, and exactly which pack its owner saw."""

from collections.abc import Sequence
from typing import Any

from wtforms import HiddenField, SelectField
from wtforms.fields.choices import SelectChoice

from forms.base import BaseForm

EVERY = ""


class RegistrationForm(BaseForm):
    """`digest` is of the pack on the page, so that nobody registers what changed under their hand."""

    sender = SelectField("For which number")
    digest = HiddenField()

    def __init__(self, formdata: Any = None, *, numbers: Sequence[tuple[str, str]], digest: str = "") -> None:
        """`numbers` are (id, words) of each number to register."""
        super().__init__(formdata, data={"digest": digest})
        every = [] if len(numbers) == 1 else [(EVERY, "All of them" if numbers else "None yet")]
        self.sender.choices = [SelectChoice(*each) for each in (*every, *numbers)]
