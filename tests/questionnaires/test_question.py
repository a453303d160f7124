"""The rules of a list of questions, as tables; and the editor's moves."""

import pytest

from portal.questionnaires import question
from portal.questionnaires.question import Kind, Question


@pytest.mark.parametrize(
    ("bad", "says"),
    [
        (Question("a", "text", "  "), "write the question"),
        (Question("a", "text", "\u0000\u0007 "), "write the question"),
        (Question("a", "text", "x" * 301), "at most 300"),
        (Question("a", "signature", "Sign here"), "no kind of question called “signature”"),
        (Question("a", "choice", "Which?", options=("Yes",)), "two different answers"),
        (Question("a", "choice", "Which?", options=("Yes", " Yes ")), "two different answers"),
        (Question("a", "choices", "Which?", options=("Yes", "")), "two different answers"),
        (Question("a", "choices", "Which?", options=tuple(map(str, range(51)))), "at most 50"),
        (Question("a", "choice", "Which?", options=("Yes", "x" * 201)), "within 200"),
    ],
)
def test_a_question_that_nobody_could_answer_is_refused_with_a_sentence(bad: Question, says: str) -> None:
    assert says in question.problems([bad])["a"][0]


@pytest.mark.parametrize(
    ("bad", "says"),
    [
        ([Question(str(i), "text", "Name") for i in range(61)], "at most 60"),
        ([Question("a", "opt_in", "May we?"), Question("b", "opt_in", "May we too?")], "at most one opt-in question"),
        ([Question("a", "text", "Name"), Question("a", "text", "Again")], "share one id"),
        (
            [Question("a", "opt_in", "May we?"), *(Question(each, "opt_in_marketing", "Offers?") for each in "bc")],
            "at most one question about offers",
        ),
    ],
)
def test_a_list_that_makes_no_questionnaire_is_refused_with_a_sentence(bad: list[Question], says: str) -> None:
    assert says in question.problems(bad)["questions"][0]


@pytest.mark.parametrize("kind", list(Kind))
def test_what_the_editor_adds_is_complete(kind: Kind) -> None:
    before = [question.new(Kind.OPT_IN)] if kind is Kind.OPT_IN_MARKETING else []
    assert question.problems([*before, question.new(kind)]) == {}


@pytest.mark.covers("rules 9")
@pytest.mark.parametrize("others", [(), (Question("b", "opt_in", "May we?"),)])
def test_the_question_about_offers_comes_after_the_opt_in_question(others: tuple[Question, ...]) -> None:
    offers = Question("a", "opt_in_marketing", "Offers too?")
    assert "after the opt-in question" in question.problems([offers, *others])["a"][0]
    assert question.problems([*others, offers]) == {} or not others


@pytest.mark.covers("rules 9")
def test_a_new_opt_in_question_asks_for_an_answer() -> None:
    assert question.new(Kind.OPT_IN).required


def test_what_nobody_sees_is_taken_out_and_options_go_where_the_kind_has_none() -> None:
    typed = Question("a", "text", " Your\t  name\u0000\u0085 ", options=("left over",))
    assert question.tidied(typed) == Question("a", "text", "Your name")


@pytest.mark.parametrize(
    ("moved", "by", "order"),
    [("b", -1, "bac"), ("b", 1, "acb"), ("a", -1, "abc"), ("c", 1, "abc"), ("a", 9, "bca"), ("x", 1, "abc")],
)
def test_a_question_moves_as_far_as_the_list_goes(moved: str, by: int, order: str) -> None:
    questions = [Question(name, "text", name) for name in "abc"]
    assert "".join(each.id for each in question.moved(questions, moved, by)) == order
