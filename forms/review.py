"""Deciding about a reply that may mean stop."""

from wtforms import StringField
from wtforms.validators import AnyOf, DataRequired, Length, ValidationError

from forms.base import BaseForm, Typed, one_line
from portal.messaging.review_decision import Decision

REASON = "Please write why, in a few words."
LONGEST = 300
_SHORT = Length(max=LONGEST, message=f"Please use at most {LONGEST} characters.")


class ReviewForm(BaseForm):
    """In the conversation itself, where opting out has a form of its own."""

    reason = StringField(
        "Why you may go on texting", [DataRequired(REASON), _SHORT],
        filters=[one_line], id="review-reason", description="For example: they asked us to stop by at 5.",
    )  # fmt: skip


class DecisionForm(BaseForm):
    """One item of the queue. `seen` is the reply that was read; a reason is needed to keep texting."""

    decision = StringField("Decision", [AnyOf(list(Decision), message="Please choose one of the two.")])
    seen = StringField("Reply")
    reason = StringField("Why", [_SHORT], filters=[one_line], description="For example: they meant the bus stop.")

    def __init__(self, formdata: Typed | None = None, *, id: str) -> None:
        """`id` tells the fields of one item from another's on the same page."""
        super().__init__(formdata)
        self.id = id
        self.reason.id = f"reason-{id}"

    def validate_reason(self, field: StringField) -> None:
        if self.decision.data == Decision.KEEP and not field.data:
            raise ValidationError(f"{REASON} It is kept as evidence.")
