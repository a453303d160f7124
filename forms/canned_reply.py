"""A text that members write often, with variables."""

from wtforms import StringField, TextAreaField
from wtforms.validators import DataRequired, Length, ValidationError

from forms.base import BaseForm, one_line
from forms.composer import LONGEST, as_sent
from portal.messaging import canned_reply
from portal.messaging.canned_reply import VARIABLES


class CannedReplyForm(BaseForm):
    name = StringField(
        "Name",
        [
            DataRequired("Please give it a name; members choose it by this."),
            Length(max=60, message="Please use at most 60 characters."),
        ],
        filters=[one_line],
        description="For example: Parking",
    )
    text = TextAreaField(
        "Text",
        [
            DataRequired("Please write the text."),
            Length(max=LONGEST, message=f"A text has at most {LONGEST} characters. Please shorten it."),
        ],
        filters=[as_sent],
    )

    def validate_text(self, field: TextAreaField) -> None:
        unknown = canned_reply.unknown(field.data or "")
        if unknown:
            known = ", ".join(f"{{{name}}}" for name in VARIABLES)
            raise ValidationError(f"Nothing fills {' or '.join(unknown[:5])}. You may use {known}.")
