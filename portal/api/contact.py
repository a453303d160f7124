"""Contacts: a name, an e-mail address, phone numbers. No call can carry consent from one number to another (H-3)."""

from collections.abc import Sequence
from typing import Annotated, Literal

from pydantic import Field
from sqlmodel import Session

from portal.accounts import audit, key, sender
from portal.accounts.business import Capability
from portal.api.business import Email
from portal.api.operation import Answer, Call
from portal.api.value import Given, Line, Moment, Told
from portal.consent import phone_number
from portal.consent.phone_number import Refused
from portal.contacts import contact as contacts
from portal.errors import Invalid
from portal.questionnaires import link
from portal.questionnaires import questionnaire as questionnaires
from portal.questionnaires.questionnaire import State

MOST_NUMBERS = 10
MOST_LINKS = 50
Name = Annotated[Line, Field(min_length=1, max_length=120)]


class GivenNumber(Given):
    """In any spelling of one mobile number."""

    number: Annotated[Line, Field(min_length=1, max_length=phone_number.LONGEST)]


class NewContact(Given):
    name: Name
    email: Email = ""
    numbers: list[GivenNumber] = Field(default=[], max_length=MOST_NUMBERS)


class ContactChange(Given):
    """What is left out stays as it is; `numbers` replaces the whole list."""

    name: Name | None = None
    email: Email | None = None
    numbers: list[GivenNumber] | None = Field(None, max_length=MOST_NUMBERS)


class Number(Told):
    number: str


class FormUrl(Told):
    """A personal link: whoever opens it answers as this client."""

    questionnaire: str
    url: str


class Contact(Told):
    """`opt_in` is Y, N or nothing over the numbers it has now: a view of consent, never stored (F-18)."""

    id: str
    name: str
    email: str
    numbers: list[Number]
    opt_in: Literal["Y", "N", ""]
    groups: list[str]
    form_urls: list[FormUrl]
    created_at: Moment


def create(session: Session, call: Call) -> Answer:
    wanted = call.given(NewContact)
    numbers = _parsed(session, call, wanted.numbers)
    made = contacts.create(session, call.business.id, name=wanted.name, email=wanted.email, numbers=numbers)
    _note(session, call, made, "contact.created")
    return Answer(_told(session, made, call), 201, {"Location": f"/api/v1/contacts/{made.id}"})


def show(session: Session, call: Call) -> Answer:
    return Answer(_told(session, contacts.get(session, call.business.id, call.id), call))


def change(session: Session, call: Call) -> Answer:
    """A new number starts without consent; consent for a former one stays with that number (X-14)."""
    found = contacts.get(session, call.business.id, call.id)
    wanted = call.given(ContactChange)
    if wanted.numbers is not None:
        contacts.replace_numbers(session, found, _parsed(session, call, wanted.numbers))
    if wanted.name is not None or wanted.email is not None:
        name = found.name if wanted.name is None else wanted.name
        contacts.rename(session, found, name=name, email=found.email if wanted.email is None else wanted.email)
    _note(session, call, found, "contact.changed")
    return Answer(_told(session, found, call))


def _parsed(session: Session, call: Call, given: Sequence[GivenNumber]) -> list[str]:
    """The policy of promises.md D. Raises Invalid with a sentence for each number that we will not text."""
    business, fields = call.business, {}
    own = sender.numbers(session, business.id)
    numbers: list[str] = []
    for i, each in enumerate(given):
        number = phone_number.parse(
            each.number, region=business.region, allowed_regions=business.allowed_regions, own_numbers=own
        )
        if isinstance(number, Refused):
            fields[f"numbers.{i}.number"] = [number.sentence]
        else:
            numbers.append(number.e164)
    if fields:
        raise Invalid("Some numbers need another look.", fields=fields)
    return list(dict.fromkeys(numbers))


def _told(session: Session, found: contacts.Contact, call: Call) -> Contact:
    current = [each.number for each in contacts.numbers(session, found) if each.is_current]
    mark = contacts.opt_in_mark(contacts.subscriptions(session, found))
    return Contact(
        id=found.id, name=found.name, email=found.email, numbers=[Number(number=number) for number in current],
        opt_in=mark, groups=[], form_urls=_form_urls(session, found, call), created_at=found.created_at,
    )  # fmt: skip


def _form_urls(session: Session, found: contacts.Contact, call: Call) -> list[FormUrl]:
    """The latest questionnaires that are open."""
    if not call.business.may_use(Capability.TEXTING):
        return []
    latest, _ = questionnaires.page(session, call.business.id, limit=MOST_LINKS)
    secrets, origin = key.of(session), call.settings.form_origin
    return [
        FormUrl(questionnaire=each.id, url=link.personal_url(secrets, origin, each, found))
        for each in latest
        if each.state == State.PUBLISHED
    ]


def _note(session: Session, call: Call, found: contacts.Contact, action: str) -> None:
    audit.note(session, action, actor=call.actor, business_id=call.business.id, object=found.id, ip=call.ip)
