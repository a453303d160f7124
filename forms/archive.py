"""Whether a business keeps an archive, and where it is mailed."""

from wtforms import BooleanField, EmailField
from wtforms.validators import Length

from forms.base import BaseForm, stripped


class ArchiveForm(BaseForm):
    is_on = BooleanField(
        "Keep an archive", description="It begins with the first text there ever was, and goes on from there."
    )
    email = EmailField(
        "Mail it to", [Length(max=254)], filters=[stripped],
        description="One address of an archive that keeps mail. Left empty, nothing is mailed.",
        render_kw={"autocomplete": "off"},
    )  # fmt: skip
