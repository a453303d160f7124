"""Drafts, versions that never change, and lists by key."""

import pytest
from sqlmodel import Session

from portal.errors import Invalid, NotFound
from portal.questionnaires import questionnaire as questionnaires
from portal.questionnaires import submission
from portal.questionnaires.question import Question
from portal.questionnaires.questionnaire import Questionnaire, State
from tests.conftest import World
from tests.questionnaires.conftest import NAME, OPT_IN, Form, made


@pytest.mark.covers("H-5")
def test_a_new_questionnaire_begins_with_the_opt_in_question(world: World) -> None:
    found = world.write(lambda session: questionnaires.create(session, world.hearth.id, "  Before your  session "))
    assert (found.title, found.state) == ("Before your session", State.DRAFT)
    assert [each.kind for each in questionnaires.questions_of(found.draft)] == ["opt_in"]


@pytest.mark.parametrize("title", ["", "   ", "\u0000", "x" * 121])
def test_a_questionnaire_needs_a_title(world: World, title: str) -> None:
    with pytest.raises(Invalid, match="title"):
        world.write(lambda session: questionnaires.create(session, world.hearth.id, title))


def test_clients_see_the_published_version_while_the_draft_is_edited(form: Form) -> None:
    def work(session: Session) -> tuple[bool, str, bool]:
        found = questionnaires.get(session, form.business, form.questionnaire.id)
        before = questionnaires.is_changed(found, questionnaires.version_of(session, found))
        questionnaires.save_draft(session, found, title="Another title", questions=[NAME])
        seen = questionnaires.version_of(session, found)
        return before, seen.title, questionnaires.is_changed(found, seen)

    assert form.world.write(work) == (False, "Before your session", True)


def test_publishing_again_makes_a_new_version_and_keeps_the_old_one(form: Form) -> None:
    def work(session: Session) -> tuple[int, str, str]:
        found = questionnaires.get(session, form.business, form.questionnaire.id)
        questionnaires.save_draft(session, found, title="Second", questions=[NAME, OPT_IN])
        questionnaires.publish(session, found)
        first, second = (questionnaires.version_of(session, found, number) for number in (1, 2))
        return found.version, first.title, second.title

    assert form.world.write(work) == (2, "Before your session", "Second")


def test_a_draft_without_questions_is_not_published(world: World) -> None:
    def work(session: Session) -> None:
        found = questionnaires.create(session, world.hearth.id, "Empty")
        questionnaires.save_draft(session, found, title="Empty", questions=[])
        questionnaires.publish(session, found)

    with pytest.raises(Invalid, match="add a question"):
        world.write(work)


@pytest.mark.parametrize("state", [State.DRAFT, State.ARCHIVED])
def test_only_a_published_questionnaire_is_open(form: Form, state: State) -> None:
    def close(session: Session) -> None:
        found = questionnaires.get(session, form.business, form.questionnaire.id)
        found.state = state
        session.add(found)

    form.world.write(close)
    with pytest.raises(NotFound):
        form.world.read(lambda session: questionnaires.by_token(session, form.questionnaire.token))


@pytest.mark.covers("P10")
def test_somebody_elses_questionnaire_is_not_found(form: Form) -> None:
    with pytest.raises(NotFound):
        form.world.read(lambda session: questionnaires.get(session, form.world.other.id, form.questionnaire.id))


@pytest.mark.parametrize("token", ["", "\u0000", "nobody-has-this", "Ünïcode", "a" * 5000])
def test_a_token_that_names_nothing_is_not_found(form: Form, token: str) -> None:
    with pytest.raises(NotFound):
        form.world.read(lambda session: questionnaires.by_token(session, token))


def test_the_list_goes_on_by_key_and_misses_nothing(world: World) -> None:
    def make(session: Session) -> None:
        for number in range(7):
            questionnaires.create(session, world.hearth.id, f"Number {number}")

    def walk(session: Session) -> list[str]:
        seen: list[Questionnaire] = []
        after = None
        while True:
            rows, after = questionnaires.page(session, world.hearth.id, after=after, limit=3)
            seen += rows
            if after is None:
                return [row.title for row in seen]

    world.write(make)
    assert world.read(walk) == [f"Number {n}" for n in range(6, -1, -1)]


def test_the_counts_are_those_of_the_submissions(form: Form) -> None:
    for choice in ("yes", "no", "yes", ""):
        form.answer(choice)
    form.answer("yes", nonce="twice")
    form.answer("yes", nonce="twice")
    found = form.world.read(lambda session: questionnaires.get(session, form.business, form.questionnaire.id))
    assert (found.submission_count, found.yes_count, found.no_count) == (5, 3, 1)


def test_submissions_come_newest_first_by_key_with_the_labels_as_they_were(form: Form) -> None:
    sent = [form.answer("no") for _ in range(5)]

    def walk(session: Session) -> list[str]:
        found = questionnaires.get(session, form.business, form.questionnaire.id)
        first, after = submission.page(session, found, limit=3)
        rest, end = submission.page(session, found, after=after, limit=3)
        assert end is None
        assert first[0].answers[0]["label"] == "Your name"
        return [row.id for row in (*first, *rest)]

    assert form.world.read(walk) == sent[::-1]


@pytest.mark.covers("P10")
def test_a_key_of_somebody_elses_submission_opens_nothing(form: Form) -> None:
    theirs = form.world.write(lambda session: made(session, form.world.other.id, [Question("a", "text", "A")]))
    sent = form.answer("no")

    def work(session: Session) -> None:
        found = questionnaires.get(session, form.world.other.id, theirs.id)
        submission.page(session, found, after=sent)

    with pytest.raises(NotFound):
        form.world.read(work)
