"""Two records of one client become one and are split again; consent stays with the numbers (X-15, P12, P13)."""

import datetime as dt
import threading

import pytest

from portal import clock
from portal.consent.state import Proof
from portal.contacts import contact_date, merge
from portal.contacts.contact_date import Day
from portal.errors import Conflict, NotFound
from portal.messaging import contact_desk
from tests.contacts.conftest import ALICE, A, B, Book, C

DAY = dt.date(2027, 6, 12)


@pytest.fixture
def pair(book: Book) -> tuple[str, str]:
    """Rosa with number A, and a second record of her with number B."""
    return book.add("Rosa Delgado", A, email="rosa@example.com"), book.add("R. Delgado", B)


def test_the_kept_record_has_the_numbers_of_both(book: Book, pair: tuple[str, str]) -> None:
    book.merge(*pair)
    assert book.numbers(pair[0]) == [A, B]
    assert book.numbers(pair[1]) == []
    assert book.row(B).contact_id == pair[0]
    assert book.row(B).name == "Rosa Delgado"


def test_a_merged_record_shows_no_more_on_its_own(book: Book, pair: tuple[str, str]) -> None:
    book.merge(*pair)
    assert book.found("") == ["Rosa Delgado"]
    assert book.found("R. D") == []
    assert book.get(pair[1]).merged_into_id == pair[0]


def test_an_address_that_only_the_other_had_is_kept(book: Book, pair: tuple[str, str]) -> None:
    book.merge(pair[1], pair[0])
    assert book.get(pair[1]).email == "rosa@example.com"
    assert book.found("rosa@") == ["R. Delgado"]
    book.undo(pair[1], pair[0])
    assert book.get(pair[1]).email == ""


@pytest.mark.covers("P13")
def test_a_merge_gives_nobody_consent(book: Book, pair: tuple[str, str]) -> None:
    book.says_yes(A)
    book.merge(*pair)
    assert (book.row(A).status, book.row(B).status) == ("opted_in", "none")
    assert not book.row(A).is_paused


@pytest.mark.covers("X-15", "P12", "P13")
@pytest.mark.parametrize("kept", [0, 1])
def test_an_opt_out_on_one_number_holds_the_other_ones_back_after_a_merge(
    book: Book, pair: tuple[str, str], kept: int
) -> None:
    book.says_yes(A)
    book.says_yes(B)
    book.says_stop(B)
    book.merge(pair[kept], pair[1 - kept])
    assert (book.row(A).status, bool(book.row(A).is_paused)) == ("opted_in", True)
    assert book.row(B).status == "opted_out"
    assert book.kinds(A) == ["opted_in", "paused"]


@pytest.mark.covers("X-15", "P12")
def test_undoing_a_merge_splits_the_records_and_opens_nothing(book: Book, pair: tuple[str, str]) -> None:
    book.says_yes(A)
    book.says_yes(B)
    book.says_stop(B)
    book.merge(*pair)
    book.undo(*pair)
    assert (book.numbers(pair[0]), book.numbers(pair[1])) == ([A], [B])
    assert book.row(A).is_paused
    assert book.row(B).contact_id == pair[1]
    assert book.found("") == ["R. Delgado", "Rosa Delgado"]
    book.says_yes(A, Proof.PERSONAL_LINK)
    assert not book.row(A).is_paused


@pytest.mark.covers("X-15")
def test_a_stop_after_the_merge_holds_all_numbers_and_stays_after_undo(book: Book, pair: tuple[str, str]) -> None:
    book.says_yes(A)
    book.says_yes(B)
    book.merge(*pair)
    book.says_stop(A)
    assert book.row(B).is_paused
    book.undo(*pair)
    assert book.row(B).is_paused


def test_a_number_both_have_is_one_number_and_both_have_it_again(book: Book) -> None:
    one, two = book.add("One", A), book.add("Two", A, B)
    book.merge(one, two)
    assert book.numbers(one) == [A, B]
    book.undo(one, two)
    assert (book.numbers(one), book.numbers(two)) == ([A], [A, B])


def test_former_numbers_come_along_and_go_back(book: Book, pair: tuple[str, str]) -> None:
    book.change(pair[1], numbers=[C])
    book.merge(*pair)
    assert [(each.number, each.is_current) for each in book.states(pair[0])] == [(A, True), (C, True), (B, False)]
    assert not book.row(B).is_current
    book.undo(*pair)
    assert [each.number for each in book.states(pair[0])] == [A]
    assert book.row(B).contact_id == pair[1]
    assert not book.row(B).is_current


@pytest.mark.covers("X-14", "P13")
def test_a_number_removed_since_the_merge_does_not_come_back_with_its_undoing(
    book: Book, pair: tuple[str, str]
) -> None:
    book.says_yes(B)
    book.merge(*pair)
    book.change(pair[0], changes=[(B, None)])
    book.undo(*pair)
    assert book.numbers(pair[1]) == []
    assert not book.row(B).is_current


def test_what_the_kept_record_got_since_stays_with_it(book: Book, pair: tuple[str, str]) -> None:
    book.merge(*pair)
    book.change(pair[0], changes=[(None, C)], name="Rosa D.")
    book.undo(*pair)
    assert book.numbers(pair[0]) == [A, C]
    assert book.get(pair[0]).name == "Rosa D."


def test_dates_come_along_where_there_is_none_of_that_name(book: Book, pair: tuple[str, str]) -> None:
    book.change(pair[0], dates=[Day("Wedding", DAY)])
    book.change(pair[1], dates=[Day("wedding", DAY.replace(day=13)), Day("Birthday", DAY)])

    def names(contact_id: str) -> list[tuple[str, dt.date]]:
        found = book.database.read(lambda session: contact_date.of(session, [contact_id]))[contact_id]
        return [(each.name, each.on_date) for each in found]

    before = names(pair[0]), names(pair[1])
    book.merge(*pair)
    assert names(pair[0]) == [("Birthday", DAY), ("Wedding", DAY)]
    book.undo(*pair)
    assert (names(pair[0]), names(pair[1])) == before


def test_a_record_is_not_merged_with_itself(book: Book, pair: tuple[str, str]) -> None:
    with pytest.raises(Conflict, match="with itself"):
        book.merge(pair[0], pair[0])


def test_the_same_merge_twice_is_one_merge(book: Book, pair: tuple[str, str]) -> None:
    book.merge(*pair)
    book.merge(*pair)
    book.undo(*pair)
    assert book.numbers(pair[1]) == [B]


def test_two_members_who_merge_the_two_ways_at_once_get_one_merge(book: Book, pair: tuple[str, str]) -> None:
    refused: list[Conflict] = []
    start = threading.Barrier(2)

    def merged(kept: str, other: str) -> None:
        start.wait()
        try:
            book.merge(kept, other)
        except Conflict as conflict:
            refused.append(conflict)

    threads = [threading.Thread(target=merged, args=each) for each in (pair, pair[::-1])]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert [each.reason for each in refused] == ["merged"]
    assert sorted(book.numbers(pair[0]) + book.numbers(pair[1])) == [A, B]


def test_a_merged_record_can_neither_be_changed_nor_merged_nor_get_a_number(book: Book, pair: tuple[str, str]) -> None:
    third = book.add("Third", C)
    book.merge(*pair)
    for attempt in (
        lambda: book.change(pair[1], name="Other"),
        lambda: book.merge(third, pair[1]),
        lambda: book.merge(pair[1], third),
        lambda: book.attach(C, pair[1]),
    ):
        with pytest.raises(Conflict) as refused:
            attempt()
        assert refused.value.reason == "merged"
    assert book.get(pair[1]).name == "R. Delgado"


def test_a_merge_of_merges_is_followed_and_undone_from_its_end(book: Book, pair: tuple[str, str]) -> None:
    third = book.add("Third", C)
    book.merge(*pair)
    book.merge(third, pair[0])
    assert book.numbers(third) == [A, B, C]
    assert set(book.database.read(lambda session: merge.members(session, third))) == {third, *pair}
    with pytest.raises(Conflict, match="merged again since"):
        book.undo(*pair)
    book.undo(third, pair[0])
    book.undo(*pair)
    assert (book.numbers(third), book.numbers(pair[0]), book.numbers(pair[1])) == ([C], [A], [B])


def test_undoing_twice_is_refused(book: Book, pair: tuple[str, str]) -> None:
    book.merge(*pair)
    book.undo(*pair)
    with pytest.raises(Conflict, match="not merged"):
        book.undo(*pair)


@pytest.mark.covers("P10")
def test_somebody_elses_contact_is_not_there_to_merge(book: Book, pair: tuple[str, str]) -> None:
    theirs = book.write(
        lambda session: contact_desk.create(session, book.world.other.id, ALICE, name="Theirs", numbers=[C]).id
    )
    for kept, other in ((pair[0], theirs), (theirs, pair[0])):
        with pytest.raises(NotFound):
            book.merge(kept, other)


def test_a_merge_leaves_a_note_in_the_audit(book: Book, pair: tuple[str, str]) -> None:
    from sqlmodel import select

    from portal.accounts.audit import AuditEntry

    book.merge(*pair)
    found = book.database.read(
        lambda session: session.exec(select(AuditEntry).where(AuditEntry.action == "contact.merged")).one()
    )
    assert (found.object, found.details, found.actor) == (pair[0], {"other": pair[1]}, ALICE.actor)
    assert found.at <= clock.now()
