"""Playing the client on a pretend phone."""

from wtforms import HiddenField, SelectField, StringField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired, InputRequired, Length, Regexp, ValidationError

from forms.base import BaseForm, one_line
from forms.composer import LONGEST, as_sent

E164 = r"^\+[1-9]\d{6,14}$"
BEHAVIOURS = {
    "answers": "Takes texts, as most phones do",
    "blocked": "Its carrier refuses texts from us",
    "landline": "Is a landline and cannot get texts",
    "silent": "The carrier never says what became of a text",
    "slow": "The carrier takes three seconds",
    "no_whatsapp": "Is not on WhatsApp",
}


CHANNELS = [SelectChoice("sms", "SMS"), SelectChoice("whatsapp", "WhatsApp")]


class PretendTextForm(BaseForm):
    number = HiddenField(validators=[InputRequired(), Regexp(E164)])
    channel = SelectField("Sent as", choices=CHANNELS, default="sms")
    quick = HiddenField(validators=[Length(max=20)])
    text = StringField("Text", [Length(max=LONGEST)], filters=[as_sent])

    @property
    def words(self) -> str:
        """A button's word goes before what stands in the line."""
        return str(self.quick.data or self.text.data or "")

    def validate_text(self, field: StringField) -> None:
        if not self.words:
            raise ValidationError("Please write something first.")


class PretendBehaviourForm(BaseForm):
    number = HiddenField(validators=[InputRequired(), Regexp(E164)])
    behaviour = SelectField(
        "What this phone does", choices=[SelectChoice(value, words) for value, words in BEHAVIOURS.items()]
    )


class PretendPhoneForm(BaseForm):
    number = StringField(
        "Number of the new phone", [DataRequired("Please give a number."), Length(max=40)], filters=[one_line]
    )
