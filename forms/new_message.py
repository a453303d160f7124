"""Whom to write to, and on which channel."""

from wtforms import RadioField, StringField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired, Length

from forms.base import BaseForm, Typed, one_line
from portal.accounts.sender import SMS, WHATSAPP

CHANNELS = {SMS: "Text message", WHATSAPP: "WhatsApp"}


class NewMessageForm(BaseForm):
    """`q` is a name to search for, or a number."""

    q = StringField(
        "Name or number", [DataRequired("Please give a name or a number."), Length(max=120)], filters=[one_line]
    )
    channel = RadioField("How?", default=SMS, validate_choice=False)

    def __init__(self, formdata: Typed | None = None, *, has_whatsapp: bool) -> None:
        super().__init__(formdata)
        offered = (SMS, WHATSAPP) if has_whatsapp else (SMS,)
        self.channel.choices = [SelectChoice(each, CHANNELS[each]) for each in offered]
        if self.channel.data not in offered:
            self.channel.data = SMS
