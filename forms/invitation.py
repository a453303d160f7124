"""Whom to invite with which words, and on what ground: chosen once, and sent along with every click (X-27)."""

from collections.abc import Sequence

from wtforms import RadioField, SelectField, StringField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length, ValidationError

from forms.base import BaseForm, Typed, one_line
from forms.first_message import IN_WORDS
from portal.messaging.asking import BASES, Basis

WHY = "Please choose first why you may invite them."


class InviteForm(BaseForm):
    """`groups` and `flows` are (id, name); `allows_cold`: whether a reason of their own words will do here."""

    group = SelectField("Group", [InputRequired("Please choose a group.")])
    flow = SelectField("Flow", [InputRequired("Please choose a flow.")])
    basis = RadioField("Why may you invite them?", [InputRequired(WHY)])
    note = StringField(
        "In a few words", [Length(max=500, message="Please use at most 500 characters.")], filters=[one_line],
        description="Kept as evidence with each invitation.", render_kw={"autocomplete": "off", "maxlength": "500"},
    )  # fmt: skip

    def __init__(
        self,
        formdata: Typed | None = None,
        *,
        groups: Sequence[tuple[str, str]],
        flows: Sequence[tuple[str, str]],
        allows_cold: bool,
    ) -> None:
        super().__init__(formdata)
        self.group.choices = [SelectChoice("", "Choose a group"), *(SelectChoice(*each) for each in groups)]
        self.flow.choices = [SelectChoice(*each) for each in flows]
        ways = [each for each in BASES if allows_cold or each is not Basis.OTHER]
        self.basis.choices = [SelectChoice(str(each), BASES[each]) for each in ways]

    def validate_note(self, field: StringField) -> None:
        if self.basis.data == Basis.OTHER and not field.data:
            raise ValidationError(IN_WORDS)
