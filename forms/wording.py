"""The words of one automatic text. Whether they may go out is for wording_lint.py to say."""

from wtforms import TextAreaField
from wtforms.validators import Length

from forms.base import BaseForm
from forms.composer import as_sent
from portal.messaging.wording_lint import TYPED


class WordingForm(BaseForm):
    text = TextAreaField(
        "Words",
        [Length(max=TYPED, message=f"Please use at most {TYPED} characters.")],
        filters=[as_sent],
    )
