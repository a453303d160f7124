"""Why a legal hold begins, or ends."""

from wtforms import StringField
from wtforms.validators import DataRequired, Length

from forms.base import BaseForm, one_line

LONGEST = 500
_SHORT = Length(max=LONGEST, message=f"Please use at most {LONGEST} characters.")


class PlaceForm(BaseForm):
    reason = StringField(
        "Why must it be kept?", [DataRequired("Please write why, in a few words."), _SHORT], filters=[one_line],
        id="hold-reason", description="For example: letter of their lawyer of 3 March. Members can read it.",
    )  # fmt: skip


class EndForm(BaseForm):
    reason = StringField(
        "Why may it end?", [DataRequired("Please write why, in a few words."), _SHORT], filters=[one_line],
        id="hold-end-reason", description="For example: settled on 9 May.",
    )  # fmt: skip
