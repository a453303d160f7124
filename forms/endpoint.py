"""An address that gets events, and which of them."""

from wtforms import SelectMultipleField, URLField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length
from wtforms.widgets import CheckboxInput, ListWidget

from forms.base import BaseForm, stripped
from portal.accounts.endpoint import Event
from portal.address import LONGEST

WORDS = {
    Event.SUBSCRIPTION_CHANGED: "A number opted in or out, or its consent changed in another way",
    Event.MESSAGE_RECEIVED: "A text came in",
    Event.MESSAGE_SENT: "A text was handed to the carrier",
    Event.MESSAGE_DELIVERED: "A text was delivered",
    Event.MESSAGE_FAILED: "A text was refused, failed, or nobody knows",
    Event.SUBMISSION_RECEIVED: "A questionnaire was sent in",
}


class EndpointForm(BaseForm):
    url = URLField(
        "Address", [InputRequired("Please give an address."), Length(max=LONGEST)], filters=[stripped],
        description="It starts with https:// and is on the public internet.",
        render_kw={"inputmode": "url", "autocomplete": "off", "placeholder": "https://hooks.example.com/portal"},
    )  # fmt: skip
    events = SelectMultipleField(
        "Events", choices=[SelectChoice(event.value, words) for event, words in WORDS.items()],
        description="Without any tick, all of them, also those that a later version adds.",
        widget=ListWidget(prefix_label=False), option_widget=CheckboxInput(),
    )  # fmt: skip
