"""A template as Meta knows it, written down by hand."""

from wtforms import SelectField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired, Length, Regexp

from forms.base import BaseForm, one_line, stripped
from portal.messaging.whatsapp_template import LANGUAGE, LONGEST, NAME, Category, Standing

CATEGORIES = {
    Category.UTILITY: "Utility: about something the client asked for",
    Category.MARKETING: "Marketing",
    Category.AUTHENTICATION: "Authentication: codes",
}
STANDINGS = {
    Standing.APPROVED: "Approved",
    Standing.PENDING: "Waiting for Meta",
    Standing.PAUSED: "Paused by Meta",
    Standing.REJECTED: "Rejected or switched off",
}


def _status() -> SelectField:
    return SelectField(
        "What Meta says of it", choices=[SelectChoice(each.value, STANDINGS[each]) for each in STANDINGS]
    )


class WhatsappTemplateForm(BaseForm):
    name = StringField(
        "Name",
        [
            DataRequired("Please give the name it has at Meta."), Length(max=512),
            Regexp(rf"^{NAME.pattern}$", message="It has small letters, digits and underscores only."),
        ],
        filters=[one_line], description="Exactly as at Meta, such as appointment_reminder.",
    )  # fmt: skip
    language = StringField(
        "Language",
        [DataRequired("Please give its language."),
         Regexp(rf"^{LANGUAGE.pattern}$", message="It is a code such as en_US or es.")],
        filters=[one_line], default="en_US", description="Its code at Meta, such as en_US or es.",
    )  # fmt: skip
    category = SelectField("Kind", choices=[SelectChoice(each.value, CATEGORIES[each]) for each in CATEGORIES])
    body = TextAreaField(
        "Words",
        [DataRequired("Please copy the words that Meta approved."), Length(max=LONGEST)], filters=[stripped],
        description="Copied from Meta, with {{1}}, {{2}} … where something is filled in.",
    )  # fmt: skip
    status = _status()


class StandingForm(BaseForm):
    status = _status()
