"""Questionnaires made and read by programs. The words beside the opt-in question are fixed: no call takes any (H-8)."""

import secrets
from typing import Annotated, Any

from pydantic import Field
from sqlmodel import Session

from portal.accounts import audit
from portal.api.operation import Answer, Call
from portal.api.value import Given, Line, Moment, Page, Told
from portal.errors import Invalid
from portal.questionnaires import link, question, submission
from portal.questionnaires import questionnaire as questionnaires
from portal.questionnaires.question import Kind
from portal.questionnaires.question import Question as Asked
from portal.questionnaires.questionnaire import Confirmation, State

Label = Annotated[Line, Field(min_length=1, max_length=question.LONGEST_LABEL)]
Option = Annotated[Line, Field(min_length=1, max_length=question.LONGEST_OPTION)]


class GivenQuestion(Given):
    """`options` only for choice and choices."""

    kind: Kind
    label: Label
    required: bool = False
    options: list[Option] | None = Field(None, max_length=question.MOST_OPTIONS)


class NewQuestionnaire(Given):
    """`confirmation`: whether a Yes counts at once (single), when the handset replies YES (reply), when the code that
    was texted to it is typed on the form's thank-you page (code; a reply of YES counts too), or when the handset texts
    the code that the page shows, before which nothing is sent to it (text_first)."""

    title: Annotated[Line, Field(min_length=1, max_length=question.LONGEST_TITLE)]
    questions: list[GivenQuestion] = Field(min_length=1, max_length=question.MOST_QUESTIONS)
    confirmation: Confirmation = Confirmation.SINGLE


class Question(Told):
    id: str
    kind: Kind
    label: str
    required: bool
    options: list[str]


class Questionnaire(Told):
    """`url` is the hosted page, `embed_url` the same for an iframe."""

    id: str
    token: str
    url: str
    embed_url: str
    title: str
    state: State
    confirmation: Confirmation
    version: int
    questions: list[Question]
    created_at: Moment


class Questionnaires(Told):
    items: list[Questionnaire]
    next: str | None


class GivenAnswer(Told):
    """One answer with the label as it was when the client read it. `number`: the one given with a Yes."""

    question: str
    label: str
    kind: Kind
    value: str | list[str]
    number: str = ""


class Submission(Told):
    id: str
    version: int
    contact: str | None
    opt_in: str
    answers: list[GivenAnswer]
    created_at: Moment


class Submissions(Told):
    items: list[Submission]
    next: str | None


def create(session: Session, call: Call) -> Answer:
    """Made and published at once (interface.md 6.11)."""
    wanted = call.given(NewQuestionnaire)
    asked = [
        Asked(secrets.token_hex(6), each.kind, each.label, each.required, tuple(each.options or ()))
        for each in wanted.questions
    ]
    _check_options(wanted)
    made = questionnaires.create(session, call.business.id, wanted.title)
    try:
        questionnaires.save_draft(session, made, title=wanted.title, questions=asked, confirmation=wanted.confirmation)
        questionnaires.publish(session, made)
    except Invalid as problem:
        raise _by_place(problem, asked) from problem
    audit.note(
        session, "questionnaire.published", actor=call.actor, business_id=call.business.id, object=made.id, ip=call.ip
    )
    return Answer(_told(session, made, call), 201, {"Location": f"/api/v1/questionnaires/{made.id}"})


def page(session: Session, call: Call) -> Answer:
    query = call.asked(Page)
    found, after = questionnaires.page(session, call.business.id, after=query.after, limit=query.limit)
    return Answer(Questionnaires(items=[_told(session, each, call) for each in found], next=after))


def show(session: Session, call: Call) -> Answer:
    return Answer(_told(session, questionnaires.get(session, call.business.id, call.id), call))


def submissions(session: Session, call: Call) -> Answer:
    query = call.asked(Page)
    found = questionnaires.get(session, call.business.id, call.id)
    rows, after = submission.page(session, found, after=query.after, limit=query.limit)
    return Answer(Submissions(items=[submitted(each) for each in rows], next=after))


def _check_options(wanted: NewQuestionnaire) -> None:
    """Options on a question that offers none would be lost without a word."""
    for i, each in enumerate(wanted.questions):
        if each.options and each.kind not in (Kind.CHOICE, Kind.CHOICES):
            sentence = "Only choice and choices have options."
            raise Invalid(sentence, fields={f"questions.{i}.options": [sentence]})


def _by_place(problem: Invalid, asked: list[Asked]) -> Invalid:
    """The caller knows its questions by their place, not by ids it has never seen."""
    places = {each.id: f"questions.{i}" for i, each in enumerate(asked)}
    fields = {places.get(name, name): sentences for name, sentences in problem.fields.items()}
    return Invalid(problem.detail, fields=fields)


def _told(session: Session, found: questionnaires.Questionnaire, call: Call) -> Questionnaire:
    """As clients see it; a draft that was never published as it is edited."""
    seen = questionnaires.version_of(session, found).questions if found.version else found.draft
    origin = call.settings.form_origin
    return Questionnaire(
        id=found.id, token=found.token, url=link.public_url(origin, found), embed_url=link.embed_url(origin, found),
        title=found.title, state=State(found.state), confirmation=found.confirms,
        version=found.version, questions=[_question(each) for each in question.of(seen)], created_at=found.created_at,
    )  # fmt: skip


def _question(asked: Asked) -> Question:
    return Question(
        id=asked.id, kind=Kind(asked.kind), label=asked.label, required=asked.required, options=list(asked.options)
    )


def submitted(found: submission.Submission) -> Submission:
    answers: list[dict[str, Any]] = found.answers
    return Submission(
        id=found.id, version=found.version, contact=found.contact_id, opt_in=found.opt_in,
        answers=[GivenAnswer.model_validate(each) for each in answers], created_at=found.created_at,
    )  # fmt: skip
