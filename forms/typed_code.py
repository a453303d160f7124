"""The code from the text, on the thank-you page of a questionnaire that asks for it (X-29)."""

import re
import unicodedata
from typing import Any

from wtforms import StringField
from wtforms.validators import ValidationError

from forms.base import BaseForm, one_line

LONGEST_TYPED = 40  # characters that are looked at and shown again
NOT_SIX = "Please enter the six digits of the code."


def _cut(value: str | None) -> str | None:
    return value[:LONGEST_TYPED] if isinstance(value, str) else value


class TypedCodeForm(BaseForm):
    """Blanks and hyphens between the digits are how people read them, not an error."""

    code = StringField(
        "Code from the text", filters=[_cut, one_line], description="Six digits, good for 10 minutes.",
        render_kw={"inputmode": "numeric", "autocomplete": "one-time-code"},
    )  # fmt: skip

    @property
    def digits(self) -> str:
        return re.sub(r"[\s\-\u2010-\u2015]", "", unicodedata.normalize("NFKC", self.code.data or ""))

    def validate_code(self, field: Any) -> None:
        if not re.fullmatch(r"[0-9]{6}", self.digits):
            raise ValidationError(NOT_SIX)
