"""Asking a client for consent by text: why they may be asked, and the first text that waits for their YES."""

from wtforms import HiddenField, RadioField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length, ValidationError

from forms.base import BaseForm, Typed, one_line
from forms.composer import LONGEST, as_sent
from portal.messaging import canned_reply
from portal.messaging.first_message import BASES, Basis

WHY = "Please choose why they may be asked."
IN_WORDS = "Please write in a few words why they expect a text from you."


class AskForm(BaseForm):
    """`allows_cold`: whether a reason of their own words will do here (X-27)."""

    basis = RadioField("Why may you ask them?", [InputRequired(WHY)])
    note = StringField(
        "In a few words", [Length(max=500, message="Please use at most 500 characters.")], filters=[one_line],
        description="Kept as evidence. For example: she asked for it on the phone on Monday.",
    )  # fmt: skip
    text = TextAreaField(
        "Your first text", [Length(max=LONGEST, message=f"A text has at most {LONGEST} characters.")],
        filters=[as_sent], description="It is held, and leaves by itself when they answer YES.",
    )  # fmt: skip
    once = HiddenField(validators=[Length(max=64)])

    def __init__(self, formdata: Typed | None = None, *, allows_cold: bool, once: str = "") -> None:
        super().__init__(formdata, data=None if formdata else {"once": once})
        ways = [each for each in BASES if allows_cold or each is not Basis.OTHER]
        self.basis.choices = [SelectChoice(str(each), BASES[each]) for each in ways]

    def validate_note(self, field: StringField) -> None:
        if self.basis.data == Basis.OTHER and not field.data:
            raise ValidationError(IN_WORDS)

    def validate_text(self, field: TextAreaField) -> None:
        gaps = canned_reply.gaps(field.data or "")
        if gaps:
            raise ValidationError(f"Please put words in the place of {' and '.join(gaps[:5])} first.")
