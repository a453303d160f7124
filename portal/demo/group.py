"""The demo's groups: who wants to hear of the holiday dates, with one text to them; and the families."""

import datetime as dt

from sqlmodel import Session

from portal import clock
from portal.accounts import business as businesses
from portal.accounts.business import Business, Capability
from portal.accounts.member import Member
from portal.contacts import contact, group
from portal.contacts.group import ContactGroup
from portal.demo import client
from portal.demo.story import Event, Person, Story
from portal.messaging import group_message

HOLIDAY = "Holiday minis"
HOLIDAY_LIST = (
    client.PRIYA, client.CARMEN, client.JONAS, client.MEI, client.BEN, client.SAMUEL, client.GRACE, client.OWEN,
    client.TOMAS,
)  # fmt: skip
FAMILIES = (client.ROSA, client.AISHA, client.PRIYA)
TEXT = "Ana from Hearth & Home here: the holiday minis are on December 5 and 6. Reply with a time you would like!"
AGO = dt.timedelta(minutes=40)


def open_in(session: Session, story: Story, business: Business, member: Member) -> None:
    """After the history is told: the operator has granted texts to groups, and Ana has sent one. They are off since, so
    that a visitor can switch on what they like to see: these, or asking before the first text."""
    businesses.grant(session, business, Capability.GROUP_MESSAGES)
    businesses.change_policy(session, business, has_group_messages=True)
    with clock.ago(2 * AGO):
        _made(session, business, "Families with kids", FAMILIES)
        holiday = _made(session, business, HOLIDAY, HOLIDAY_LIST)

    def text() -> None:
        group_message.start(session, business, holiday, TEXT, member_id=member.id, once_key="demo")

    story.tell([Event(AGO, text)])
    businesses.change_policy(session, business, has_group_messages=False)


def _made(session: Session, business: Business, name: str, people: tuple[Person, ...]) -> ContactGroup:
    made = group.create(session, business.id, name=name)
    group.add(session, made, [contact.having(session, business.id, who.number)[0].id for who in people])
    return made
