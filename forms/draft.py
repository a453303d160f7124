"""A questionnaire as it is being edited. The order of the questions is the order of their fields, so that dragging,
the Up and Down buttons and plain HTML all say the same thing. There is no field for the disclaimer (H-8)."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from portal.questionnaires import question
from portal.questionnaires.question import WITH_OPTIONS, Kind, Question
from portal.questionnaires.questionnaire import Confirmation

LONGEST_TYPED = 2000  # characters of one field that are looked at; what is longer is refused by its own rule


@dataclass(frozen=True)
class Draft:
    """`problems` are sentences by question id, and under `title` and `questions`."""

    title: str
    confirmation: str
    questions: Sequence[Question]
    problems: dict[str, list[str]] = field(default_factory=dict)

    @property
    def has_opt_in(self) -> bool:
        return any(each.kind == Kind.OPT_IN for each in self.questions)

    @property
    def addable(self) -> list[str]:
        """The kinds that can be added: one opt-in question, and after it one about marketing."""
        asked = {each.kind for each in self.questions}
        once = {Kind.OPT_IN} & asked | (set() if Kind.OPT_IN in asked else {Kind.OPT_IN_MARKETING})
        return [kind for kind in Kind if kind not in once | ({Kind.OPT_IN_MARKETING} & asked)]

    def edited(self, action: str) -> "Draft":
        """With one button's action done: `add:KIND`, `up:ID`, `down:ID`, `remove:ID`; any other changes nothing."""
        verb, _, what = action.partition(":")
        if verb == "add" and what in set(Kind):
            return replace(self, questions=[*self.questions, question.new(Kind(what))])
        if verb == "remove":
            return replace(self, questions=[each for each in self.questions if each.id != what])
        if verb in ("up", "down"):
            return replace(self, questions=question.moved(self.questions, what, -1 if verb == "up" else 1))
        return self


def read(form: Any) -> Draft:
    """What was typed; `form` is the multi-dictionary of a POST."""
    confirmation = str(form.get("confirmation", ""))
    return Draft(
        title=_text(form, "title"),
        confirmation=confirmation if confirmation in set(Confirmation) else Confirmation.SINGLE,
        questions=[_question(form, str(each)) for each in form.getlist("question")[: question.MOST_QUESTIONS + 1]],
    )


def _question(form: Any, question_id: str) -> Question:
    options: tuple[str, ...] = ()
    kind = _text(form, f"kind-{question_id}")
    if kind in WITH_OPTIONS:
        lines = str(form.get(f"options-{question_id}", "")).splitlines()[: question.MOST_OPTIONS + 1]
        options = tuple(line.strip()[:LONGEST_TYPED] for line in lines if line.strip())
    is_required = bool(form.get(f"required-{question_id}"))
    return Question(question_id[:40], kind, _text(form, f"label-{question_id}"), is_required, options)


def _text(form: Any, name: str) -> str:
    return question.typed(str(form.get(name, "")))[:LONGEST_TYPED]
