"""The form of the style gallery: one field of each kind, so that the field macro is tested in every shape."""

from wtforms import (
    BooleanField,
    EmailField,
    Form,
    RadioField,
    SelectField,
    SelectMultipleField,
    StringField,
    TelField,
    TextAreaField,
    validators,
    widgets,
)
from wtforms.fields.choices import SelectChoice

HOW = [SelectChoice("text", "By text"), SelectChoice("phone", "On the phone"), SelectChoice("email", "By e-mail")]
GUESTS = [SelectChoice("yes", "Yes"), SelectChoice("no", "No")]
DAYS = [SelectChoice("sat", "Saturday 12 December"), SelectChoice("sun", "Sunday 13 December")]
ADDRESS = validators.Regexp(r".+@.+\..+", message="This does not look like an e-mail address.")


class GalleryForm(Form):
    name = StringField("Name", [validators.InputRequired("Please enter a name.")])
    email = EmailField("E-mail", [validators.Optional(), ADDRESS])
    number = TelField("Mobile number", description="For example (415) 555-0132.")
    how = SelectField("How was the opt-out received?", choices=HOW)
    reason = TextAreaField("Reason", [validators.InputRequired("Please say why; it is kept as evidence.")])
    guests = RadioField("Will you bring guests?", [validators.InputRequired("Please answer this.")], choices=GUESTS)
    days = SelectMultipleField(
        "Which days suit you?",
        choices=DAYS,
        option_widget=widgets.CheckboxInput(),
        widget=widgets.ListWidget(prefix_label=False),
    )
    confirm = BooleanField("Send a last confirmation text", description="Exactly one, then nothing more.")
