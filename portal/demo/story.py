"""Tells a history through the real rooms: every Yes, text and STOP goes the way it goes in earnest, only earlier."""

import datetime as dt
import hashlib
import secrets
from collections.abc import Callable, Iterable
from dataclasses import dataclass, fields
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from sqlmodel import Session

from forms.opt_in import as_first_shown
from forms.phone_number import Dialling
from portal import clock
from portal.accounts.business import Business
from portal.accounts.member import Member
from portal.accounts.sender import SMS
from portal.consent import disclaimer, subscription
from portal.consent.phone_number import PhoneNumber, national
from portal.consent.state import Origin, Proof
from portal.contacts import contact
from portal.contacts.contact import Contact
from portal.messaging import claim, inbox, opt_in, outcome, rehearsal, thread
from portal.messaging.inbox import Rules
from portal.messaging.spending import Limits
from portal.providers.provider import Accepted, InboundText, Outbound, Provider
from portal.questionnaires import questionnaire as questionnaires
from portal.questionnaires import submission
from portal.questionnaires.question import OPT_IN_LABEL, Kind, Question
from portal.questionnaires.questionnaire import Questionnaire
from portal.questionnaires.submission import Act, Answer
from portal.settings import Caps
from portal.web import rendering

BROWSER = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15"
FREE, ALL = Caps(*[0] * len(fields(Caps))), Limits(0, 0)


@dataclass(frozen=True)
class Person:
    """A client who does not exist; `session` is the kind of pictures they want."""

    name: str
    number: str
    email: str = ""
    session: str = ""
    note: str = ""


@dataclass(frozen=True)
class Event:
    """`what` happened so long ago."""

    ago: dt.timedelta
    what: Callable[[], object]


class _Sent(NamedTuple):
    """A text that the pretend carrier took."""

    id: str
    business_id: str
    provider_id: str


@dataclass
class Story:
    """The business with its sender, and the verbs of a history."""

    session: Session
    provider: Provider
    url: str
    business: Business
    sender_number: str

    def tell(self, events: Iterable[Event]) -> None:
        """In the order in which it happened, so that the ledger reads like one that grew."""
        for event in sorted(events, key=lambda event: event.ago, reverse=True):
            with clock.ago(event.ago):
                event.what()
                self.deliver()

    def ago(self, days: int, at: str) -> dt.timedelta:
        """Since `at` (HH:MM, in the business's own zone) so many days before today; for today, `at` is minutes ago."""
        if not days:
            return dt.timedelta(minutes=int(at))
        zone = ZoneInfo(self.business.timezone)
        today = clock.now().astimezone(zone).date()
        moment = dt.datetime.combine(today - dt.timedelta(days=days), dt.time.fromisoformat(at), zone)
        return clock.now() - moment

    def says_yes(self, who: Person, form: Questionnaire, *, by_link: bool = False) -> None:
        """Through the public link, or through the personal link of the contact that has this number."""
        client = self._contact(who.number) if by_link else None
        self._submit(who, form, "yes", client)

    def says_no(self, who: Person, form: Questionnaire) -> None:
        self._submit(who, form, "no", self._contact(who.number))

    def texts(self, who: Person, text: str, *, is_today: bool) -> None:
        """The client's own handset; what did not come today has been read."""
        event = InboundText("SM" + secrets.token_hex(16), "", who.number, self.sender_number, text)
        self.receive(event, text.encode())
        if not is_today:
            subscription.mark_read(self.session, self.business.id, self._row(who).id)

    def writes(self, who: Person, member: Member, text: str) -> None:
        """A member at the desk, who has read what came before."""
        row = self._row(who)
        key = f"demo:{secrets.token_hex(8)}"
        thread.write(self.session, self.business.id, row.id, text, member_id=member.id, once_key=key)
        subscription.mark_read(self.session, self.business.id, row.id)

    def opts_out(self, who: Person, member: Member, reason: str) -> None:
        """A member records what the client said on the phone."""
        row = subscription.lock(self.session, self.business.id, SMS, who.number)
        evidence = {"reason": reason, "received_by": "phone", "received_at": clock.rfc3339(clock.now())}
        opt_in.opt_out(
            self.session, row, origin=Origin.MEMBER, proof=Proof.ATTESTED, actor=f"member:{member.id}",
            should_confirm=False, evidence=evidence,
        )  # fmt: skip

    def meets(self, who: Person) -> None:
        """A contact without any consent."""
        contact.create(self.session, self.business.id, name=who.name, email=who.email, numbers=[who.number])

    def gives(self, who: Person, number: str) -> None:
        """A second number of the same contact."""
        contact.add_number(self.session, self._contact(who.number), number)

    def _submit(self, who: Person, form: Questionnaire, choice: str, client: Contact | None) -> None:
        said = {
            Kind.TEXT: who.name, Kind.EMAIL: who.email, Kind.CHOICE: who.session, Kind.PARAGRAPH: who.note,
            Kind.OPT_IN: choice,
        }  # fmt: skip
        version, yes = questionnaires.version_of(self.session, form), Kind.OPT_IN if choice == "yes" else None
        answers = [
            Answer(
                each.id, each.label, each.kind, said.get(Kind(each.kind), ""), who.number if each.kind == yes else ""
            )
            for each in questionnaires.questions_of(version.questions)
        ]
        submission.receive(
            self.session, form, version=version.version, nonce=secrets.token_urlsafe(16), answers=answers,
            act=self._act(who, form, choice), client=client, caps=FREE,
        )  # fmt: skip

    def _act(self, who: Person, form: Questionnaire, choice: str) -> Act:
        shown = disclaimer.current(self.business, public_url=self.url)
        block = as_first_shown(Question("opt_in", Kind.OPT_IN, OPT_IN_LABEL, True), shown, Dialling("US", ("US",)))
        rendered = rendering.render("public_form/_opt_in.html", {"opt_in": block})
        number = PhoneNumber(who.number, "US") if choice == "yes" else None
        return Act(
            choice=choice, number=number, typed=national(who.number) if number else "", label=OPT_IN_LABEL,
            shown=shown, rendered=rendered, rendered_sha256=hashlib.sha256(rendered.encode()).hexdigest(),
            page_url=f"{self.url}/f/{form.token}", referrer="", ip="203.0.113.24", network="203.0.113.0/24",
            user_agent=BROWSER, language="en-US", form_title=form.title, time_zone=self.business.timezone,
        )  # fmt: skip

    def deliver(self) -> None:
        """What the dispatcher and the provider do: hand over, and report."""
        while claims := claim.take(self.session, 16, ALL):
            for each in claims:
                row = each.row
                text = Outbound(row.id, row.number, row.sender_number, row.text, {}, "", row.channel)
                result = self.provider.send(text, deadline=clock.monotonic() + 5)
                outcome.mark(self.session, row, result)
                if isinstance(result, Accepted):
                    rehearsal.deliver(self.session, [_Sent(row.id, row.business_id, result.provider_id)])

    def receive(self, event: InboundText, raw: bytes) -> None:
        inbox.receive(
            self.session, self.business.id, self.provider, event, raw=raw, arrived_at=clock.now(), rules=Rules()
        )

    def _row(self, who: Person) -> Any:
        return subscription.find(self.session, self.business.id, SMS, who.number)

    def _contact(self, number: str) -> Contact:
        return contact.having(self.session, self.business.id, number)[0]
