"""WhatsApp at the pretend studio: the approved templates, and clients who accepted, are silent, or are not there."""

import secrets
from collections.abc import Callable
from functools import partial

from sqlmodel import Session

from portal.accounts.business import Business
from portal.accounts.language import Language
from portal.accounts.member import Member
from portal.accounts.sender import WHATSAPP
from portal.consent import subscription
from portal.contacts import contact
from portal.demo import client
from portal.demo.story import Event, Person, Story
from portal.messaging import first_message, thread, whatsapp_template, wording
from portal.messaging.first_message import Basis
from portal.messaging.wording_slot import EDITABLE
from portal.providers.provider import InboundText

REQUEST = (
    "<Employee Name> of {business} would like to write to you here. Reply YES to get messages about {purposes}, "
    "or STOP to refuse. Reply HELP for help."
)
BODY = (
    "{{1}} of {{2}} would like to write to you here. Reply YES to get messages about {{3}}, or STOP to refuse. "
    "Reply HELP for help."
)
REMINDER = "Hello, a reminder of your session on {{1}} at {{2}}. Reply here if anything has changed."


def open_in(session: Session, business: Business, ana: Member) -> None:
    """The templates that Meta approved, and the request in the words of one of them."""
    for name, body in (("opt_in_request", BODY), ("session_reminder", REMINDER)):
        whatsapp_template.add(
            session, business.id, name=name, language="en_US", category="utility", body=body, status="approved"
        )
    wording.save(
        session, business, EDITABLE["mo.request.client"], Language.EN, REQUEST, actor=f"member:{ana.id}", ip="",
        channel=WHATSAPP, template={"name": "opt_in_request", "language": "en_US"},
    )  # fmt: skip


def events(story: Story, ana: Member) -> list[Event]:
    """On numbers that the history of texts knows: consent is another one on each channel (W-4)."""
    told = _Told(story, ana)
    history: tuple[tuple[int, str, Callable[[Person, str], None], Person, str], ...] = (
        (6, "10:00", told.asks, client.PRIYA, "Hi Priya, shall I send the first pictures here?"),
        (6, "10:20", told.hears, client.PRIYA, "YES"),
        (1, "16:00", told.asks, client.JONAS, "Hi Jonas, the holiday minis are on the 12th. Shall I keep you a place?"),
        (1, "11:00", told.asks, client.WALTER, "Hello Walter, do the parrots like music?"),
        (0, "75", told.hears, client.PRIYA, "They are wonderful! Can we get two more of the hands?"),
    )
    return [Event(story.ago(days, at), partial(what, who, said)) for days, at, what, who, said in history]


class _Told:
    """The verbs of this history."""

    def __init__(self, story: Story, ana: Member) -> None:
        self._story, self._ana = story, ana

    def asks(self, who: Person, text: str) -> None:
        session, business = self._story.session, self._story.business
        row = subscription.lock(session, business.id, WHATSAPP, who.number)
        contact.label(session, business.id, who.number, WHATSAPP)
        first_message.ask(
            session, business, row, basis=Basis.GAVE_NUMBER, note="", member=self._ana, actor=f"member:{self._ana.id}"
        )
        thread.write(
            session, business.id, row.id, text, member_id=self._ana.id, once_key=f"demo:{secrets.token_hex(8)}"
        )

    def hears(self, who: Person, text: str) -> None:
        event = InboundText(
            "WA" + secrets.token_hex(16), "", who.number, self._story.sender_number, text, channel=WHATSAPP
        )
        self._story.receive(event, text.encode())
