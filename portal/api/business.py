"""The business itself: what its disclaimer and automatic texts say about it, and its own keywords."""

import re
from typing import Annotated

from pydantic import AfterValidator, Field
from sqlmodel import Session

from portal.accounts import audit
from portal.accounts import business as businesses
from portal.accounts.business import SWITCHES, Capability
from portal.api.operation import Answer, Call
from portal.api.value import Given, Line, Told
from portal.consent import phone_number
from portal.consent.phone_number import Refused
from portal.errors import Conflict, Invalid
from portal.messaging import feature, keyword

_LINK = re.compile(r"https://[A-Za-z0-9.-]+\.[A-Za-z]{2,63}(:\d{1,5})?(/[!-~]*)?")
_EMAIL = re.compile(r"[^\s@\x00-\x20\x7f]{1,64}@[A-Za-z0-9.-]+\.[A-Za-z]{2,63}")


def _link(text: str) -> str:
    if text and not _LINK.fullmatch(text):
        raise ValueError("a link starts with https:// and the name of a site")
    return text


def _email(text: str) -> str:
    if text and not _EMAIL.fullmatch(text):
        raise ValueError("an e-mail address is expected")
    return text


Link = Annotated[str, Field(max_length=300), AfterValidator(_link)]
Email = Annotated[str, Field(max_length=254), AfterValidator(_email)]
Word = Annotated[Line, Field(min_length=keyword.LEAST_LETTERS, max_length=keyword.MOST_LETTERS)]


class GivenKeywords(Given):
    """Words beside the built-in ones, which cannot be taken away."""

    opt_in: list[Word] | None = Field(None, max_length=keyword.MOST)
    opt_out: list[Word] | None = Field(None, max_length=keyword.MOST)


class GivenFeatures(Given):
    """The gate and group messages exclude each other (M-12); what the operator did not grant is 404."""

    first_message_gate: bool | None = None
    group_messages: bool | None = None
    whatsapp: bool | None = None


class BusinessChange(Given):
    """What is left out stays as it is. An empty link means our own public page. `preference_links`: automated texts
    end with a short link to the client's texting choices."""

    name: Annotated[Line, Field(min_length=1, max_length=80)] | None = None
    purposes: Annotated[Line, Field(min_length=3, max_length=120)] | None = None
    privacy_url: Link | None = None
    terms_url: Link | None = None
    phone: Annotated[Line, Field(max_length=40)] | None = None
    email: Email | None = None
    preference_links: bool | None = None
    keywords: GivenKeywords | None = None
    features: GivenFeatures | None = None


class Keywords(Told):
    opt_in: list[str]
    opt_out: list[str]


class Features(Told):
    """Switches of the whole account; in a branch they are those of the main business."""

    first_message_gate: bool
    group_messages: bool
    whatsapp: bool


class Business(Told):
    id: str
    slug: str
    name: str
    region: str
    timezone: str
    purposes: str
    privacy_url: str
    terms_url: str
    phone: str
    email: str
    preference_links: bool
    keywords: Keywords
    features: Features


def show(session: Session, call: Call) -> Answer:
    return Answer(_told(call.business))


def change(session: Session, call: Call) -> Answer:
    """Raises Invalid for a number nobody could call and for words that mean something else already."""
    wanted = call.given(BusinessChange)
    values = wanted.model_dump(exclude_none=True, exclude={"keywords", "features"})
    _check_phone(call.business, values.get("phone"))
    changed = sorted(values)
    if "preference_links" in values:
        values["has_preference_links"] = values.pop("preference_links")
    if wanted.keywords is not None:
        changed += keyword.change(session, call.business, wanted.keywords.model_dump(exclude_none=True))
    if wanted.features is not None:
        _switch(session, call, wanted.features)
        changed.append("features")
    businesses.change(session, call.business, **values)
    session.flush()
    audit.note(
        session, "business.changed", actor=call.actor, business_id=call.business.id, ip=call.ip, fields=sorted(changed)
    )
    return Answer(_told(call.business))


def _switch(session: Session, call: Call, wanted: GivenFeatures) -> None:
    """Off first, so that one call may put the one in the place of the other. Raises NotFound, Conflict."""
    given = wanted.model_dump(exclude_none=True)
    for name in sorted(given, key=given.__getitem__):
        no = feature.switch(session, call.business, Capability(name), on=given[name], actor=call.actor, ip=call.ip)
        if no is not None:
            raise Conflict(no.sentence, reason=no.reason, unlock=no.unlock)


def _told(business: businesses.Business) -> Business:
    return Business(
        id=business.id, slug=business.slug, name=business.name, region=business.region, timezone=business.timezone,
        purposes=business.purposes, privacy_url=business.privacy_url, terms_url=business.terms_url,
        phone=business.phone, email=business.email,
        preference_links=business.has_preference_links, keywords=Keywords(**keyword.of(business)),
        features=Features(**{str(each): feature.is_on(business, each) for each in SWITCHES}),
    )  # fmt: skip


def _check_phone(business: businesses.Business, phone: str | None) -> None:
    """The number that HELP names: toll-free ones and landlines are welcome here."""
    found = phone_number.readable(phone, region=business.region) if phone else None
    if phone and (found is None or isinstance(phone_number.parse_sender(found), Refused)):
        sentence = "This is not a phone number that people could call."
        raise Invalid(sentence, fields={"phone": [sentence]})
