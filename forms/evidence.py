"""A moment that somebody asks about, and the form in which they take the evidence along."""

from wtforms import BooleanField, HiddenField, RadioField, StringField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired

from forms.base import BaseForm, stripped
from portal import clock
from portal.evidence import moment
from portal.evidence.moment import Typed

FILES = (
    ("zip", "Everything, to be handed over (ZIP)"), ("pdf", "The paper alone (PDF)"),
    ("json", "The data alone, to be checked (JSON)"),
)  # fmt: skip
UNREADABLE = "Please give a date and a time, as in 2026-03-03T14:02."
TO_COME = "That time is still to come; please ask about one that has passed."


class TakeForm(BaseForm):
    """`at` is a moment in UTC that the page filled in, `message` the text that the evidence is to be about."""

    format = RadioField(
        "Take it along as", [InputRequired("Please choose one.")], choices=[SelectChoice(*each) for each in FILES],
        default="zip",
    )  # fmt: skip
    everything = BooleanField(
        "Keep everything (for counsel)",
        description="Other people’s numbers and addresses stay readable. The audit log says that you did this.",
    )
    at = HiddenField()
    message = HiddenField()


class MomentForm(BaseForm):
    """A time on the business's own wall clock, as a `datetime-local` input sends it."""

    at = StringField("On which day, and at what time?", filters=[stripped])

    def read(self, zone: str) -> Typed | None:
        """None without a time, or with the sentence in `at.errors`."""
        if not self.at.data:
            return None
        try:
            found = moment.read(self.at.data, zone)
        except ValueError:
            self.at.errors = (UNREADABLE,)
            return None
        if found.moments[0] > clock.now():
            self.at.errors = (TO_COME,)
            return None
        return found
