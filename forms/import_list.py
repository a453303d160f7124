"""Which list a member brings, and what its columns mean."""

from collections.abc import Sequence

from wtforms import RadioField, SelectField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length

from forms.base import BaseForm, Typed
from portal.imports.field import What

LONGEST_PASTE = 500_000
NOTHING = "Please choose a file, or paste a list."
BOTH = "Please choose a file or paste a list, not both."


class ImportListForm(BaseForm):
    what = RadioField(
        "What is in the list?", [InputRequired("Please choose what is in the list.")],
        choices=[
            SelectChoice(What.CONTACTS, "Contacts: names, numbers, e-mail addresses, dates"),
            SelectChoice(What.OPT_OUTS, "Opt-outs: numbers that must not be texted"),
        ],
    )  # fmt: skip
    pasted = TextAreaField(
        "Or paste it here", [Length(max=LONGEST_PASTE, message="Please choose a file for a list this long.")],
        description="One line each; for opt-outs a number in any spelling, and if you like a date and a reason.",
    )  # fmt: skip
    group = SelectField(
        "Put all contacts into a group", choices=[], validate_choice=True,
        description="Contacts only. The list may also have a column with groups.",
    )  # fmt: skip

    def __init__(self, formdata: Typed | None = None, *, groups: Sequence[tuple[str, str]]) -> None:
        super().__init__(formdata, data=None if formdata else {"what": What.CONTACTS, "group": ""})
        self.group.choices = [SelectChoice("", "No group"), *(SelectChoice(*each) for each in groups)]
