"""Deciding about a reply that may mean stop."""

from wtforms import StringField
from wtforms.validators import DataRequired, Length

from forms.base import BaseForm, one_line

REASON = "Please write why, in a few words."


class ReviewForm(BaseForm):
    reason = StringField(
        "Why you may go on texting",
        [DataRequired(REASON), Length(max=300, message="Please use at most 300 characters.")],
        filters=[one_line], id="review-reason", description="For example: they asked us to stop by at 5.",
    )  # fmt: skip
