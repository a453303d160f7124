"""The particulars of a business that go into the fixed disclaimer and into every automatic text."""

import re
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlsplit

from wtforms import (
    BooleanField,
    EmailField,
    SelectField,
    SelectMultipleField,
    StringField,
    TelField,
    URLField,
    ValidationError,
)
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length, Optional, Regexp
from wtforms.widgets import CheckboxInput, ListWidget

from forms.base import BaseForm, stripped
from forms.set_up import ZONES
from portal.accounts.language import NAMES

REGIONS = {
    "US": "United States", "CA": "Canada", "PR": "Puerto Rico", "VI": "U.S. Virgin Islands", "GU": "Guam",
    "MX": "Mexico", "GB": "United Kingdom", "IE": "Ireland", "AU": "Australia", "NZ": "New Zealand", "DE": "Germany",
    "FR": "France", "ES": "Spain", "IT": "Italy", "NL": "Netherlands", "SE": "Sweden",
}  # fmt: skip
_PLAIN = r"[^\s\x00-\x1f\x7f@<>,;:\"()]"
ADDRESS = _PLAIN + "{1,64}@" + _PLAIN + r"{1,180}\.[^\s\x00-\x1f\x7f@<>,;:\"().]{1,60}"
_LINK = re.compile(r"https?://|www\.", re.IGNORECASE)
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2066-\u2069]")


def one_line(form: BaseForm, field: StringField) -> None:
    """A validator: plain words, since they stand in the middle of a legal text and in every confirmation."""
    if _CONTROL.search(str(field.data or "")):
        raise ValidationError("Please use plain text on one line.")


def no_link(form: BaseForm, field: StringField) -> None:
    """A validator: carriers filter texts with links, and the links have fields of their own."""
    if _LINK.search(str(field.data or "")):
        raise ValidationError("Please leave out links; they have their own fields below.")


def is_page(form: BaseForm, field: StringField) -> None:
    parts = urlsplit(str(field.data or ""))
    if parts.scheme not in ("http", "https") or not parts.hostname or any(mark.isspace() for mark in field.data or ""):
        raise ValidationError("Please give the whole address, beginning with https://.")


class BusinessForm(BaseForm):
    """`allowed_regions` also offers regions that the operator added by hand."""

    name = StringField(
        "Name of the business", [InputRequired("Please give the name."), Length(max=80), one_line, no_link],
        filters=[stripped], description="As your clients know it.", render_kw={"maxlength": 80},
    )  # fmt: skip
    purposes = StringField(
        "What you text about", [InputRequired("Please say what you text about."), Length(max=120), one_line, no_link],
        filters=[stripped], description="It follows the word “about”, as in “your appointments and projects”.",
        render_kw={"maxlength": 120},
    )  # fmt: skip
    phone = TelField(
        "Phone for questions", [Optional(), Regexp(r"\+?[0-9 ().\-]{7,30}\Z", message="Please give a phone number.")],
        filters=[stripped], description="Named in the answer to HELP.", render_kw={"autocomplete": "tel"},
    )  # fmt: skip
    email = EmailField(
        "E-mail for questions", [Optional(), Regexp(ADDRESS + r"\Z", message="Please give one e-mail address.")],
        filters=[stripped], description="Named in the answer to HELP.", render_kw={"autocomplete": "email"},
    )  # fmt: skip
    privacy_url = URLField(
        "Your privacy policy", [Optional(), Length(max=500), is_page], filters=[stripped],
        description="Left empty, the disclaimer links to the portal’s own page about your texts.",
    )  # fmt: skip
    terms_url = URLField("Your SMS terms", [Optional(), Length(max=500), is_page], filters=[stripped])
    language = SelectField(
        "Language of automatic texts", choices=[SelectChoice(str(code), name) for code, name in NAMES.items()],
        description="The words of each are under Wordings. The disclaimer in your questionnaires is in English.",
    )  # fmt: skip
    has_preference_links = BooleanField(
        "Put a short link to their texting choices at the end of automated texts",
        description="There a client stops, pauses or narrows texts. A text grows by about 60 characters.",
    )
    timezone = SelectField("Time zone")
    allowed_regions = SelectMultipleField(
        "Where your clients’ numbers may be", option_widget=CheckboxInput(), widget=ListWidget(prefix_label=False),
        description="Numbers of other countries are refused in your questionnaires.",
    )  # fmt: skip

    def __init__(
        self,
        formdata: Any = None,
        *,
        data: Mapping[str, Any] | None = None,
        regions: Sequence[str] = (),
        timezone: str = "",
        language: str = "",
    ) -> None:
        """`regions`, `timezone` and `language` are what the business has now; they stay possible, and the language
        where a program sends none."""
        super().__init__(formdata, data=data)
        self.language.data = self.language.data or language
        codes = [*REGIONS, *(code for code in regions if code not in REGIONS)]
        self.allowed_regions.choices = [SelectChoice(code, REGIONS.get(code, code)) for code in codes]
        zones = ZONES if timezone in ZONES or not timezone else [timezone, *ZONES]
        self.timezone.choices = [SelectChoice(zone, zone.replace("_", " ")) for zone in zones]

    def validate_allowed_regions(self, field: SelectMultipleField) -> None:
        if not field.data:
            raise ValidationError("Please choose at least one; otherwise nobody could opt in.")
