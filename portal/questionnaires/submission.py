"""One client's immutable copy of what they answered; what their Yes or No does to consent is choice.py."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlmodel import Field, Session, SQLModel, select

from portal import clock
from portal.accounts import delivery
from portal.accounts.endpoint import Event
from portal.accounts.sender import SMS
from portal.column import UtcTime, new_id, table_of
from portal.consent import subscription
from portal.contacts.contact import Contact
from portal.errors import NotFound
from portal.messaging import trigger_event
from portal.messaging.trigger_event import Trigger
from portal.questionnaires import choice
from portal.questionnaires import questionnaire as questionnaires
from portal.questionnaires.choice import Act, Applied
from portal.questionnaires.questionnaire import Questionnaire
from portal.settings import Caps
from portal.statement import Statement, param, params

__all__ = ["Act", "Answer", "Submission", "find", "is_used", "number_of", "page", "receive"]


class Submission(SQLModel, table=True):
    """`nonce` is the form instance's: used once, so that a double click is one submission. `contact_id` is who answered
    when a personal link says so, or the new contact that an unknown number became. `visibility` is what the client's
    browser said of the words beside their Yes. `asks_for_text`: its client is to text us first, by the code of
    texted_code.py."""

    __table_args__ = (
        sa.Index("submission_by_time", "questionnaire_id", "created_at", "id"),
        sa.Index("submission_by_contact", "contact_id", "created_at", "id"),
        sa.Index("submission_by_business", "business_id", "created_at", "id"),
    )

    id: str = Field(default_factory=new_id, primary_key=True)
    business_id: str = Field(foreign_key="business.id")
    questionnaire_id: str = Field(foreign_key="questionnaire.id")
    version: int
    nonce: str = Field(unique=True)
    contact_id: str | None = Field(default=None, foreign_key="contact.id")
    answers: list[dict[str, Any]] = Field(sa_type=sa.JSON)
    opt_in: str = ""
    visibility: dict[str, Any] | None = Field(default=None, sa_type=sa.JSON)
    asks_for_text: bool = Field(default=False, sa_column_kwargs={"server_default": sa.false()})
    created_at: dt.datetime = Field(default_factory=clock.now, sa_type=UtcTime)
    emptied_at: dt.datetime | None = Field(default=None, sa_type=UtcTime)


@dataclass(frozen=True)
class Answer:
    """One reply with the question's label as it was; `value` is a string, or a tuple for choices. For the opt-in
    question it is yes, no or nothing, and `number` is the E.164 number given with a Yes."""

    question: str
    label: str
    kind: str
    value: str | tuple[str, ...]
    number: str = ""


_table = table_of(Submission)
_STORE = Statement(
    lambda insert: (
        insert(_table)
        .values(**params(*(column.key for column in _table.columns)))
        .on_conflict_do_nothing(index_elements=["nonce"])
        .returning(_table.c.id)
    )
)
_USED = Statement(sa.select(_table.c.id).where(_table.c.nonce == param("nonce")))
_FOLLOW = Statement(
    sa.update(_table)
    .where(_table.c.id == param("id"))
    .values(
        contact_id=sa.func.coalesce(param("contact_id", sa.String()), _table.c.contact_id),
        asks_for_text=param("asks_for_text", sa.Boolean()),
    )
)


def is_used(session: Session, nonce: str) -> bool:
    """Whether this form instance was sent in before."""
    return _USED.first(session, nonce=nonce) is not None


def find(session: Session, questionnaire: Questionnaire, nonce: str) -> Submission | None:
    """What was sent in with this form instance."""
    found = session.exec(select(Submission).where(Submission.nonce == nonce)).first()
    return found if found is not None and found.questionnaire_id == questionnaire.id else None


def number_of(sent: Submission) -> str:
    """The number given with a Yes, or nothing."""
    return next((str(answer["number"]) for answer in sent.answers if answer.get("number")), "")


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
) -> str | None:
    """Store the answers and act on the opt-in question. `client` is known only through a personal link. The
    submission's id; None when this form instance was sent in before, also at this very moment by a second click."""
    submission_id = new_id()
    values = [dict(vars(each)) for each in answers]
    stored = _STORE.rows(
        session, id=submission_id, business_id=questionnaire.business_id, questionnaire_id=questionnaire.id,
        version=version, nonce=nonce, contact_id=client.id if client else None, answers=values,
        opt_in=act.choice if act else "", visibility=_measured(act), asks_for_text=False, created_at=clock.now(),
        emptied_at=None,
    )  # fmt: skip
    if not stored:
        return None
    if act is not None:
        done = choice.apply(
            session, questionnaire, act, submission_id=submission_id, version=version, answers=values, client=client,
            caps=caps,
        )  # fmt: skip
        if done != Applied():
            _FOLLOW.run(session, id=submission_id, contact_id=done.contact_id, asks_for_text=done.asks_for_text)
    _tell_automations(session, questionnaire, act, submission_id, client)
    questionnaires.count(session, questionnaire.id, act.choice if act else "")
    delivery.note(session, questionnaire.business_id, Event.SUBMISSION_RECEIVED, submission_id)
    return submission_id


def _measured(act: Act | None) -> dict[str, Any] | None:
    """What sight.py looks back on; the ledger keeps it as evidence."""
    seen = act.visibility if act is not None and act.choice == "yes" else None
    return dict(seen) if isinstance(seen, Mapping) else None


def _tell_automations(
    session: Session, questionnaire: Questionnaire, act: Act | None, submission_id: str, client: Contact | None
) -> None:
    """Who sent it in: the client of the personal link, at whichever number; or the number given with a Yes. Anybody may
    type a number into a public form, as often as they like: there, a questionnaire counts once a day."""
    if client is not None:
        trigger_event.note(
            session, client.business_id, Trigger.SUBMITTED, source=f"submission:{submission_id}", subscription_id=None,
            contact_id=client.id, questionnaire_id=questionnaire.id,
        )  # fmt: skip
    elif act is not None and act.choice == "yes" and act.number is not None:
        row = subscription.find(session, questionnaire.business_id, SMS, act.number.e164)
        daily = f"submitted:{questionnaire.id}:{clock.now().date().isoformat()}"
        trigger_event.note(
            session, row.business_id, Trigger.SUBMITTED, source=daily, subscription_id=row.id,
            contact_id=row.contact_id, questionnaire_id=questionnaire.id,
        )  # fmt: skip


def page(
    session: Session, questionnaire: Questionnaire, *, after: str | None = None, limit: int = 50
) -> tuple[list[Submission], str | None]:
    """Newest first, keyset-paged; the second value is the id to go on after, or None. Raises NotFound."""
    query = select(Submission).where(Submission.questionnaire_id == questionnaire.id)
    if after:
        last = session.get(Submission, after) if after.isalnum() else None
        if last is None or last.questionnaire_id != questionnaire.id:
            raise NotFound("There is no such submission.")
        query = query.where(sa.tuple_(_table.c.created_at, _table.c.id) < sa.tuple_(last.created_at, last.id))
    found = list(session.exec(query.order_by(_table.c.created_at.desc(), _table.c.id.desc()).limit(limit + 1)).all())
    return found[:limit], found[limit - 1].id if len(found) > limit else None
