"""What the pretend photographer did to the records of clients: dates, a changed number, a merge, a shared phone."""

import datetime as dt

from sqlmodel import Session

from portal import clock, local_time
from portal.accounts.business import Business
from portal.accounts.member import Member
from portal.contacts import contact
from portal.contacts.contact_date import Day
from portal.demo import client
from portal.demo.story import Person
from portal.messaging import contact_desk
from portal.messaging.contact_desk import Who

HANNAHS_NEW_NUMBER = "+14155550167"
TOMAS_AGAIN = Person("T. Rivera", "+14155550155", "studio@rivera.example")
PRIYA_AGAIN = Person("Priya R.", "+14155550119", "priya.r@raman.example")
LUIS = Person("Luis Ortiz", client.CARMEN.number, "luis@ortiz.example")
PLACE = "203.0.113.24"


def open_in(session: Session, business: Business, member: Member) -> None:
    """After the history is told. None of it touches consent; one record of Priya's is left for a visitor to merge."""
    who, today = Who(f"member:{member.id}", PLACE), local_time.today(business.timezone)

    def known(person: Person) -> str:
        return contact.having(session, business.id, person.number)[0].id

    def add(person: Person) -> str:
        made = contact_desk.create(
            session, business.id, who, name=person.name, email=person.email, numbers=[person.number]
        )
        return made.id

    def dates(person: Person, *days: Day) -> None:
        contact_desk.change(session, business.id, known(person), who, dates=days)

    with clock.ago(dt.timedelta(days=6, hours=2)):
        contact_desk.merge(session, business.id, known(client.TOMAS), add(TOMAS_AGAIN), who)
    with clock.ago(dt.timedelta(days=2, hours=1)):
        changes = [(client.HANNAH.number, HANNAHS_NEW_NUMBER)]
        contact_desk.change(session, business.id, known(client.HANNAH), who, changes=changes)
        dates(client.ROSA, Day("Birthday", dt.date(1991, 3, 8)), Day("Wedding", today + dt.timedelta(days=40)))
        dates(client.PRIYA, Day("First birthday", today + dt.timedelta(days=330)))
    with clock.ago(dt.timedelta(hours=1)):
        add(PRIYA_AGAIN)
    with clock.ago(dt.timedelta(minutes=20)):
        add(LUIS)
