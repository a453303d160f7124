"""Trying how a reply would be read."""

from wtforms import BooleanField, TextAreaField
from wtforms.validators import Length

from forms.base import BaseForm

LONGEST = 1600
"""Characters: as many as a long text may have."""


class ReadingForm(BaseForm):
    """Nothing is stored; the words may be those of a real client."""

    text = TextAreaField(
        "A reply", [Length(max=LONGEST, message=f"Please use at most {LONGEST} characters.")], id="reading-text",
        description="For example: please stop texting me, and call me about Friday.",
    )  # fmt: skip
    asked = BooleanField("We have asked this client for a YES, and they have not answered yet", id="reading-asked")
