"""The words of one automatic text. Whether they may go out is for wording_lint.py to say."""

from wtforms import StringField, TextAreaField
from wtforms.validators import Length

from forms.base import BaseForm, one_line
from forms.composer import as_sent
from portal.messaging.wording_lint import TYPED


class WordingForm(BaseForm):
    text = TextAreaField(
        "Words",
        [Length(max=TYPED, message=f"Please use at most {TYPED} characters.")],
        filters=[as_sent],
    )
    template = StringField("Name of the approved template", filters=[one_line])
    template_language = StringField("Language of the template", filters=[one_line])

    @property
    def chosen_template(self) -> dict[str, str] | None:
        """None where no name was given."""
        if not self.template.data:
            return None
        return {"name": str(self.template.data), "language": str(self.template_language.data or "")}
