"""A new branch: its name; everything else comes from the main business or is set in the branch itself."""

from wtforms import StringField
from wtforms.validators import InputRequired, Length

from forms.base import BaseForm, stripped
from forms.business import no_link, one_line


class BranchForm(BaseForm):
    name = StringField(
        "Name of the branch", [InputRequired("Please give the name."), Length(max=80), one_line, no_link],
        filters=[stripped], description="As its own clients know it; it stands in its questionnaires and texts.",
        render_kw={"maxlength": 80},
    )  # fmt: skip
