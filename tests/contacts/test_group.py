"""Groups: made, filled, merged along, deleted; their sizes always equal who is in them (F-5, X-21)."""

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import event
from sqlmodel import Session

from portal.contacts import group, group_choice
from portal.contacts.group import ContactGroup
from portal.contacts.group_choice import Wanted
from portal.errors import Conflict, Invalid, NotFound
from tests.contacts.conftest import A, B, Book, C, D


def made(book: Book, name: str, *contact_ids: str) -> str:
    def work(session: Session) -> str:
        found = group.create(session, book.business, name=name)
        if contact_ids:
            group.add(session, found, contact_ids)
        return found.id

    return str(book.write(work))


def change(book: Book, group_id: str, work: Callable[[Session, ContactGroup], Any]) -> Any:
    return book.write(lambda session: work(session, group.get(session, book.business, group_id)))


def inside(book: Book, group_id: str, **how: Any) -> list[str]:
    """Names, and that the size says how many."""

    def work(session: Session) -> list[str]:
        rows, _ = group.members(session, book.business, group_id, **how)
        assert group.show(session, book.business, group_id).size == len(rows)
        return [each.name for each in rows]

    found: list[str] = book.world.read(work)
    return found


@pytest.mark.covers("F-5")
def test_contacts_come_and_go_and_come_once(book: Book) -> None:
    ada, bea = book.add("Ada"), book.add("Bea")
    spring = made(book, "Spring", bea, ada)
    assert change(book, spring, lambda session, found: group.add(session, found, [ada])) == 0
    assert inside(book, spring) == ["Ada", "Bea"]
    assert change(book, spring, lambda session, found: group.remove(session, found, [ada])) == 1
    assert change(book, spring, lambda session, found: group.remove(session, found, [ada])) == 0
    assert inside(book, spring) == ["Bea"]


def test_deleting_a_group_leaves_its_contacts(book: Book) -> None:
    ada = book.add("Ada")
    spring = made(book, "Spring", ada)
    change(book, spring, group.delete)
    assert book.found("") == ["Ada"]
    with pytest.raises(NotFound):
        inside(book, spring)
    assert book.world.read(lambda session: group.of_contact(session, ada)) == []


@pytest.mark.parametrize("name", ["Opted-In", "opted out", "OPTED-OUT", " Opted\u2011In ", "optedin"])
def test_the_names_of_the_views_are_theirs(book: Book, name: str) -> None:
    with pytest.raises(Conflict) as refused:
        made(book, name)
    assert refused.value.reason == "view"


def test_a_name_is_taken_once_in_a_business(book: Book) -> None:
    made(book, "Spring")
    with pytest.raises(Conflict) as refused:
        made(book, "  SPRING ")
    assert refused.value.reason == "taken"
    other = made(book, "Autumn")
    with pytest.raises(Conflict):
        change(book, other, lambda session, found: group.rename(session, found, name="spring"))
    change(book, other, lambda session, found: group.rename(session, found, name="AUTUMN"))
    book.write(lambda session: group.create(session, book.world.other.id, name="Spring"))
    with pytest.raises(Invalid):
        made(book, "  ")


@pytest.mark.covers("X-21", "rules 31")
@pytest.mark.parametrize("view", sorted(group.VIEWS))
def test_nobody_writes_to_a_view(book: Book, view: str) -> None:
    with pytest.raises(Conflict) as refused:
        book.write(lambda session: group.get(session, book.business, view))
    assert refused.value.reason == "view"


def test_strangers_contacts_cannot_be_put_in_or_taken_out(book: Book) -> None:
    spring = made(book, "Spring")
    with pytest.raises(NotFound):
        change(book, spring, lambda session, found: group.add(session, found, ["0" * 32]))
    with pytest.raises(NotFound):
        change(book, spring, lambda session, found: group.remove(session, found, ["0" * 32]))


def test_there_are_bounds(book: Book, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(group, "MOST_GROUPS", 2)
    monkeypatch.setattr(group, "MOST_CONTACTS", 1)
    bea = book.add("Bea")
    spring = made(book, "Spring", book.add("Ada"))
    with pytest.raises(Conflict) as full:
        change(book, spring, lambda session, found: group.add(session, found, [bea]))
    made(book, "Autumn")
    with pytest.raises(Conflict) as many:
        made(book, "Winter")
    assert (full.value.reason, many.value.reason) == ("too_many", "too_many")
    assert inside(book, spring) == ["Ada"]


def test_a_merge_keeps_both_groups_and_undoing_it_gives_them_back(book: Book) -> None:
    rosa, other = book.add("Rosa", A), book.add("R.", B)
    both, hers, theirs = made(book, "Both", rosa, other), made(book, "Hers", rosa), made(book, "Theirs", other)
    gone = made(book, "Gone", other)
    book.merge(rosa, other)
    assert [inside(book, each) for each in (both, hers, theirs, gone)] == [["Rosa"]] * 4
    change(book, gone, group.delete)
    book.undo(rosa, other)
    assert [inside(book, each) for each in (both, hers, theirs)] == [["R.", "Rosa"], ["Rosa"], ["R."]]


def test_the_id_of_a_merged_record_puts_in_what_it_is_part_of(book: Book) -> None:
    rosa, other = book.add("Rosa", A), book.add("R.", B)
    book.merge(rosa, other)
    assert inside(book, made(book, "Spring", other)) == ["Rosa"]


def test_a_renamed_contact_stands_where_its_new_name_belongs(book: Book) -> None:
    ada, bea = book.add("Ada"), book.add("Bea")
    spring = made(book, "Spring", ada, bea)
    book.change(ada, name="Zoe")
    assert inside(book, spring) == ["Bea", "Zoe"]


def test_pages_go_on_where_they_ended(book: Book) -> None:
    spring = made(book, "Spring", *(book.add(name) for name in ("Cleo", "Ada", "Bea")))
    for name in ("Autumn", "Winter"):
        made(book, name)

    def contacts(session: Session) -> list[str]:
        names, after = list[str](), None
        while True:
            rows, after = group.members(session, book.business, spring, after=after, limit=1)
            names += [each.name for each in rows]
            if after is None:
                return names

    def groups(session: Session) -> list[str]:
        names, after = list[str](), None
        while True:
            found = group.page(session, book.business, after=after, limit=1)
            names, after = names + [each.name for each in found.rows], found.next
            if after is None:
                return names

    assert book.world.read(contacts) == ["Ada", "Bea", "Cleo"]
    assert book.world.read(groups) == ["Opted-In", "Opted-Out", "Autumn", "Spring", "Winter"]


def test_the_list_costs_the_same_however_many_groups_there_are(book: Book) -> None:
    said: list[str] = []

    def queries() -> int:
        said.clear()
        event.listen(book.database.engine, "before_cursor_execute", heard)
        book.world.read(lambda session: group.page(session, book.business))
        event.remove(book.database.engine, "before_cursor_execute", heard)
        return len(said)

    def heard(*given: Any) -> None:
        said.append(str(given[2]))

    before = queries()
    for name in ("Spring", "Summer", "Autumn"):
        made(book, name, book.add(name))
    assert queries() == before


@pytest.mark.covers("F-5")
@pytest.mark.parametrize(
    ("wanted", "names"),
    [
        (Wanted(), ["Ada", "Bea", "Cleo"]), (Wanted(q="be"), ["Bea"]), (Wanted(mark="Y"), ["Ada"]),
        (Wanted(mark="N"), ["Bea"]), (Wanted(mark=""), ["Cleo"]), (Wanted(is_in_none=True), ["Ada", "Bea"]),
        (Wanted(project_id="0" * 32), []),
    ],
)  # fmt: skip
def test_many_are_found_by_what_is_known_of_them(book: Book, wanted: Wanted, names: list[str]) -> None:
    people = {name: book.add(name, number) for name, number in (("Ada", A), ("Bea", B), ("Cleo", C), ("Dora", D))}
    book.says_yes(A)
    book.says_yes(B)
    book.says_stop(B)
    made(book, "Autumn", people["Cleo"])
    spring = made(book, "Spring", people["Dora"])

    def work(session: Session) -> list[str]:
        found = group.get(session, book.business, spring)
        return [each.name for each in group_choice.page(session, found, wanted)[0]]

    assert book.world.read(work) == names
