"""What did we ask? A questionnaire is edited as a draft; publishing makes a version that never changes."""

import datetime as dt
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlmodel import Field, Session, SQLModel, select

from portal import clock
from portal.column import UtcTime, new_id, one_of
from portal.errors import Invalid, NotFound

MOST_QUESTIONS = 60
MOST_OPTIONS = 50


class Kind(StrEnum):
    TEXT = "text"
    PARAGRAPH = "paragraph"
    CHOICE = "choice"
    CHOICES = "choices"
    DATE = "date"
    EMAIL = "email"
    PHONE = "phone"
    OPT_IN = "opt_in"


class State(StrEnum):
    DRAFT = "draft"
    PUBLISHED = "published"
    ARCHIVED = "archived"


class Confirmation(StrEnum):
    """How a Yes becomes an opt-in (X-29): at once, or only when the handset replies YES."""

    SINGLE = "single"
    REPLY = "reply"


@dataclass(frozen=True)
class Question:
    """One question. `id` stays over versions; `options` only for choice and choices. An opt-in question has no words
    of its own: its disclaimer is fixed (H-8)."""

    id: str
    kind: str
    label: str
    required: bool = False
    options: tuple[str, ...] = ()


class Questionnaire(SQLModel, table=True):
    """`draft` holds the questions being edited; `version` is the published version, 0 before the first."""

    __table_args__ = (
        one_of(State, "state"),
        one_of(Confirmation, "confirmation"),
        sa.Index("questionnaire_by_time", "business_id", "created_at", "id"),
    )

    id: str = Field(default_factory=new_id, primary_key=True)
    business_id: str = Field(foreign_key="business.id")
    token: str = Field(default_factory=lambda: secrets.token_urlsafe(12), unique=True)
    title: str
    state: str = State.DRAFT
    confirmation: str = Confirmation.SINGLE
    draft: list[dict[str, Any]] = Field(default_factory=list, sa_type=sa.JSON)
    version: int = 0
    created_at: dt.datetime = Field(default_factory=clock.now, sa_type=UtcTime)


class QuestionnaireVersion(SQLModel, table=True):
    """What clients saw: title and questions, fixed."""

    __tablename__ = "questionnaire_version"

    questionnaire_id: str = Field(foreign_key="questionnaire.id", primary_key=True)
    version: int = Field(primary_key=True)
    title: str
    questions: list[dict[str, Any]] = Field(sa_type=sa.JSON)
    published_at: dt.datetime = Field(default_factory=clock.now, sa_type=UtcTime)


def create(session: Session, business_id: str, title: str) -> Questionnaire:
    """A draft that starts with an opt-in question, since that is what it is for."""
    questionnaire = Questionnaire(business_id=business_id, title=_title(title))
    questionnaire.draft = [asdict(Question(new_id()[:12], Kind.OPT_IN, "May we text you?", True))]
    session.add(questionnaire)
    session.flush()
    return questionnaire


def get(session: Session, business_id: str, questionnaire_id: str) -> Questionnaire:
    """Raises NotFound for an unknown or somebody else's."""
    found = session.get(Questionnaire, questionnaire_id)
    if found is None or found.business_id != business_id:
        raise NotFound("There is no such questionnaire.")
    return found


def by_token(session: Session, token: str) -> Questionnaire:
    """The published questionnaire behind a public link. Raises NotFound for drafts and archived ones too."""
    found = session.exec(select(Questionnaire).where(Questionnaire.token == token)).first()
    if found is None or found.state != State.PUBLISHED:
        raise NotFound("This questionnaire is not open.")
    return found


def page(
    session: Session, business_id: str, *, after: str | None = None, limit: int = 50
) -> tuple[list[Questionnaire], str | None]:
    """Newest first, keyset-paged; the second value is the id to go on after, or None."""
    query = select(Questionnaire).where(Questionnaire.business_id == business_id)
    if after:
        last = get(session, business_id, after)
        query = query.where(sa.tuple_(sa.column("created_at"), sa.column("id")) < sa.tuple_(last.created_at, last.id))
    found = list(session.exec(query.order_by(sa.desc("created_at"), sa.desc("id")).limit(limit + 1)).all())
    return found[:limit], found[limit - 1].id if len(found) > limit else None


def questions_of(draft: Sequence[Mapping[str, Any]]) -> list[Question]:
    """Stored questions as values."""
    return [Question(**(dict(each) | {"options": tuple(each.get("options", ()))})) for each in draft]


def save_draft(session: Session, questionnaire: Questionnaire, *, title: str, questions: Sequence[Question]) -> None:
    """Raises Invalid with a sentence per question id when something is missing."""
    checked = check(questions)
    questionnaire.title = _title(title)
    questionnaire.draft = [asdict(each) for each in checked]
    session.add(questionnaire)
    session.flush()


def check(questions: Sequence[Question]) -> list[Question]:
    """The rules of a questionnaire; raises Invalid. At most one opt-in question, labels everywhere, two options or more."""
    problems: dict[str, list[str]] = {}
    if len(questions) > MOST_QUESTIONS:
        problems["questions"] = [f"A questionnaire has at most {MOST_QUESTIONS} questions."]
    if sum(each.kind == Kind.OPT_IN for each in questions) > 1:
        problems["questions"] = ["A questionnaire has at most one opt-in question."]
    for each in questions:
        sentences = _problems_of(each)
        if sentences:
            problems[each.id] = sentences
    if problems:
        raise Invalid("Some questions need another look.", fields=problems)
    return list(questions)


def publish(session: Session, questionnaire: Questionnaire) -> QuestionnaireVersion:
    """Make the draft the version that clients see. Raises Invalid for a draft without questions."""
    questions = check(questions_of(questionnaire.draft))
    if not questions:
        raise Invalid("Please add a question first.", fields={"questions": ["Please add a question first."]})
    questionnaire.version += 1
    questionnaire.state = State.PUBLISHED
    version = QuestionnaireVersion(
        questionnaire_id=questionnaire.id,
        version=questionnaire.version,
        title=questionnaire.title,
        questions=[asdict(each) for each in questions],
    )
    session.add(version)
    session.add(questionnaire)
    session.flush()
    return version


def archive(session: Session, questionnaire: Questionnaire) -> None:
    """Close it: the public link answers 404, what was sent in stays."""
    questionnaire.state = State.ARCHIVED
    session.add(questionnaire)


def version_of(session: Session, questionnaire: Questionnaire, number: int | None = None) -> QuestionnaireVersion:
    """A published version, by default the latest. Raises NotFound."""
    found = session.get(QuestionnaireVersion, (questionnaire.id, number or questionnaire.version))
    if found is None:
        raise NotFound("This questionnaire is not open.")
    return found


def _title(title: str) -> str:
    title = " ".join(title.split())
    if not title or len(title) > 120:
        raise Invalid(
            "Please give a title of at most 120 characters.",
            fields={"title": ["Please give a title of at most 120 characters."]},
        )
    return title


def _problems_of(question: Question) -> list[str]:
    if question.kind not in set(Kind):
        return [f"There is no kind of question called “{question.kind}”."]
    if not question.label.strip() or len(question.label) > 300:
        return ["Please write the question, in at most 300 characters."]
    if question.kind in (Kind.CHOICE, Kind.CHOICES):
        options = [option.strip() for option in question.options]
        if len(options) < 2 or not all(options) or len(set(options)) < len(options) or len(options) > MOST_OPTIONS:
            return [f"Please give at least two different options, and at most {MOST_OPTIONS}."]
    return []
