"""The opt-in question of a form: Yes or No without default, the fixed words, and a number that counts only on Yes."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from wtforms import Form, RadioField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import StopValidation

from forms.phone_number import Dialling, PhoneNumberField
from portal.consent.disclaimer import Shown
from portal.questionnaires.question import Question

YES, NO = "yes", "no"


class OptInField(RadioField):
    """Answered by the client's own choice, or not at all: nothing is selected beforehand (rules.md row 9)."""

    def __init__(self, label: str, *, is_required: bool, **given: Any) -> None:
        super().__init__(label, choices=[SelectChoice(YES, "Yes"), SelectChoice(NO, "No")], **given)
        self._is_required = is_required

    def pre_validate(self, form: Form) -> None:
        """No is an answer like Yes (X-12). Raises StopValidation."""
        if self.data in (YES, NO) or (not self.data and not self._is_required):
            return
        raise StopValidation("Please choose Yes or No.")


class OptInNumberField(PhoneNumberField):
    """Looked at only when the answer is Yes; a number sent along with a No is nobody's consent (H-9)."""

    def __init__(self, *, choice: str, **given: Any) -> None:
        super().__init__("Mobile number to text", **given)
        self._choice = choice

    def pre_validate(self, form: Form) -> None:
        if form[self._choice].data == YES:
            super().pre_validate(form)


class MarketingField(OptInField):
    """The question about marketing: looked at only when the first one is answered Yes (rules.md section 12)."""

    def __init__(self, label: str, *, choice: str, **given: Any) -> None:
        super().__init__(label, **given)
        self._choice = choice

    def pre_validate(self, form: Form) -> None:
        if form[self._choice].data == YES:
            super().pre_validate(form)


@dataclass(frozen=True)
class OptIn:
    """The opt-in question as it is shown: the one thing that a client's page, the editor's preview and the public proof
    have in common, and whose rendering is kept as evidence."""

    question: Question
    shown: Shown
    name: str
    code: str
    chosen: str = ""
    typed: str = ""
    problems: Sequence[str] = ()
    number_problems: Sequence[str] = ()


@dataclass(frozen=True)
class Offers:
    """The question about marketing as it is shown, after the opt-in question; kept as evidence like it."""

    question: Question
    shown: Shown
    name: str
    chosen: str = ""
    problems: Sequence[str] = ()


def offers_as_first_shown(question: Question, shown: Shown) -> Offers:
    return Offers(question, shown, field_name(question))


def as_first_shown(question: Question, shown: Shown, dialling: Dialling) -> OptIn:
    return OptIn(question, shown, field_name(question), dialling.code)


def field_name(question: Question) -> str:
    return f"q_{question.id}"


def number_name(question: Question) -> str:
    return f"q_{question.id}_number"
