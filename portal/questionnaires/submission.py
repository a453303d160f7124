"""One client's immutable copy of what they answered, and what their Yes or No does to consent."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import sqlalchemy as sa
from sqlmodel import Field, Session, SQLModel, select

from portal import clock
from portal.accounts import allowance
from portal.accounts.sender import SMS
from portal.column import UtcTime, new_id
from portal.consent import disclaimer, ledger, subscription
from portal.consent.disclaimer import Shown
from portal.consent.phone_number import PhoneNumber
from portal.consent.purpose import Scope
from portal.consent.state import Kind, Origin, Proof, Status
from portal.contacts import contact
from portal.contacts.contact import Contact
from portal.errors import NotFound
from portal.messaging import opt_in
from portal.questionnaires.questionnaire import Confirmation, Questionnaire
from portal.settings import Caps

HOUR, DAY, MONTH = dt.timedelta(hours=1), dt.timedelta(days=1), dt.timedelta(days=30)


class Submission(SQLModel, table=True):
    """`nonce` is the form instance's: used once, so that a double click is one submission."""

    __table_args__ = (sa.Index("submission_by_time", "questionnaire_id", "created_at", "id"),)

    id: str = Field(default_factory=new_id, primary_key=True)
    business_id: str = Field(foreign_key="business.id", index=True)
    questionnaire_id: str = Field(foreign_key="questionnaire.id")
    version: int
    nonce: str = Field(unique=True)
    contact_id: str | None = Field(default=None, foreign_key="contact.id")
    answers: list[dict[str, Any]] = Field(sa_type=sa.JSON)
    opt_in: str = ""
    created_at: dt.datetime = Field(default_factory=clock.now, sa_type=UtcTime)


@dataclass(frozen=True)
class Answer:
    """One reply with the question's label as it was; `value` is a string, or a tuple for choices."""

    question: str
    label: str
    kind: str
    value: str | tuple[str, ...]


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


def is_used(session: Session, nonce: str) -> bool:
    """Whether this form instance was sent in before."""
    return session.exec(select(Submission.id).where(Submission.nonce == nonce)).first() is not None


def receive(
    session: Session,
    questionnaire: Questionnaire,
    *,
    version: int,
    nonce: str,
    answers: Sequence[Answer],
    act: Act | None,
    client: Contact | None,
    caps: Caps,
) -> Submission | None:
    """Store the answers and act on the opt-in question. `client` is known only through a personal link. None: sent before."""
    if is_used(session, nonce):
        return None
    submission = Submission(
        business_id=questionnaire.business_id, questionnaire_id=questionnaire.id, version=version, nonce=nonce,
        contact_id=client.id if client else None, answers=[asdict(each) for each in answers],
        opt_in=act.choice if act else "",
    )  # fmt: skip
    session.add(submission)
    session.flush()
    if act is not None:
        disclaimer.keep(session, questionnaire.business_id, act.shown)
        _Choice(session, questionnaire, submission, act, client, caps).apply()
    return submission


def page(
    session: Session, questionnaire: Questionnaire, *, after: str | None = None, limit: int = 50
) -> tuple[list[Submission], str | None]:
    """Newest first, keyset-paged."""
    query = select(Submission).where(Submission.questionnaire_id == questionnaire.id)
    if after:
        last = session.get(Submission, after)
        if last is None or last.questionnaire_id != questionnaire.id:
            raise NotFound("There is no such submission.")
        query = query.where(sa.tuple_(sa.column("created_at"), sa.column("id")) < sa.tuple_(last.created_at, last.id))
    found = list(session.exec(query.order_by(sa.desc("created_at"), sa.desc("id")).limit(limit + 1)).all())
    return found[:limit], found[limit - 1].id if len(found) > limit else None


@dataclass
class _Choice:
    """What one Yes or No means for consent."""

    session: Session
    questionnaire: Questionnaire
    submission: Submission
    act: Act
    client: Contact | None
    caps: Caps

    def apply(self) -> None:
        if self.act.choice == "yes" and self.act.number is not None:
            self._yes(self.act.number)
        elif self.act.choice == "no" and self.client is not None:
            self._no(self.client)

    def _yes(self, number: PhoneNumber) -> None:
        row = subscription.lock(self.session, self.questionnaire.business_id, SMS, number.e164)
        self._introduce(row)
        row = subscription.lock_by_id(self.session, row.business_id, row.id)
        if self.client is None and row.status in (Status.OPTED_OUT, Status.DECLINED):
            self._claim(row)  # anybody could have typed this number (X-13, interface.md 6.1)
        elif self.client is None and row.status != Status.OPTED_IN and not self._has_room(number):
            self._claim(row)  # no text may go out now, so nothing is opened either
        elif self.questionnaire.confirmation == Confirmation.REPLY and row.status != Status.OPTED_IN:
            opt_in.ask(
                self.session, row, origin=Origin.FORM, actor=self._actor, evidence=self._evidence(),
                submission_id=self.submission.id,
            )  # fmt: skip
        else:
            opt_in.opt_in(
                self.session, row, origin=Origin.FORM, proof=self._proof, actor=self._actor, scope=Scope.INFORMATIONAL,
                confirmation="form.confirmation", submission_id=self.submission.id, evidence=self._evidence(),
            )  # fmt: skip

    def _no(self, client: Contact) -> None:
        """A No through a personal link stops every number of the client (X-13)."""
        for each in contact.numbers(self.session, client):
            row = subscription.lock(self.session, client.business_id, SMS, each.number)
            if row.status == Status.OPTED_IN:
                opt_in.opt_out(
                    self.session, row, origin=Origin.FORM, proof=Proof.PERSONAL_LINK, actor=self._actor,
                    should_confirm=True, submission_id=self.submission.id, evidence=self._evidence(),
                )  # fmt: skip
            elif row.status in (Status.NONE, Status.REQUESTED):
                self._record(row, Kind.DECLINED)

    def _introduce(self, row: Any) -> None:
        """Give the number a name: the client's of the personal link, or a new contact for a number nobody has."""
        if self.client is not None:
            contact.add_number(self.session, self.client, row.number)
            contact.label(self.session, row.business_id, row.number)
        elif not contact.having(self.session, row.business_id, row.number):
            name, email = _particulars(self.submission.answers)
            made = contact.create(
                self.session, row.business_id, name=name or row.number, email=email, numbers=[row.number]
            )
            self.submission.contact_id = made.id
            self.session.add(self.submission)
            self.session.flush()

    def _claim(self, row: Any) -> None:
        self._record(row, Kind.CLAIMED)

    def _record(self, row: Any, kind: Kind) -> None:
        ledger.record(
            self.session, row, kind, origin=Origin.FORM, proof=self._proof, actor=self._actor,
            submission_id=self.submission.id, evidence=self._evidence(),
        )  # fmt: skip

    @property
    def _proof(self) -> Proof:
        return Proof.PERSONAL_LINK if self.client else Proof.ANONYMOUS

    @property
    def _actor(self) -> str:
        return f"contact:{self.client.id}" if self.client else "client"

    def _has_room(self, number: PhoneNumber) -> bool:
        """Each bucket is checked on its own, never one key of a combination (promises.md B.2 layer 4)."""
        buckets = self._buckets(number)
        if not all(
            allowance.has_room(self.session, what, limit=limit, window=window) for what, limit, window in buckets
        ):
            return False
        for what, _, window in buckets:
            allowance.spend(self.session, what, window=window)
        return True

    def _buckets(self, number: PhoneNumber) -> list[tuple[str, int, dt.timedelta]]:
        caps, prefix = self.caps, number.e164[:-4]
        return [
            (f"number:{number.e164}", caps.number_day, DAY),
            (f"number:{number.e164}", caps.number_month, MONTH),
            (f"network:{self.act.network}", caps.network_hour, HOUR),
            (f"network:{self.act.network}", caps.network_day, DAY),
            (f"prefix:{prefix}", caps.prefix_hour, HOUR),
            (f"prefix:{prefix}", caps.prefix_day, DAY),
            (f"form:{self.questionnaire.id}", caps.form_hour, HOUR),
            (f"business:{self.questionnaire.business_id}", caps.business_day, DAY),
            (f"region:{number.region}", caps.region_hour, HOUR),
            ("installation", caps.installation_day, DAY),
        ]

    def _evidence(self) -> dict[str, Any]:
        act = self.act
        return {
            "words": act.shown.text, "wording_version": act.shown.id, "privacy_url": act.shown.privacy_url,
            "terms_url": act.shown.terms_url, "question": act.label, "choice": act.choice, "default": "none selected",
            "typed": act.typed, "questionnaire": self.questionnaire.id, "questionnaire_version": self.submission.version,
            "rendered": act.rendered, "rendered_sha256": act.rendered_sha256, "page_url": act.page_url,
            "referrer": act.referrer, "ip": act.ip, "user_agent": act.user_agent, "language": act.language,
            "offset": clock.now().strftime("%z"), "personal_link": self.client is not None,
        }  # fmt: skip


def _particulars(answers: Sequence[dict[str, Any]]) -> tuple[str, str]:
    """A name and an e-mail address among the answers, for a new contact."""
    name = next((a["value"] for a in answers if a["kind"] == "text" and "name" in a["label"].casefold()), "")
    email = next((a["value"] for a in answers if a["kind"] == "email"), "")
    return str(name).strip(), str(email).strip()
