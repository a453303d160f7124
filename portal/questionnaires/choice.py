"""What one Yes or No to the opt-in question does to consent: whose act it is, and whether a text may follow."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlmodel import Session

from portal import clock
from portal.accounts import business as businesses
from portal.accounts.sender import SMS
from portal.consent import disclaimer, ledger, marketing, phone_number, subscription
from portal.consent.disclaimer import Shown
from portal.consent.marketing import Marketing
from portal.consent.phone_number import PhoneNumber
from portal.consent.purpose import Scope, narrower
from portal.consent.state import Kind, Origin, Proof, Status
from portal.consent.visibility import Seen
from portal.contacts import contact
from portal.contacts.contact import Contact
from portal.messaging import completion, confirmation_room, marketing_text, opt_in, outbox, text_first, texted_code
from portal.questionnaires.questionnaire import Confirmation, Questionnaire
from portal.settings import Caps


@dataclass(frozen=True)
class Act:
    """The client's answer to the opt-in question and everything that proves it (rules.md section 9)."""

    choice: str  # "yes" or "no"
    number: PhoneNumber | None
    typed: str
    label: str
    shown: Shown
    rendered: str
    rendered_sha256: str
    page_url: str
    referrer: str
    ip: str
    network: str
    user_agent: str
    language: str
    marketing: Marketing | None = None  # what was said to the question about marketing, where it was asked
    visibility: Seen | None = None
    form_title: str = ""
    time_zone: str = ""  # what the browser says of itself; empty without a script


@dataclass(frozen=True)
class Applied:
    """`contact_id` of a contact when an unknown number became one; `asks_for_text` where nothing is sent before the
    handset has texted us."""

    contact_id: str | None = None
    asks_for_text: bool = False


def apply(
    session: Session,
    questionnaire: Questionnaire,
    act: Act,
    *,
    submission_id: str,
    version: int,
    answers: Sequence[Mapping[str, Any]],
    client: Contact | None,
    caps: Caps,
) -> Applied:
    """Record the choice."""
    disclaimer.keep(session, questionnaire.business_id, act.shown)
    if act.marketing is not None:
        disclaimer.keep(session, questionnaire.business_id, act.marketing.shown)
    choice = _Choice(session, questionnaire, act, submission_id, version, client, caps)
    if act.choice == "yes" and act.number is not None:
        return choice.yes(act.number, *particulars(answers))
    if act.choice == "no" and client is not None:
        choice.no(client)
    return Applied()


def particulars(answers: Sequence[Mapping[str, Any]]) -> tuple[str, str]:
    """The name and the e-mail address among the answers, or nothing."""
    name = next((a["value"] for a in answers if a["kind"] == "text" and "name" in a["label"].casefold()), "")
    email = next((a["value"] for a in answers if a["kind"] == "email"), "")
    return str(name).strip(), str(email).strip()


@dataclass
class _Choice:
    session: Session
    questionnaire: Questionnaire
    act: Act
    submission_id: str
    version: int
    client: Contact | None
    caps: Caps

    def yes(self, number: PhoneNumber, name: str, email: str) -> Applied:
        proof = self._proof(number.e164)
        row = subscription.lock(self.session, self.questionnaire.business_id, SMS, number.e164)
        made = self._introduce(row, name, email)
        row = subscription.lock_by_id(self.session, row.business_id, row.id)
        keys = text_first.keys(self.session, row.business_id, self.questionnaire.id, number)
        asks_for_text = self._asks_for_text(row, number, proof, keys)
        if asks_for_text:
            self._record(row, Kind.CLAIMED, proof, {texted_code.MARK: True})
        elif proof is Proof.ANONYMOUS and self._is_closed(row):
            self._record(row, Kind.CLAIMED, proof)  # anybody could have typed this number (X-13, interface.md 6.1)
        elif self._causes_text(row, proof) and not self._has_room(number, proof):
            self._record(row, Kind.CLAIMED, proof)  # no text may go out now, so nothing is opened either
        else:
            self._open(row, proof, keys)
        return Applied(made, asks_for_text)

    def _asks_for_text(self, row: Any, number: PhoneNumber, proof: Proof, keys: tuple[str, str, str]) -> bool:
        """Whether the handset has to speak first. Who typed a number that anybody may have typed learns it, so that it
        depends on nothing that is known about this one (P15); a personal link has limits of its own."""
        is_wanted = self.questionnaire.confirms is Confirmation.TEXT_FIRST
        if proof is Proof.PERSONAL_LINK:
            return is_wanted and self._is_open(row)
        home = businesses.get(self.session, self.questionnaire.business_id)
        if is_wanted or number.region != home.region:
            return True
        if text_first.is_on(self.session, keys, percent=self.caps.completion_percent):
            return True
        return not confirmation_room.take_a_turn(
            self.session, number.region, self.caps, network=self.act.network, form=self.questionnaire.id,
            business_id=home.id,
        )  # fmt: skip

    def _open(self, row: Any, proof: Proof, keys: tuple[str, str, str]) -> None:
        """Ask the handset, or take the Yes for what it is; a text that anybody caused is watched (B.2 layer 5)."""
        at, confirms = clock.now(), self.questionnaire.confirms
        scope, proved = marketing.reach(row, self._evidence())
        if confirms is not Confirmation.SINGLE and proof is Proof.ANONYMOUS and not self._is_open(row):
            scope = Scope(
                narrower(scope, row.scope) or Scope.INFORMATIONAL
            )  # where handsets confirm, nobody else widens
        act: dict[str, Any] = {
            "origin": Origin.FORM, "actor": self._actor, "submission_id": self.submission_id, "evidence": proved,
        }  # fmt: skip
        if confirms is not Confirmation.SINGLE and self._is_open(row):
            with_code = confirms is Confirmation.CODE
            recorded = opt_in.ask(self.session, row, with_code=with_code, **act)
        else:
            with_code = False
            recorded = opt_in.opt_in(
                self.session, row, proof=proof, scope=scope, confirmation="form.confirmation", **act
            )
        is_confirmed = recorded.has_changed_status or marketing_text.has_begun(recorded)
        if proof is Proof.ANONYMOUS and (with_code or is_confirmed):
            completion.note(self.session, row, keys, at=at)

    def _causes_text(self, row: Any, proof: Proof) -> bool:
        """Whether this Yes may be followed by a text: it opens texting, or marketing."""
        is_own_act = proof is Proof.PERSONAL_LINK
        return row.status != Status.OPTED_IN or marketing.begins(row, self._evidence(), is_own_act=is_own_act)

    def no(self, client: Contact) -> None:
        """A No through a personal link stops every number of the client (X-13)."""
        for number in _current(self.session, client):
            row = subscription.lock(self.session, client.business_id, SMS, number)
            if row.status == Status.OPTED_IN:
                opt_in.opt_out(
                    self.session, row, origin=Origin.FORM, proof=Proof.PERSONAL_LINK, actor=self._actor,
                    should_confirm=True, submission_id=self.submission_id, evidence=self._evidence(),
                )  # fmt: skip
            elif row.status in (Status.NONE, Status.REQUESTED):
                outbox.cancel_waiting(self.session, row.id, reason="declined")
                self._record(row, Kind.DECLINED, Proof.PERSONAL_LINK)

    def _proof(self, number: str) -> Proof:
        """A personal link speaks for the numbers its contact has; for any other number its holder is anybody."""
        is_theirs = self.client is not None and number in _current(self.session, self.client)
        return Proof.PERSONAL_LINK if is_theirs else Proof.ANONYMOUS

    @staticmethod
    def _is_closed(row: Any) -> bool:
        """Whether the number's own owner has closed it, or may have; also while they are asked about coming back."""
        is_no = row.returns_to or row.status in (Status.OPTED_OUT, Status.DECLINED)
        return bool(is_no or row.is_paused or row.in_review)

    @staticmethod
    def _is_open(row: Any) -> bool:
        """Whether nobody has decided yet, so that a form may ask the handset."""
        return row.status in (Status.NONE, Status.REQUESTED) and not row.returns_to

    def _introduce(self, row: Any, name: str, email: str) -> str | None:
        """A number nobody has goes to the client of the personal link, or to a new contact, whose id it answers."""
        business_id, number = self.questionnaire.business_id, row.number
        is_free = not contact.is_held(self.session, business_id, number)
        if is_free and self.client is None:
            return contact.create(
                self.session, business_id, name=name or number, email=email, numbers=[number], has_typed_name=True
            ).id
        if is_free and self.client is not None:
            contact.add_number(self.session, self.client, number)
        elif row.contact_id is None:
            contact.label(self.session, business_id, number)
        return None

    def _record(self, row: Any, kind: Kind, proof: Proof, more: Mapping[str, Any] | None = None) -> None:
        ledger.record(
            self.session, row, kind, origin=Origin.FORM, proof=proof, actor=self._actor,
            submission_id=self.submission_id, evidence={**self._evidence(), **(more or {})},
        )  # fmt: skip

    @property
    def _actor(self) -> str:
        return f"contact:{self.client.id}" if self.client else "client"

    def _has_room(self, number: PhoneNumber, proof: Proof) -> bool:
        if proof is Proof.PERSONAL_LINK:
            return confirmation_room.take_for_client(self.session, number.e164, self.caps)
        return confirmation_room.take_for_anybody(self.session, number, self.caps)

    def _evidence(self) -> dict[str, Any]:
        act = self.act
        echo = phone_number.display(act.number.e164) if act.number else ""
        more: dict[str, Any] = {marketing.KEY: act.marketing.evidence()} if act.marketing else {}
        more |= {"visibility": act.visibility} if act.visibility else {}
        return more | {
            "words": act.shown.text, "wording_version": act.shown.id, "privacy_url": act.shown.privacy_url,
            "terms_url": act.shown.terms_url, "question": act.label, "choice": act.choice, "default": "none selected",
            "typed": act.typed, "echo": echo, "questionnaire": self.questionnaire.id,
            "questionnaire_version": self.version, "rendered": act.rendered, "rendered_sha256": act.rendered_sha256,
            "page_url": act.page_url, "referrer": act.referrer, "ip": act.ip, "user_agent": act.user_agent,
            "language": act.language, "form_title": act.form_title, "time_zone": act.time_zone,
            "offset": clock.now().strftime("%z"), "personal_link": self.client is not None,
        }  # fmt: skip


def _current(session: Session, client: Contact) -> list[str]:
    return [each.number for each in contact.numbers(session, client) if each.is_current]
