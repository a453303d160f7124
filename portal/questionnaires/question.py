"""One question and the rules of a list of them; pure, so that the editor, the API and a preview share them."""

import re
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

MOST_QUESTIONS = 60
MOST_OPTIONS = 50
LONGEST_TITLE = 120
LONGEST_LABEL = 300
LONGEST_OPTION = 200
OPT_IN_LABEL = "May we text you?"
MARKETING_LABEL = "May we also text you offers?"
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff]")


class Kind(StrEnum):
    TEXT = "text"
    PARAGRAPH = "paragraph"
    CHOICE = "choice"
    CHOICES = "choices"
    DATE = "date"
    EMAIL = "email"
    PHONE = "phone"
    OPT_IN = "opt_in"
    OPT_IN_MARKETING = "opt_in_marketing"


WITH_OPTIONS = (Kind.CHOICE, Kind.CHOICES)


@dataclass(frozen=True)
class Question:
    """One question. `id` stays over versions; `options` only for choice and choices. An opt-in question has no words
    of its own beside its label: its disclaimer is fixed (H-8). So has the one about marketing, which comes after it and
    is asked of those who chose Yes (rules.md section 12)."""

    id: str
    kind: str
    label: str
    required: bool = False
    options: tuple[str, ...] = ()


def new(kind: Kind) -> Question:
    """A question of this kind as the editor adds it: complete, so that a draft can be saved at any time."""
    options = ("First answer", "Second answer") if kind in WITH_OPTIONS else ()
    label = {Kind.OPT_IN: OPT_IN_LABEL, Kind.OPT_IN_MARKETING: MARKETING_LABEL}.get(kind, "New question")
    return Question(secrets.token_hex(6), kind, label, kind is Kind.OPT_IN, options)


def of(stored: Sequence[Mapping[str, Any]]) -> list[Question]:
    """Stored questions as values."""
    return [Question(**(dict(each) | {"options": tuple(each.get("options", ()))})) for each in stored]


def typed(text: str) -> str:
    """Text as it may be stored and shown: without control characters (PostgreSQL takes no NUL) and outer blanks."""
    return _CONTROL.sub("", text).strip()


def one_line(text: str) -> str:
    return " ".join(typed(text).split())


def tidied(question: Question) -> Question:
    """Without what nobody sees: control characters and needless blanks; options only where the kind has them."""
    options = question.options if question.kind in WITH_OPTIONS else ()
    return replace(question, label=one_line(question.label), options=tuple(one_line(each) for each in options))


def moved(questions: Sequence[Question], question_id: str, by: int) -> list[Question]:
    """With this question `by` places further down (up when negative), as far as the list goes."""
    order = list(questions)
    place = next((i for i, each in enumerate(order) if each.id == question_id), None)
    if place is not None:
        order.insert(min(max(place + by, 0), len(order) - 1), order.pop(place))
    return order


def problems(questions: Sequence[Question]) -> dict[str, list[str]]:
    """What is wrong: sentences by question id, and under `questions` what concerns them all."""
    found: dict[str, list[str]] = {}
    if len(questions) > MOST_QUESTIONS:
        found["questions"] = [f"A questionnaire has at most {MOST_QUESTIONS} questions."]
    if sum(each.kind == Kind.OPT_IN for each in questions) > 1:
        found["questions"] = ["A questionnaire has at most one opt-in question."]
    if len({each.id for each in questions}) < len(questions):
        found["questions"] = ["Two questions share one id; please reload the page and try again."]
    found |= _marketing_problems(questions)
    for each in questions:
        sentence = _problem(tidied(each))
        if sentence:
            found[each.id] = [sentence]
    return found


def _marketing_problems(questions: Sequence[Question]) -> dict[str, list[str]]:
    """It is asked once, of those who were asked about texts before."""
    kinds = [each.kind for each in questions]
    if Kind.OPT_IN_MARKETING not in kinds:
        return {}
    place = kinds.index(Kind.OPT_IN_MARKETING)
    if Kind.OPT_IN_MARKETING in kinds[place + 1 :]:
        return {"questions": ["A questionnaire has at most one question about offers."]}
    if Kind.OPT_IN in kinds[:place]:
        return {}
    return {questions[place].id: ["The question about offers comes after the opt-in question, and needs one."]}


def _problem(question: Question) -> str:
    if question.kind not in set(Kind):
        return f"There is no kind of question called “{question.kind}”."
    if not 0 < len(question.label) <= LONGEST_LABEL:
        return f"Please write the question, in at most {LONGEST_LABEL} characters."
    return _problem_with_options(question.options) if question.kind in WITH_OPTIONS else ""


def _problem_with_options(options: Sequence[str]) -> str:
    if not 2 <= len(options) <= MOST_OPTIONS or not all(options) or len(set(options)) < len(options):
        return f"Please give at least two different answers to choose from, and at most {MOST_OPTIONS}."
    if max(map(len, options)) > LONGEST_OPTION:
        return f"Please keep each answer to choose from within {LONGEST_OPTION} characters."
    return ""
