"""What did we ask? A questionnaire is edited as a draft; publishing makes a version that never changes."""

import datetime as dt
import secrets
from collections.abc import Sequence
from dataclasses import asdict
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlmodel import Field, Session, SQLModel, select

from portal import clock
from portal.column import UtcTime, new_id, one_of, table_of
from portal.errors import Invalid, NotFound
from portal.questionnaires import question
from portal.questionnaires.question import Kind, Question
from portal.questionnaires.question import of as questions_of
from portal.statement import Statement, param

__all__ = ["Kind", "Question", "questions_of"]

CLOSED = "This questionnaire is not open."


class State(StrEnum):
    DRAFT = "draft"
    PUBLISHED = "published"
    ARCHIVED = "archived"


class Confirmation(StrEnum):
    """How a Yes becomes an opt-in (X-29): at once, or only when the handset replies YES, or when its code is typed, or
    when the handset texts us the code that the page shows (promises.md B.2 layer 6)."""

    SINGLE = "single"
    REPLY = "reply"
    CODE = "code"
    TEXT_FIRST = "text_first"


class _Texted(StrEnum):
    """Those that the column may hold; the fourth came when SQLite could not change its constraint any more without
    rebuilding a table that others refer to, and is a column of its own."""

    SINGLE = "single"
    REPLY = "reply"
    CODE = "code"


class Questionnaire(SQLModel, table=True):
    """`draft` holds the questions being edited; `version` is the published version, 0 before the first. The counts are
    kept in the transaction that stores a submission, so that a list never counts rows (speed.md, design 5). `confirms`
    says what `confirmation` and `is_text_first` mean together."""

    __table_args__ = (
        one_of(State, "state"),
        one_of(_Texted, "confirmation"),
        sa.Index("questionnaire_by_time", "business_id", "created_at", "id"),
    )

    id: str = Field(default_factory=new_id, primary_key=True)
    business_id: str = Field(foreign_key="business.id")
    token: str = Field(default_factory=lambda: secrets.token_urlsafe(16), unique=True)
    title: str
    state: str = State.DRAFT
    confirmation: str = Confirmation.SINGLE
    is_text_first: bool = Field(default=False, sa_column_kwargs={"server_default": sa.false()})
    draft: list[dict[str, Any]] = Field(default_factory=list, sa_type=sa.JSON)
    version: int = 0
    submission_count: int = 0
    yes_count: int = 0
    no_count: int = 0
    created_at: dt.datetime = Field(default_factory=clock.now, sa_type=UtcTime)

    @property
    def confirms(self) -> Confirmation:
        return Confirmation.TEXT_FIRST if self.is_text_first else Confirmation(self.confirmation)

    def confirm_by(self, wanted: Confirmation) -> None:
        self.is_text_first = wanted is Confirmation.TEXT_FIRST
        if not self.is_text_first:
            self.confirmation = wanted


class QuestionnaireVersion(SQLModel, table=True):
    """What clients saw: title and questions, fixed."""

    __tablename__ = "questionnaire_version"

    questionnaire_id: str = Field(foreign_key="questionnaire.id", primary_key=True)
    version: int = Field(primary_key=True)
    title: str
    questions: list[dict[str, Any]] = Field(sa_type=sa.JSON)
    published_at: dt.datetime = Field(default_factory=clock.now, sa_type=UtcTime)


table, versions = table_of(Questionnaire), table_of(QuestionnaireVersion)
_COUNT = Statement(
    sa.update(table)
    .where(table.c.id == param("id"))
    .values(
        submission_count=table.c.submission_count + param("by", sa.Integer()),
        yes_count=table.c.yes_count + param("yes", sa.Integer()),
        no_count=table.c.no_count + param("no", sa.Integer()),
    )
)


def create(session: Session, business_id: str, title: str) -> Questionnaire:
    """A draft that starts with an opt-in question, since that is what it is for. Raises Invalid for a bad title."""
    problems = problems_of(title, ())
    if problems:
        raise Invalid(problems["title"][0], fields=problems)
    questionnaire = Questionnaire(business_id=business_id, title=question.one_line(title))
    questionnaire.draft = [asdict(question.new(Kind.OPT_IN))]
    session.add(questionnaire)
    session.flush()
    return questionnaire


def get(session: Session, business_id: str, questionnaire_id: str) -> Questionnaire:
    """Raises NotFound for an unknown or somebody else's."""
    found = session.get(Questionnaire, questionnaire_id) if questionnaire_id.isalnum() else None
    if found is None or found.business_id != business_id:
        raise NotFound("There is no such questionnaire.")
    return found


def by_token(session: Session, token: str) -> Questionnaire:
    """The published questionnaire behind a public link. Raises NotFound for drafts and archived ones too."""
    query = select(Questionnaire).where(Questionnaire.token == token)
    found = session.exec(query).first() if token.isascii() and token.isprintable() else None
    if found is None or found.state != State.PUBLISHED:
        raise NotFound(CLOSED)
    return found


def page(
    session: Session, business_id: str, *, after: str | None = None, limit: int = 50
) -> tuple[list[Questionnaire], str | None]:
    """Newest first, keyset-paged; the second value is the id to go on after, or None."""
    query = select(Questionnaire).where(Questionnaire.business_id == business_id)
    if after:
        last = get(session, business_id, after)
        query = query.where(sa.tuple_(table.c.created_at, table.c.id) < sa.tuple_(last.created_at, last.id))
    found = list(session.exec(query.order_by(table.c.created_at.desc(), table.c.id.desc()).limit(limit + 1)).all())
    return found[:limit], found[limit - 1].id if len(found) > limit else None


def check(questions: Sequence[Question]) -> list[Question]:
    """The questions as they are kept. Raises Invalid: at most one opt-in question, labels everywhere, two options."""
    problems = question.problems(questions)
    if problems:
        raise Invalid("Some questions need another look.", fields=problems)
    return [question.tidied(each) for each in questions]


def problems_of(title: str, questions: Sequence[Question]) -> dict[str, list[str]]:
    """What is wrong with a draft: sentences by question id, and under `title` and `questions`."""
    problems = question.problems(questions)
    if not 0 < len(question.one_line(title)) <= question.LONGEST_TITLE:
        problems["title"] = [f"Please give a title of at most {question.LONGEST_TITLE} characters."]
    return problems


def save_draft(
    session: Session,
    questionnaire: Questionnaire,
    *,
    title: str,
    questions: Sequence[Question],
    confirmation: Confirmation | None = None,
) -> None:
    """Raises Invalid with a sentence per question id, and one for `title`, when something is missing."""
    problems = problems_of(title, questions)
    if problems:
        raise Invalid("Some questions need another look.", fields=problems)
    questionnaire.title = question.one_line(title)
    questionnaire.draft = [asdict(question.tidied(each)) for each in questions]
    questionnaire.confirm_by(confirmation or questionnaire.confirms)
    session.add(questionnaire)
    session.flush()


def is_changed(questionnaire: Questionnaire, version: QuestionnaireVersion | None) -> bool:
    """Whether the draft says something else than what clients see."""
    if version is None:
        return True
    now, then = questions_of(questionnaire.draft), questions_of(version.questions)
    return (questionnaire.title, now) != (version.title, then)


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


def count(session: Session, questionnaire_id: str, choice: str, *, by: int = 1) -> None:
    """One more submission, or one less; `choice` is yes, no or nothing."""
    _COUNT.run(session, id=questionnaire_id, by=by, yes=by * (choice == "yes"), no=by * (choice == "no"))


def version_of(session: Session, questionnaire: Questionnaire, number: int | None = None) -> QuestionnaireVersion:
    """A published version, by default the latest. Raises NotFound."""
    found = session.get(QuestionnaireVersion, (questionnaire.id, number or questionnaire.version))
    if found is None:
        raise NotFound(CLOSED)
    return found
