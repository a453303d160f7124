"""Which file a member wants to take out."""

from wtforms import RadioField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired

from forms.base import BaseForm

FILES = (
    ("contacts", "Contacts"), ("messages", "Texts and notices"), ("ledger", "Consent ledger"),
    ("submissions", "Answers to questionnaires"),
)  # fmt: skip
FORMATS = (("csv", "A table for spreadsheets (CSV)"), ("jsonl", "Lines for programs (JSON Lines)"))


class ExportForm(BaseForm):
    what = RadioField("File", [InputRequired("Please choose a file.")], choices=[SelectChoice(*each) for each in FILES])
    format = RadioField(
        "Written as", [InputRequired("Please choose one.")], choices=[SelectChoice(*each) for each in FORMATS],
        default="csv",
    )  # fmt: skip
