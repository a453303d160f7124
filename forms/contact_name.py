"""Who is it? A contact's name and e-mail address."""

from wtforms import EmailField, StringField
from wtforms.validators import DataRequired, Length, Optional, Regexp

from forms.base import BaseForm, one_line


class ContactNameForm(BaseForm):
    name = StringField(
        "Name", [DataRequired("Please give a name."), Length(max=120, message="Please use at most 120 characters.")],
        filters=[one_line], render_kw={"autocomplete": "off"},
    )  # fmt: skip
    email = EmailField(
        "E-mail address",
        [Optional(), Length(max=254), Regexp(r"^[^\s@<>]+@[^\s@<>]+$", message="This is not an e-mail address.")],
        filters=[one_line], render_kw={"autocomplete": "off"},
    )  # fmt: skip
