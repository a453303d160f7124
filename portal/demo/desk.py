"""How the two at the pretend studio share their work: who looks after whom, what can wait, which lists they keep."""

from sqlmodel import Session

from portal import clock
from portal.accounts.business import Business
from portal.accounts.member import Member
from portal.accounts.sender import SMS
from portal.consent import subscription
from portal.demo import client
from portal.demo.story import Person
from portal.messaging import care, saved_view

VIEWS = (
    ("Nobody’s yet", "unread=yes&assigned=nobody"),
    ("Yes, but blocked", "status=opted_in&carrier=blocked"),
    ("Yes on a form", "status=opted_in&origin=form"),
)


def open_in(session: Session, business: Business, ana: Member, theo: Member) -> None:
    for who, by in ((client.OWEN, theo), (client.SAMUEL, theo), (client.PRIYA, ana)):
        care.assign(session, business.id, _row(session, business, who), to=by.id, before=None, actor="demo", ip="")
    morning = care.moments(clock.now(), business.timezone)[-1].at
    care.snooze(session, business.id, _row(session, business, client.CARMEN), morning)
    for name, query in VIEWS:
        saved_view.save(session, business.id, ana.id, name=name, query=query)


def _row(session: Session, business: Business, who: Person) -> str:
    return str(subscription.find(session, business.id, SMS, who.number).id)
