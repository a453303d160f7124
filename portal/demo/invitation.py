"""The demo's invitations: a group whom Ana asks one by one. One has said Y, one N, one is silent; the rest wait for a
click."""

import datetime as dt

from sqlmodel import Session

from portal.accounts.business import Business
from portal.accounts.member import Member
from portal.contacts import contact, group, group_member
from portal.contacts.contact import Contact
from portal.demo.story import Event, Person, Story
from portal.invitations import flow, invitation
from portal.invitations.invitation import Click
from portal.messaging.asking import Basis

GROUP = "Spring families"
NOTE = "Gave us the number at the spring fair"
LEAH = Person("Leah Brandt", "+14155550141", "leah@brandt.example")
MARCO = Person("Marco Silva", "+14155550142", "marco@silva.example")
YUKI = Person("Yuki Arai", "+14155550143", "yuki@arai.example")
PEOPLE = (
    LEAH, MARCO, YUKI, Person("Dana Novak", "+14155550144", "dana@novak.example"),
    Person("Femi Ade", "+14155550145", "femi@ade.example"), Person("Ines Costa", "+14155550146", "ines@costa.example"),
)  # fmt: skip
GATHERED, INVITED, ANSWERED = dt.timedelta(days=2), dt.timedelta(minutes=95), dt.timedelta(minutes=60)


def events(session: Session, story: Story, business: Business, member: Member) -> list[Event]:
    """Those who answer leave the group; the others have a button at /invite."""

    def gather() -> None:
        for each in PEOPLE:
            story.meets(each)
        made = group.create(session, business.id, name=GROUP)
        group.add(session, made, [_contact(session, business, each).id for each in PEOPLE])

    def invite() -> None:
        sample = flow.get(session, business, flow.sample_id(business.id))
        for who in (LEAH, MARCO, YUKI):
            client, actor = _contact(session, business, who), f"member:{member.id}"
            (inside,) = group_member.groups_of(session, [client.id])[client.id]
            made = group.get(session, business.id, inside)
            click = Click(made, client, who.number, Basis.GAVE_NUMBER, NOTE, member, actor)
            invitation.invite(session, business, sample, click)

    def answer() -> None:
        story.texts(LEAH, "Y", is_today=False)
        story.texts(MARCO, "N", is_today=False)

    return [Event(GATHERED, gather), Event(INVITED, invite), Event(ANSWERED, answer)]


def _contact(session: Session, business: Business, who: Person) -> Contact:
    return contact.having(session, business.id, who.number)[0]
