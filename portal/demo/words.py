"""What the two at the pretend studio keep beside the texts: notes, words they write often, texts for later, and their
own words for an automatic one."""

import datetime as dt
from zoneinfo import ZoneInfo

from sqlmodel import Session

from portal import clock
from portal.accounts.business import Business
from portal.accounts.language import Language
from portal.accounts.member import Member
from portal.accounts.sender import SMS
from portal.consent import subscription
from portal.demo import client
from portal.demo.story import Person
from portal.messaging import canned_reply, note, send_later, wording
from portal.messaging.wording_slot import EDITABLE

REPLIES = (
    ("Parking", "Hi {first name}, there is a small lot behind the studio; use the blue door. {my name}"),
    ("What to wear", "Soft colours work best, {first name}, and nothing with big letters. Bring a second top."),
    ("Running late", "We are about ten minutes behind, sorry {first name}! Take your time."),
    ("Pictures are ready", "{first name}, the pictures of {project} are ready. The link is in your e-mail. {business}"),
)
NOTES = (
    (client.ROSA, "theo", 600, "Her mom is not good on her feet: park close to the beach."),
    (client.SAMUEL, "ana", 900, "Called him: he wants texts again, but START has not come yet."),
)
LATER = (
    (client.ROSA, "ana", 1, 8, "Good morning Rosa! Clear sky for Saturday. See you at 9 at the parking lot."),
    (client.PRIYA, "theo", 3, 10, "Hello Priya, your first pictures are in your e-mail. Tell us which ones you love."),
)
HELP = (
    (9, "{business}: {contact} Msg frequency varies. Msg & data rates may apply. STOP ends all texts."),
    (2, "{business}: Happy to help! {contact} Msg frequency varies. Msg & data rates may apply. STOP ends texts."),
)
"""Her own words for the answer to HELP, each with the days since she saved them."""


def open_in(session: Session, business: Business, ana: Member, theo: Member) -> None:
    by = {"ana": ana, "theo": theo}
    for name, text in REPLIES:
        canned_reply.create(session, business.id, name=name, text=text)
    for i, (who, writer, minutes, text) in enumerate(NOTES):
        with clock.ago(dt.timedelta(minutes=minutes)):
            note.write(
                session, business.id, _row(session, business, who), text, member_id=by[writer].id, once_key=f"demo:{i}"
            )
    for who, writer, days, hour, text in LATER:
        send_later.write(
            session, business.id, _row(session, business, who), text, member_id=by[writer].id,
            once_key=f"demo:later:{who.number}", due_at=_at(business, days, hour),
        )  # fmt: skip
    for days, text in HELP:
        with clock.ago(dt.timedelta(days=days)):
            wording.save(
                session, business, EDITABLE["help"], Language.EN, text, actor=f"member:{ana.id}", ip="127.0.0.1"
            )


def _at(business: Business, days: int, hour: int) -> dt.datetime:
    zone = ZoneInfo(business.timezone)
    day = clock.now().astimezone(zone).date() + dt.timedelta(days=days)
    return dt.datetime.combine(day, dt.time(hour), zone).astimezone(dt.UTC)


def _row(session: Session, business: Business, who: Person) -> str:
    return str(subscription.find(session, business.id, SMS, who.number).id)
