"""Projects (H-17, X-23): what makes a good one, which is suggested for a message, and the order of the list."""

import datetime as dt
from typing import Any

import pytest
from sqlmodel import Session

from portal.contacts import contact, project, project_choice, project_list
from portal.contacts.project import Stage
from portal.contacts.project_choice import Choice, Choices
from portal.database import Database
from portal.errors import Conflict, Invalid, NotFound
from tests.conftest import World

TODAY = dt.date(2026, 11, 22)


def made(world: World, name: str, business: str = "", **values: Any) -> str:
    home = business or world.hearth.id
    return str(world.write(lambda session: project.create(session, home, name=name, **values).id))


def client(world: World, name: str = "Rosa Delgado", business: str = "") -> str:
    home = business or world.hearth.id
    return str(world.write(lambda session: contact.create(session, home, name=name).id))


def day(days: int) -> dt.date:
    return TODAY + dt.timedelta(days=days)


def names(world: World, **wanted: Any) -> list[str]:
    page = world.read(lambda session: project_list.page(session, world.hearth.id, today=TODAY, **wanted))
    return [row.name for row in page.rows]


def choices(world: World, contact_id: str | None = None, **more: Any) -> Choices:
    found: Choices = world.read(
        lambda session: project_choice.read(session, world.hearth.id, contact_id, today=TODAY, **more)
    )
    return found


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"name": " \t "}, "name"),
        ({"name": "Wedding", "starts_on": day(2), "ends_on": day(1)}, "ends_on"),
    ],
)
def test_a_project_needs_a_name_and_ends_after_it_starts(world: World, values: dict[str, Any], field: str) -> None:
    with pytest.raises(Invalid) as problem:
        made(world, **values)
    assert list(problem.value.fields) == [field]
    assert names(world) == []


def test_a_project_may_last_one_day(world: World) -> None:
    made(world, "Wedding", starts_on=day(1), ends_on=day(1))
    assert names(world) == ["Wedding"]


@pytest.mark.covers("P10", "rules 27")
def test_somebody_elses_project_or_contact_is_not_found(world: World) -> None:
    ours, theirs = made(world, "Ours"), made(world, "Theirs", world.other.id)
    stranger = client(world, business=world.other.id)

    def attempts(session: Session) -> None:
        home = world.hearth.id
        mine = project.get(session, home, ours)
        for attempt in (
            lambda: project.get(session, home, theirs),
            lambda: project.hold(session, home, theirs),
            lambda: project.add_contact(session, mine, stranger),
            lambda: project.remove_contact(session, mine, stranger),
            lambda: project_list.page(session, home, today=TODAY, after=theirs),
        ):
            with pytest.raises(NotFound):
                attempt()

    world.write(attempts)
    with pytest.raises(NotFound):
        made(world, "x", contact_ids=[stranger])
    assert choices(world, mentioned=[theirs]).known.keys() == {ours}


def test_a_contact_is_added_once_and_taken_out(world: World) -> None:
    rosa, owen = client(world), client(world, "Owen Hartley")
    work = made(world, "Wedding", contact_ids=[rosa, rosa])

    def change(session: Session) -> list[list[str]]:
        found = project.get(session, world.hearth.id, work)
        seen = [[each.name for each in project.contacts_of(session, found)]]
        project.add_contact(session, found, owen)
        project.add_contact(session, found, owen)
        seen.append([each.name for each in project.contacts_of(session, found)])
        project.remove_contact(session, found, rosa)
        seen.append([each.name for each in project.contacts_of(session, found)])
        return seen

    assert world.write(change) == [
        ["Rosa Delgado"], ["Owen Hartley", "Rosa Delgado"], ["Owen Hartley"],
    ]  # fmt: skip


def test_a_project_has_only_so_many_contacts(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(project, "MOST_CONTACTS", 1)
    work, owen = made(world, "Wedding", contact_ids=[client(world)]), client(world, "Owen Hartley")
    with pytest.raises(Conflict):
        world.write(lambda s: project.add_contact(s, project.get(s, world.hearth.id, work), owen))


def test_who_could_join_is_found_by_the_beginning_of_the_name(world: World) -> None:
    rosa, _, _ = client(world), client(world, "Róbert Kis"), client(world, "Ana Rosales")
    work = made(world, "Wedding", contact_ids=[rosa])
    client(world, "Rolf Stranger", world.other.id)
    found = world.read(lambda s: project.could_join(s, project.get(s, world.hearth.id, work), "ro"))
    assert [each.name for each in found] == ["Róbert Kis"]


@pytest.mark.covers("H-17")
def test_the_list_begins_with_what_comes_next(world: World) -> None:
    made(world, "no date")
    made(world, "over since March", starts_on=dt.date(2026, 3, 1))
    made(world, "over since June", starts_on=dt.date(2026, 3, 1), ends_on=dt.date(2026, 6, 1))
    made(world, "today", starts_on=TODAY)
    made(world, "in a week", starts_on=day(7), ends_on=day(8))
    made(world, "running until tomorrow", starts_on=day(-9), ends_on=day(1))
    made(world, "due in two days", ends_on=day(2))
    made(world, "archived", starts_on=TODAY)

    def archive(session: Session) -> None:
        (row,) = project_list.page(session, world.hearth.id, today=TODAY, limit=200).rows[1:2]
        assert row.name == "archived"
        project.archive(session, project.get(session, world.hearth.id, row.id))

    world.write(archive)
    assert names(world) == [
        "today", "running until tomorrow", "due in two days", "in a week", "no date", "over since June",
        "over since March",
    ]  # fmt: skip
    assert names(world, is_archived=True) == ["archived"]


def test_every_project_is_on_exactly_one_page(world: World) -> None:
    """Same days, no days, past days: the cursor loses and doubles nothing."""
    for n in range(40):
        starts_on = [None, TODAY, day(3), day(-3)][n % 4]
        made(world, f"{n:02d}", starts_on=starts_on, stage=Stage.PLANNED if n % 2 else Stage.ACTIVE)

    def walk(session: Session, after: str | None = None) -> list[str]:
        page = project_list.page(session, world.hearth.id, today=TODAY, after=after, limit=7)
        rest = walk(session, page.next) if page.next else []
        return [row.name for row in page.rows] + rest

    seen = world.read(walk)
    assert len(seen) == len(set(seen)) == 40
    assert seen == names(world, limit=100)


def test_the_counts_are_those_of_the_list(world: World) -> None:
    for stage in (Stage.PLANNED, Stage.ACTIVE, Stage.ACTIVE):
        made(world, stage, stage=stage)
    gone = made(world, "gone")
    made(world, "theirs", world.other.id)
    world.write(lambda s: project.archive(s, project.get(s, world.hearth.id, gone)))
    counts = world.read(lambda session: project_list.counts(session, world.hearth.id))
    assert counts == {"planned": 1, "active": 2, "done": 0, "archived": 1}


A, P, D = Stage.ACTIVE, Stage.PLANNED, Stage.DONE


@pytest.mark.covers("X-23")
@pytest.mark.parametrize(
    ("found", "on", "expected"),
    [
        ([], 0, None),
        ([("near", A, 3, None), ("far", A, 9, None)], 0, "near"),
        ([("before", A, -4, None), ("after", A, 6, None)], 0, "before"),
        ([("during", D, -30, 30), ("near", A, 1, None)], 0, "during"),
        ([("planned", P, 5, None), ("active", A, 5, None)], 0, "active"),
        ([("undated", A, None, None), ("far", P, 300, None)], 0, "far"),
        ([("undated done", D, None, None), ("undated", A, None, None)], 0, "undated"),
        ([("old", D, -200, -199), ("new", A, 5, None)], -198, "old"),
        ([("by its end", A, None, 2), ("by its start", A, 4, None)], 0, "by its end"),
        ([("b", A, 1, None), ("a", A, 1, None)], 0, "a"),
    ],
)
def test_the_suggestion_is_the_one_nearest_to_the_message_then_the_active_one(
    found: list[tuple[str, Stage, int | None, int | None]], on: int, expected: str | None
) -> None:
    own = tuple(
        Choice(name, name, stage, None if first is None else day(first), None if last is None else day(last), True)
        for name, stage, first, last in found
    )
    suggested = Choices(own, {}, own).suggested(day(on))
    assert (suggested and suggested.name) == expected


@pytest.mark.covers("X-23")
def test_the_clients_own_projects_come_first_then_the_open_ones_never_the_archived(world: World) -> None:
    rosa = client(world)
    made(world, "other, soon", starts_on=day(1))
    made(world, "other, done", stage=D, starts_on=day(1))
    made(world, "own, later", starts_on=day(50), contact_ids=[rosa])
    made(world, "own, done", stage=D, starts_on=day(-1), contact_ids=[rosa])
    gone = made(world, "own, archived", contact_ids=[rosa])
    world.write(lambda s: project.archive(s, project.get(s, world.hearth.id, gone)))
    found = choices(world, rosa)
    assert [each.name for each in found.shown] == ["own, done", "own, later", "other, soon"]
    assert [each.is_clients for each in found.shown] == [True, True, False]
    assert choices(world, rosa, mentioned=[gone]).known[gone].is_archived


def test_nine_are_shown_however_many_there_are(world: World, database: Database) -> None:
    for n in range(30):
        made(world, f"{n:02d}", starts_on=day(n))
    found = choices(world)
    assert [each.name for each in found.shown] == [f"{n:02d}" for n in range(9)]
    assert len(found.known) == 30
    assert found.suggested(TODAY) is None


def test_archiving_twice_and_bringing_back_twice_change_nothing_more(world: World) -> None:
    work = made(world, "Wedding")

    def twice(session: Session) -> tuple[Any, Any]:
        found = project.get(session, world.hearth.id, work)
        project.archive(session, found)
        at = found.archived_at
        project.archive(session, found)
        assert found.archived_at == at
        project.restore(session, found)
        project.restore(session, found)
        return at, found.archived_at

    at, now = world.write(twice)
    assert at is not None
    assert now is None
