"""Contacts: a name, an e-mail address, phone numbers, dates. No call can carry consent from one number to another."""

import datetime as dt
from collections.abc import Sequence
from typing import Annotated, Literal

from pydantic import Field
from sqlmodel import Session

from portal.accounts import key, sender
from portal.accounts.business import Capability
from portal.api.business import Email
from portal.api.operation import Answer, Call
from portal.api.value import Given, Line, Moment, Page, Told
from portal.clients import link as own_page
from portal.consent import phone_number
from portal.consent.phone_number import Refused
from portal.contacts import contact as contacts
from portal.contacts import contact_date, contact_list, group_member, opt_in_mark
from portal.contacts.contact_date import ContactDate, Day
from portal.errors import Invalid
from portal.messaging import contact_desk
from portal.messaging.contact_desk import Who
from portal.questionnaires import link
from portal.questionnaires import questionnaire as questionnaires
from portal.questionnaires.questionnaire import State

MOST_LINKS = 50
Name = Annotated[Line, Field(min_length=1, max_length=120)]


class GivenNumber(Given):
    """In any spelling of one mobile number."""

    number: Annotated[Line, Field(min_length=1, max_length=phone_number.LONGEST)]


class GivenDate(Given):
    """A day that texts can be about, under the name that the business gives it."""

    name: Annotated[Line, Field(min_length=1, max_length=contact_date.LONGEST_NAME)]
    date: dt.date


class NewContact(Given):
    name: Name
    email: Email = ""
    numbers: list[GivenNumber] = Field(default=[], max_length=contacts.MOST_NUMBERS)
    dates: list[GivenDate] = Field(default=[], max_length=contact_date.MOST_DATES)


class ContactChange(Given):
    """What is left out stays as it is; `numbers` and `dates` each replace the whole list."""

    name: Name | None = None
    email: Email | None = None
    numbers: list[GivenNumber] | None = Field(None, max_length=contacts.MOST_NUMBERS)
    dates: list[GivenDate] | None = Field(None, max_length=contact_date.MOST_DATES)


class ContactPage(Page):
    """`q` is the beginning of a name, an e-mail address or a number, or the last four digits of one."""

    q: Annotated[Line, Field(max_length=120)] = ""


class Number(Told):
    number: str


class Date(Told):
    name: str
    date: dt.date


class FormUrl(Told):
    """A personal link: whoever opens it answers as this client."""

    questionnaire: str
    url: str


class ListedContact(Told):
    """`opt_in` is Y, N or nothing over the numbers it has now: a view of consent, never stored (F-18). `groups` are the
    ids of the groups it was put into; the views follow from `opt_in`."""

    id: str
    name: str
    email: str
    numbers: list[Number]
    dates: list[Date]
    opt_in: Literal["Y", "N", ""]
    groups: list[str]


class Contact(ListedContact):
    """`portal_url` is the client's own page: changing texting takes the end of the number besides."""

    portal_url: str
    form_urls: list[FormUrl]
    created_at: Moment


class Contacts(Told):
    items: list[ListedContact]
    next: str | None


def page(session: Session, call: Call) -> Answer:
    """By name; what was merged into another contact shows no more."""
    asked = call.asked(ContactPage)
    found = contact_list.page(
        session, call.business.id, region=call.business.region, q=asked.q, after=asked.after, limit=asked.limit
    )
    return Answer(Contacts(items=listed(session, found.rows), next=found.next))


def listed(session: Session, rows: Sequence[contact_list.Row]) -> list[ListedContact]:
    """A page of contacts, however it was found. Two queries."""
    ids = [row.id for row in rows]
    dates, groups = contact_date.of(session, ids), group_member.groups_of(session, ids)
    return [
        ListedContact(
            id=row.id, name=row.name, email=row.email, numbers=_numbers([each.number for each in row.numbers]),
            dates=_dates(dates[row.id]), opt_in=row.mark, groups=groups[row.id],
        )
        for row in rows
    ]  # fmt: skip


def create(session: Session, call: Call) -> Answer:
    wanted = call.given(NewContact)
    made = contact_desk.create(
        session, call.business.id, _who(call), name=wanted.name, email=wanted.email,
        numbers=_parsed(session, call, wanted.numbers), dates=_days(wanted.dates),
    )  # fmt: skip
    return Answer(_told(session, made, call), 201, {"Location": f"/api/v1/contacts/{made.id}"})


def show(session: Session, call: Call) -> Answer:
    """The id of a record that was merged answers with the contact that it is part of now."""
    return Answer(_told(session, contacts.living(session, call.business.id, call.id), call))


def change(session: Session, call: Call) -> Answer:
    """A new number starts without consent; consent for a former one stays with that number (X-14)."""
    contacts.get(session, call.business.id, call.id)
    wanted = call.given(ContactChange)
    found = contact_desk.change(
        session, call.business.id, call.id, _who(call), name=wanted.name, email=wanted.email,
        numbers=None if wanted.numbers is None else _parsed(session, call, wanted.numbers),
        dates=None if wanted.dates is None else _days(wanted.dates),
    )  # fmt: skip
    return Answer(_told(session, found, call))


def _who(call: Call) -> Who:
    return Who(call.actor, call.ip)


def _days(given: Sequence[GivenDate]) -> list[Day]:
    return [Day(each.name, each.date) for each in given]


def _numbers(numbers: Sequence[str]) -> list[Number]:
    return [Number(number=each) for each in numbers]


def _dates(found: Sequence[ContactDate]) -> list[Date]:
    return [Date(name=each.name, date=each.on_date) for each in found]


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
    return Contact(
        id=found.id, name=found.name, email=found.email, numbers=_numbers(contacts.current(session, found)),
        dates=_dates(contact_date.of(session, [found.id])[found.id]),
        opt_in=opt_in_mark.of(session, [found.id])[found.id],
        groups=group_member.groups_of(session, [found.id])[found.id],
        portal_url=_portal_url(session, found, call), form_urls=_form_urls(session, found, call),
        created_at=found.created_at,
    )  # fmt: skip


def _portal_url(session: Session, found: contacts.Contact, call: Call) -> str:
    """Nothing where the business may not text, whose clients have no such pages."""
    if not call.business.may_use(Capability.TEXTING):
        return ""
    return own_page.url(key.of(session), call.settings.form_origin, found)


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
