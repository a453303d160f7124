"""The form shown in the style gallery: one field of each kind, so that the field macro is seen and tested in every shape."""

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


class GalleryForm(Form):
    name = StringField("Name", [validators.InputRequired("Please enter a name.")])
    email = EmailField("E-mail", [validators.Optional(), validators.Regexp(r".+@.+\..+", message="This does not look like an e-mail address.")])
    number = TelField("Mobile number", description="For example (415) 555-0132.")
    how = SelectField("How was the opt-out received?", choices=[("text", "By text"), ("phone", "On the phone"), ("email", "By e-mail")])
    reason = TextAreaField("Reason", [validators.InputRequired("Please say why; it is kept as evidence.")])
    guests = RadioField("Will you bring guests?", [validators.InputRequired("Please choose an answer.")], choices=[("yes", "Yes"), ("no", "No")])
    days = SelectMultipleField(
        "Which days suit you?",
        choices=[("sat", "Saturday 12 December"), ("sun", "Sunday 13 December"), ("fri", "Friday 18 December")],
        option_widget=widgets.CheckboxInput(),
        widget=widgets.ListWidget(prefix_label=False),
    )
    confirm = BooleanField("Send a last confirmation text", description="Exactly one, then nothing more.")
