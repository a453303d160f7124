"""Sorting messages into projects (H-17, X-23): one act, one change; undo puts back what was; nothing is lost."""

import datetime as dt
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from sqlmodel import Session

from portal.accounts.sender import SMS
from portal.consent import subscription
from portal.contacts import contact, project
from portal.contacts.project import Project
from portal.errors import NotFound
from portal.messaging import message, project_text, sorting
from portal.messaging.message import Direction, Fate
from portal.messaging.sorting import Refused, Sorted
from portal.statement import Statement
from tests.messaging.conftest import CLIENT, Road

SECOND = "+14155550133"
ALICE, BOB = "member:alice", "member:bob"


class Sorter:
    """Hearth's members sorting the texts of its clients."""

    def __init__(self, road: Road) -> None:
        self.road, self.home = road, road.business
        self.wedding, self.kitchen = self.made("Wedding"), self.made("Kitchen")

    def made(self, name: str, **values: Any) -> str:
        return str(self.road.write(lambda session: project.create(session, self.home, name=name, **values).id))

    def texts(self, *words: str, number: str = CLIENT) -> list[str]:
        """The ids of these inbound messages."""
        for each in words:
            self.road.texts_us(each, number)
        return [row.id for row in self.all(number) if row.direction == "inbound"][-len(words) :]

    def all(self, number: str = CLIENT) -> list[Any]:
        row = self.road.row(number)
        table = message.table
        query = table.select().where(table.c.subscription_id == row.id).order_by(table.c.created_at, table.c.id)
        return self.road.database.read(lambda session: list(session.execute(query).all()))

    def where(self, *message_ids: str) -> list[str | None]:
        found = {row.id: row.project_id for row in [*self.all(), *(self.all(SECOND) if self.road.row(SECOND) else ())]}
        return [found[each] for each in message_ids]

    def default(self, number: str = CLIENT) -> str | None:
        found: str | None = self.road.row(number).project_id
        return found

    def sort(self, message_id: str, project_id: str | None, *, actor: str = ALICE, **more: Any) -> Sorted | Refused:
        found: Sorted | Refused = self.road.write(
            lambda session: sorting.sort(session, self.home, message_id, project_id, actor=actor, **more)
        )
        return found

    def set_default(self, project_id: str | None, *, actor: str = ALICE) -> Sorted | Refused:
        row = self.road.row()
        found: Sorted | Refused = self.road.write(
            lambda session: sorting.set_default(session, self.home, row.id, project_id, actor=actor)
        )
        return found

    def undo(self, done: Sorted | Refused, *, actor: str = ALICE) -> Sorted | Refused:
        assert isinstance(done, Sorted)
        found: Sorted | Refused = self.road.write(
            lambda session: sorting.undo(session, self.home, done.undo_id, actor=actor)
        )
        return found

    def change(self, work: Callable[[Session, Project], None], project_id: str) -> None:
        self.road.write(lambda session: work(session, project.get(session, self.home, project_id)))


def reason(done: Sorted | Refused) -> str:
    return done.reason if isinstance(done, Refused) else ""


@pytest.fixture
def statements(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The SQL of every statement that runs."""
    seen: list[str] = []
    ready = Statement._ready

    def watched(self: Statement, session: Session) -> Any:
        compiled, cursor = ready(self, session)
        seen.append(compiled.sql)
        return compiled, cursor

    monkeypatch.setattr(Statement, "_ready", watched)
    return seen


@pytest.fixture
def sorter(road: Road) -> Sorter:
    return Sorter(road)


@pytest.mark.covers("H-17", "X-23")
def test_each_project_lists_its_own_messages(sorter: Sorter) -> None:
    one, two = sorter.texts("about the wedding", "about the kitchen")
    (third,) = sorter.texts("from another number", number=SECOND)
    sorter.sort(one, sorter.wedding)
    sorter.sort(two, sorter.kitchen)
    sorter.sort(third, sorter.wedding)

    def listed(project_id: str) -> list[str]:
        found = sorter.road.database.read(lambda session: project_text.page(session, sorter.home, project_id))
        return [row.id for row in found.rows]

    assert (listed(sorter.wedding), listed(sorter.kitchen)) == ([third, one], [two])


@pytest.mark.covers("X-23")
def test_a_message_belongs_to_one_project_at_most(sorter: Sorter) -> None:
    (one,) = sorter.texts("hello")
    sorter.sort(one, sorter.wedding)
    sorter.sort(one, sorter.kitchen)
    assert sorter.where(one) == [sorter.kitchen]
    sorter.sort(one, None)
    assert sorter.where(one) == [None]


@pytest.mark.covers("X-23")
def test_this_and_following_leaves_what_came_before_and_takes_what_will_come(sorter: Sorter) -> None:
    one, two, three = sorter.texts("one", "two", "three")
    (other,) = sorter.texts("elsewhere", number=SECOND)
    done = sorter.sort(two, sorter.wedding, following=True)
    assert isinstance(done, Sorted)
    assert (done.moved, done.sets_default) == (2, True)
    (four,) = sorter.texts("four")
    assert sorter.where(one, two, three, four, other) == [None, *[sorter.wedding] * 3, None]


@pytest.mark.covers("X-23")
def test_the_default_alone_moves_nothing_that_is_there(sorter: Sorter) -> None:
    (one,) = sorter.texts("one")
    done = sorter.set_default(sorter.kitchen)
    (two,) = sorter.texts("two")
    assert sorter.where(one, two) == [None, sorter.kitchen]
    sorter.undo(done)
    (three,) = sorter.texts("three")
    assert sorter.where(two, three) == [sorter.kitchen, None]


@pytest.mark.covers("X-23")
def test_undo_puts_every_message_back_where_it_was(sorter: Sorter) -> None:
    one, two, three = sorter.texts("one", "two", "three")
    sorter.sort(one, sorter.kitchen)
    sorter.sort(three, sorter.wedding)
    sorter.set_default(sorter.kitchen)
    done = sorter.sort(one, sorter.wedding, following=True)
    assert isinstance(done, Sorted)
    assert done.moved == 2, "what is there already does not move"
    assert isinstance(sorter.undo(done), Sorted)
    assert sorter.where(one, two, three) == [sorter.kitchen, None, sorter.wedding]
    assert sorter.default() == sorter.kitchen


def test_what_came_after_the_act_stays_where_it_came(sorter: Sorter) -> None:
    (one,) = sorter.texts("one")
    done = sorter.sort(one, sorter.wedding, following=True)
    (two,) = sorter.texts("two")
    assert isinstance(sorter.undo(done), Sorted)
    assert sorter.where(one, two) == [None, sorter.wedding]
    assert sorter.default() is None


def test_a_second_undo_says_so_and_changes_nothing(sorter: Sorter) -> None:
    (one,) = sorter.texts("one")
    done = sorter.sort(one, sorter.wedding)
    sorter.undo(done)
    sorter.sort(one, sorter.kitchen)
    assert reason(sorter.undo(done)) == "undone"
    assert sorter.where(one) == [sorter.kitchen]


@pytest.mark.covers("X-23")
def test_of_two_members_the_last_one_wins_and_the_others_undo_does_nothing(sorter: Sorter) -> None:
    one, two = sorter.texts("one", "two")
    alices = sorter.sort(one, sorter.wedding, following=True)
    bobs = sorter.sort(two, sorter.kitchen, actor=BOB)
    answer = sorter.undo(alices)
    assert isinstance(answer, Refused)
    assert (answer.reason, "sorted again since" in answer.sentence) == ("changed_since", True)
    assert sorter.where(one, two) == [sorter.wedding, sorter.kitchen]
    assert sorter.default() == sorter.wedding
    assert isinstance(sorter.undo(bobs, actor=BOB), Sorted)
    assert sorter.where(one, two) == [sorter.wedding, sorter.wedding]


def test_a_default_that_a_colleague_set_since_is_not_undone(sorter: Sorter) -> None:
    (one,) = sorter.texts("one")
    alices = sorter.sort(one, sorter.wedding, following=True)
    sorter.set_default(sorter.kitchen, actor=BOB)
    assert reason(sorter.undo(alices)) == "changed_since"
    assert (sorter.where(one), sorter.default()) == ([sorter.wedding], sorter.kitchen)


def test_nobody_undoes_what_a_colleague_did(sorter: Sorter) -> None:
    (one,) = sorter.texts("one")
    done = sorter.sort(one, sorter.wedding)
    assert reason(sorter.undo(done, actor=BOB)) == "not_yours"
    assert sorter.where(one) == [sorter.wedding]


def test_sorting_where_it_is_already_changes_nothing_and_needs_no_undo(sorter: Sorter) -> None:
    (one,) = sorter.texts("one")
    sorter.sort(one, sorter.wedding)
    again = sorter.sort(one, sorter.wedding)
    assert isinstance(again, Sorted)
    assert (again.moved, again.undo_id) == (0, "")


@pytest.mark.covers("X-23")
def test_an_archived_project_takes_nothing_and_nothing_is_lost(sorter: Sorter) -> None:
    one, two = sorter.texts("one", "two")
    sorter.sort(one, sorter.wedding, following=True)
    sorter.change(project.archive, sorter.wedding)
    (three,) = sorter.texts("three")
    answers = [
        sorter.sort(three, sorter.wedding),
        sorter.sort(three, sorter.wedding, following=True),
        sorter.set_default(sorter.wedding),
    ]
    assert [reason(each) for each in answers] == ["archived"] * 3
    assert "archived meanwhile" in str(answers[0])
    assert sorter.where(one, two, three) == [sorter.wedding, sorter.wedding, None]
    assert sorter.default() is None


def test_a_project_brought_back_gets_the_new_texts_of_its_threads_again(sorter: Sorter) -> None:
    sorter.texts("one")
    sorter.texts("two", number=SECOND)
    sorter.set_default(sorter.wedding)
    sorter.change(project.archive, sorter.wedding)
    assert sorter.default() is None
    sorter.change(project.restore, sorter.wedding)
    assert sorter.default() == sorter.wedding
    assert sorter.default(SECOND) is None


def test_bringing_back_leaves_a_thread_that_was_given_another_project(sorter: Sorter) -> None:
    sorter.texts("one")
    sorter.set_default(sorter.wedding)
    sorter.change(project.archive, sorter.wedding)
    sorter.set_default(sorter.kitchen)
    sorter.change(project.restore, sorter.wedding)
    assert sorter.default() == sorter.kitchen


def test_undo_goes_on_after_an_archive_but_gives_an_archived_project_no_new_texts(sorter: Sorter) -> None:
    (one,) = sorter.texts("one")
    sorter.sort(one, sorter.wedding, following=True)
    done = sorter.sort(one, sorter.kitchen, following=True)
    sorter.change(project.archive, sorter.wedding)
    assert isinstance(sorter.undo(done), Sorted)
    assert (sorter.where(one), sorter.default()) == ([sorter.wedding], None)


def test_an_archived_target_does_not_stand_in_the_way_of_undo(sorter: Sorter) -> None:
    (one,) = sorter.texts("one")
    done = sorter.sort(one, sorter.wedding, following=True)
    sorter.change(project.archive, sorter.wedding)
    assert isinstance(sorter.undo(done), Sorted)
    assert (sorter.where(one), sorter.default()) == ([None], None)


def test_a_note_for_members_is_in_no_project(sorter: Sorter) -> None:
    (one,) = sorter.texts("one")
    sorter.sort(one, sorter.wedding, following=True)
    row = sorter.road.row()
    sorter.road.write(lambda session: message.notice(session, row, "a note"))
    (note,) = [each for each in sorter.all() if each.direction == Direction.NOTICE and each.text == "a note"]
    assert note.project_id is None
    assert reason(sorter.sort(note.id, sorter.kitchen)) == "notice"
    sorter.sort(one, sorter.kitchen, following=True)
    assert sorter.where(note.id) == [None]


def test_a_message_of_another_thread_is_not_found_in_this_one(sorter: Sorter) -> None:
    sorter.texts("one")
    (other,) = sorter.texts("elsewhere", number=SECOND)
    with pytest.raises(NotFound):
        sorter.sort(other, sorter.wedding, thread=sorter.road.row().id)
    assert sorter.where(other) == [None]


@pytest.mark.covers("P10", "rules 27")
def test_another_businesss_project_message_thread_and_undo_are_not_found(sorter: Sorter) -> None:
    road, other = sorter.road, sorter.road.world.other.id
    (ours,) = sorter.texts("ours")
    done = sorter.sort(ours, sorter.wedding)
    assert isinstance(done, Sorted)
    theirs = road.write(lambda session: project.create(session, other, name="Theirs").id)
    row = road.row()
    attempts: list[Callable[[Session], Any]] = [
        lambda session: sorting.sort(session, sorter.home, ours, theirs, actor=ALICE),
        lambda session: sorting.set_default(session, sorter.home, row.id, theirs, actor=ALICE),
        lambda session: sorting.sort(session, other, ours, theirs, actor=ALICE),
        lambda session: sorting.set_default(session, other, row.id, theirs, actor=ALICE),
        lambda session: sorting.undo(session, other, done.undo_id, actor=ALICE),
        lambda session: sorting.sort(session, sorter.home, "unknown", None, actor=ALICE),
        lambda session: sorting.sort(session, sorter.home, ours, "unknown", actor=ALICE),
    ]
    for attempt in attempts:
        with pytest.raises(NotFound):
            road.write(attempt)
    assert (sorter.where(ours), sorter.default()) == ([sorter.wedding], None)


def crowd(sorter: Sorter, count: int) -> str:
    """So many texts in one thread; the id of the first."""

    def work(session: Session) -> str:
        row = subscription.lock(session, sorter.home, SMS, CLIENT)
        start = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
        ids = [
            message.add(
                session, row, direction=Direction.INBOUND, status=Fate.RECEIVED, text=f"text {n}",
                created_at=start + dt.timedelta(minutes=n), should_touch=False,
            )
            for n in range(count)
        ]  # fmt: skip
        return str(ids[0])

    return str(sorter.road.write(work))


@pytest.mark.covers("X-23")
def test_a_thousand_that_follow_are_one_act_and_one_undo(sorter: Sorter, statements: list[str]) -> None:
    first = crowd(sorter, 1000)
    statements.clear()
    done = sorter.sort(first, sorter.wedding, following=True)
    assert isinstance(done, Sorted)
    assert done.moved == 1000
    updates = [sql for sql in statements if sql.lstrip().upper().startswith("UPDATE MESSAGE")]
    assert len(updates) == 1
    assert {row.project_id for row in sorter.all()} == {sorter.wedding}
    sorter.undo(done)
    assert {row.project_id for row in sorter.all()} == {None}


def test_an_act_is_bounded(sorter: Sorter, monkeypatch: pytest.MonkeyPatch) -> None:
    first, *_ = sorter.texts("one", "two", "three")
    monkeypatch.setattr(sorting, "MOST", 2)
    assert reason(sorter.sort(first, sorter.wedding, following=True)) == "too_many"
    assert {row.project_id for row in sorter.all()} == {None}


@pytest.mark.covers("X-23")
def test_another_number_of_the_same_contact_is_a_thread_with_its_own_default(sorter: Sorter) -> None:
    sorter.texts("one")
    sorter.set_default(sorter.wedding)
    sorter.road.write(lambda session: contact.create(session, sorter.home, name="Rosa", numbers=[CLIENT, SECOND]))
    (other,) = sorter.texts("from the second number", number=SECOND)
    assert sorter.where(other) == [None]


@pytest.mark.covers("X-23")
def test_however_an_archive_and_sortings_race_an_archived_project_is_nobodys_default(sorter: Sorter) -> None:
    numbers = [f"+1415555{n:04d}" for n in range(141, 147)]
    rows = sorter.road.write(lambda s: [subscription.lock(s, sorter.home, SMS, number).id for number in numbers])
    for _ in range(5):
        target = sorter.made("Raced")

        def give(row_id: str, target: str = target) -> Sorted | Refused:
            found: Sorted | Refused = sorter.road.write(
                lambda session: sorting.set_default(session, sorter.home, row_id, target, actor=ALICE)
            )
            return found

        with ThreadPoolExecutor(4) as pool:
            given = [pool.submit(give, row_id) for row_id in rows[:3]]
            archived = pool.submit(sorter.change, project.archive, target)
            given += [pool.submit(give, row_id) for row_id in rows[3:]]
            answers = [each.result() for each in given]
            archived.result()
        assert {reason(each) for each in answers} <= {"", "archived"}
        defaults = [sorter.default(number) for number in numbers]
        assert target not in defaults
