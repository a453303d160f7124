"""A questionnaire as a form: one WTForms class per published version, made once and kept (speed.md, design 6)."""

import datetime as dt
import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import Any, ClassVar

from wtforms import EmailField, Field, HiddenField, StringField, TelField, TextAreaField, fields, widgets
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired, Length, Optional, StopValidation

from forms.base import BaseForm
from forms.opt_in import YES, MarketingField, Offers, OptIn, OptInField, OptInNumberField, field_name, number_name
from forms.phone_number import Dialling
from portal.consent.disclaimer import Shown
from portal.consent.phone_number import PhoneNumber
from portal.questionnaires.question import Kind, Question, typed
from portal.questionnaires.submission import Answer

CLASSES_KEPT = 512
LONGEST_LINE, LONGEST_TEXT, LONGEST_ADDRESS = 500, 5000, 254
ADDRESS = re.compile(r"[^@\s]+@[^@\s.]+(\.[^@\s.]+)+")
TELEPHONE = re.compile(r"[\d\s+().,/#*-]{5,40}((ext\.?|x)\s?\d{1,6})?", re.IGNORECASE)
DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
UNANSWERED = "Please answer this question."


class RadioField(fields.RadioField):
    """One of the answers, or none where that is allowed. (The macro of fields knows the class by its name.)"""

    def pre_validate(self, form: Any) -> None:
        if self.data and self.data not in {each.value for each in self.choices}:
            raise StopValidation("Please choose one of these answers.")


class SelectMultipleField(fields.SelectMultipleField):
    """Any of the answers."""

    def pre_validate(self, form: Any) -> None:
        if not set(self.data or ()) <= {each.value for each in self.choices}:
            raise StopValidation("Please choose among these answers.")


class DateField(StringField):
    """Kept as 2026-11-22, which every browser's own date field sends."""

    def pre_validate(self, form: Any) -> None:
        if self.data and not _is_day(self.data):
            raise StopValidation("Please enter a date, as in 2026-11-22.")


class QuestionnaireForm(BaseForm):
    """`instance` is the sealed showing; `website` is the trap for machines; `work` the answer to the proof of work;
    `visibility` what the browser measured (portal/consent/visibility.py)."""

    questions: ClassVar[Sequence[Question]] = ()
    instance = HiddenField()
    website = StringField("Leave this empty")
    work = HiddenField()
    visibility = HiddenField()

    def __init__(self, formdata: Any = None, *, dialling: Dialling) -> None:
        super().__init__(formdata)
        self.dialling = dialling
        for each in self:
            if isinstance(each, OptInNumberField):
                each.dialling = dialling

    def asked(self) -> Iterator[tuple[Question, Field]]:
        """The questions in order, each with its field."""
        for each in self.questions:
            yield each, self[field_name(each)]

    @property
    def opt_in_question(self) -> Question | None:
        return question_of(self.questions, Kind.OPT_IN)

    @property
    def marketing_question(self) -> Question | None:
        return question_of(self.questions, Kind.OPT_IN_MARKETING)

    @property
    def marketing_choice(self) -> str:
        """yes, no, or nothing; nothing of it counts without a Yes to texts."""
        question = self.marketing_question
        return str(self[field_name(question)].data or "") if question and self.choice == YES else ""

    @property
    def choice(self) -> str:
        """yes, no, or nothing: not answered, or not asked."""
        question = self.opt_in_question
        return str(self[field_name(question)].data or "") if question else ""

    @property
    def number(self) -> PhoneNumber | None:
        """The number given with a Yes."""
        question = self.opt_in_question
        return self[number_name(question)].number if question and self.choice == YES else None

    @property
    def typed_number(self) -> str:
        question = self.opt_in_question
        return typed(self[number_name(question)].data or "") if question else ""

    def opt_in(self, question: Question, shown: Shown) -> OptIn:
        """The opt-in question as it now stands in this form."""
        choice, number = self[field_name(question)], self[number_name(question)]
        return OptIn(
            question, shown, choice.name, self.dialling.code, str(choice.data or ""), str(number.data or ""),
            choice.errors, number.errors,
        )  # fmt: skip

    def offers(self, question: Question, shown: Shown) -> Offers:
        """The question about marketing as it now stands in this form."""
        choice = self[field_name(question)]
        return Offers(question, shown, choice.name, str(choice.data or ""), choice.errors)

    def answers(self) -> list[Answer]:
        """What is kept, with the labels as the client saw them."""
        return [self._answer(question, field) for question, field in self.asked()]

    def _answer(self, question: Question, field: Field) -> Answer:
        value = tuple(field.data or ()) if question.kind == Kind.CHOICES else str(field.data or "")
        value = self.marketing_choice if question.kind == Kind.OPT_IN_MARKETING else value
        number = self.number if question.kind == Kind.OPT_IN else None
        return Answer(question.id, question.label, question.kind, value, number.e164 if number else "")


def question_of(questions: Sequence[Question], kind: Kind) -> Question | None:
    return next((each for each in questions if each.kind == kind), None)


@lru_cache(maxsize=CLASSES_KEPT)
def build_form(questionnaire_id: str, version: int, asked: tuple[Question, ...]) -> type[QuestionnaireForm]:
    """The class of a published version. A version never changes, so the class is kept."""
    return form_of(asked)


def form_of(asked: Sequence[Question]) -> type[QuestionnaireForm]:
    """The class of any list of questions, such as a draft's."""
    made: dict[str, Any] = {"questions": tuple(asked)}
    opt_in = question_of(asked, Kind.OPT_IN)
    for each in asked:
        if each.kind == Kind.OPT_IN_MARKETING:
            made[field_name(each)] = _marketing(each, opt_in)
            continue
        made[field_name(each)] = _FIELDS[Kind(each.kind)](each)
        if each.kind == Kind.OPT_IN:
            made[number_name(each)] = OptInNumberField(choice=field_name(each))
    return type("QuestionnaireForm", (QuestionnaireForm,), made)


def _text(question: Question) -> Field:
    return StringField(question.label, [*_needed(question), _at_most(LONGEST_LINE)], filters=[_plain])


def _paragraph(question: Question) -> Field:
    return TextAreaField(question.label, [*_needed(question), _at_most(LONGEST_TEXT)], filters=[_plain])


def _choice(question: Question) -> Field:
    return RadioField(question.label, _needed(question), choices=_options(question))


def _choices(question: Question) -> Field:
    return SelectMultipleField(
        question.label, _needed(question), choices=_options(question), option_widget=widgets.CheckboxInput()
    )


def _date(question: Question) -> Field:
    return DateField(question.label, _needed(question), filters=[_plain], widget=widgets.DateInput())


def _email(question: Question) -> Field:
    return EmailField(question.label, [*_needed(question), _is_address], filters=[_plain])


def _phone(question: Question) -> Field:
    return TelField(question.label, [*_needed(question), _is_telephone], filters=[_plain])


def _opt_in(question: Question) -> Field:
    return OptInField(question.label, is_required=question.required)


def _marketing(question: Question, opt_in: Question | None) -> Field:
    """In a draft the question it depends on may be missing: then nobody is asked to answer it."""
    if opt_in is None:
        return OptInField(question.label, is_required=False)
    return MarketingField(question.label, choice=field_name(opt_in), is_required=question.required)


_FIELDS = {
    Kind.TEXT: _text,
    Kind.PARAGRAPH: _paragraph,
    Kind.CHOICE: _choice,
    Kind.CHOICES: _choices,
    Kind.DATE: _date,
    Kind.EMAIL: _email,
    Kind.PHONE: _phone,
    Kind.OPT_IN: _opt_in,
}


def _options(question: Question) -> list[SelectChoice]:
    return [SelectChoice(option, option) for option in question.options]


def _needed(question: Question) -> list[Any]:
    return [DataRequired(UNANSWERED) if question.required else Optional()]


def _at_most(length: int) -> Length:
    return Length(max=length, message=f"Please keep this within {length} characters.")


def _is_address(form: Any, field: Field) -> None:
    if len(field.data) > LONGEST_ADDRESS or not ADDRESS.fullmatch(field.data):
        raise StopValidation("Please enter an e-mail address, as in name@example.com.")


def _is_telephone(form: Any, field: Field) -> None:
    """Any number to call: this one is an answer, and never consent to be texted."""
    digits = sum(map(str.isdecimal, field.data[:50]))
    if digits < 5 or len(field.data) > 50 or not TELEPHONE.fullmatch(field.data):
        raise StopValidation("Please enter a phone number, using digits.")


def _is_day(text: str) -> bool:
    try:
        return bool(DAY.fullmatch(text) and dt.date.fromisoformat(text))
    except ValueError:
        return False


def _plain(value: str | None) -> str | None:
    return typed(value) if isinstance(value, str) else value
