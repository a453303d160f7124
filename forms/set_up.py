"""The first business and its owner."""

import zoneinfo

from wtforms import EmailField, HiddenField, PasswordField, SelectField, StringField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length

from forms.base import BaseForm, stripped

ZONES = sorted(zone for zone in zoneinfo.available_timezones() if zone.startswith(("America/", "Pacific/", "US/")))


class SetUpForm(BaseForm):
    business = StringField(
        "Name of your business", [InputRequired("Please name your business."), Length(max=80)], filters=[stripped]
    )
    timezone = SelectField(
        "Time zone", choices=[SelectChoice(zone, zone.replace("_", " ")) for zone in ZONES], default="America/New_York"
    )
    name = StringField("Your name", [InputRequired("Please enter your name."), Length(max=80)], filters=[stripped])
    email = EmailField(
        "Your e-mail address", [InputRequired("Please enter your e-mail address."), Length(max=254)],
        filters=[stripped], render_kw={"autocomplete": "username"},
    )  # fmt: skip
    password = PasswordField(
        "Password", [InputRequired("Please choose a password.")],
        description="At least 15 characters; a few words in a row work well.",
        render_kw={"autocomplete": "new-password"},
    )  # fmt: skip
    token = HiddenField()
