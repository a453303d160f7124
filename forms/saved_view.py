"""The name of a saved view."""

from wtforms import StringField
from wtforms.validators import DataRequired, Length

from forms.base import BaseForm, one_line
from portal.messaging.saved_view import LONGEST

TOO_LONG = f"Please use at most {LONGEST} characters."


class SavedViewForm(BaseForm):
    name = StringField(
        "Name", [DataRequired("Please give the view a name."), Length(max=LONGEST, message=TOO_LONG)],
        filters=[one_line], render_kw={"autocomplete": "off"},
    )  # fmt: skip
