"""Erasing a person: why, and the name typed, so that nobody does it by a slip."""

from wtforms import BooleanField, RadioField, StringField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, ValidationError

from forms.base import BaseForm, Typed, one_line
from portal.erasure.reason import WORDS, Reason


class ContactErasureForm(BaseForm):
    """`name` is what the contact is called."""

    reason = RadioField(
        "Why?", [InputRequired("Please choose why.")],
        choices=[SelectChoice(str(each), words) for each, words in WORDS.items()],
    )  # fmt: skip
    keeps_suppression = BooleanField(
        "Never text their numbers again",
        description="Also where they had not opted out. Only they can open it again, by texting START.",
    )
    typed_name = StringField("Type their name to confirm", [InputRequired("Please type the name.")], filters=[one_line])

    def __init__(self, formdata: Typed | None = None, *, name: str) -> None:
        self._name = name
        super().__init__(formdata)

    @property
    def why(self) -> Reason:
        return Reason(str(self.reason.data))

    def validate_typed_name(self, field: StringField) -> None:
        if " ".join(str(field.data).casefold().split()) != " ".join(self._name.casefold().split()):
            raise ValidationError("This is not their name as it stands here.")
