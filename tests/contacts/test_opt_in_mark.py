"""The Opt In value and the groups Opted-In and Opted-Out: one rule, in Python and in the database (X-21, B7 6)."""

import itertools
from types import SimpleNamespace
from typing import Any

import pytest
import sqlalchemy as sa
from sqlmodel import Session

from portal.accounts.sender import WHATSAPP
from portal.column import table_of
from portal.consent import ledger, subscription
from portal.consent.state import Kind, Origin, Proof, Status
from portal.contacts import group, opt_in_mark
from portal.contacts.contact import Contact
from portal.contacts.opt_in_mark import Mark
from tests.contacts.conftest import A, B, Book, C

VALUES: tuple[Mark, ...] = ("Y", "N", "")
_people, _s = table_of(Contact), subscription.table


def numbers(*said: str) -> list[Any]:
    """`opted_in`, or `opted_in paused`."""
    return [SimpleNamespace(status=each.split()[0], is_paused="paused" in each) for each in said]


def mark(book: Book, contact_id: str) -> Mark:
    found: Mark = book.world.read(lambda session: opt_in_mark.of(session, [contact_id])[contact_id])
    return found


def views(book: Book) -> dict[str, list[str]]:
    """Who is in each view, by name, and that its size says so."""

    def work(session: Session) -> dict[str, list[str]]:
        found = {}
        for view in group.VIEWS:
            rows, _ = group.members(session, book.business, view)
            shown = group.show(session, book.business, view)
            assert (shown.size, shown.is_view) == (len(rows), True)
            found[shown.name] = [each.name for each in rows]
        return found

    made: dict[str, list[str]] = book.world.read(work)
    return made


@pytest.mark.covers("F-18", "X-21", "rules 31")
@pytest.mark.parametrize(
    ("said", "value"),
    [
        ((), ""),
        (("none",), ""),
        (("requested",), ""),
        (("opted_in",), "Y"),
        (("declined",), "N"),
        (("opted_out",), "N"),
        (("none", "opted_in"), "Y"),
        (("opted_out", "opted_in"), "Y"),
        (("opted_out", "none"), "N"),
        (("declined", "requested"), "N"),
        (("opted_out", "opted_in paused"), "N"),
        (("opted_in paused",), "N"),
        (("requested paused",), "N"),
        (("opted_in", "opted_in paused"), "Y"),
    ],
)
def test_the_value_follows_from_all_numbers(said: tuple[str, ...], value: str) -> None:
    assert opt_in_mark.mark(numbers(*said)) == value


@pytest.mark.covers("X-21", "rules 31")
def test_the_database_applies_the_same_rule(book: Book) -> None:
    """Every pair of states of two numbers, as the function says it and as the views find it."""
    nora = book.add("Nora", A, B)
    states = list(itertools.product(Status, (False, True)))

    def work(session: Session) -> None:
        for pair in itertools.combinations_with_replacement(states, 2):
            for number, (status, is_paused) in zip((A, B), pair, strict=True):
                session.execute(
                    sa.update(_s).where(_s.c.number == number).values(status=status, is_paused=is_paused)
                )  # fmt: skip
            told = opt_in_mark.mark([SimpleNamespace(status=each[0], is_paused=each[1]) for each in pair])
            assert opt_in_mark.of(session, [nora]) == {nora: told}
            for value in VALUES:
                found = session.scalars(sa.select(_people.c.id).where(opt_in_mark.has(value, _people.c.id))).all()
                assert (list(found) == [nora]) is (told == value), (pair, value)
            assert [opt_in_mark.count(session, book.business, value) for value in ("Y", "N")] == [
                told == "Y", told == "N",
            ]  # fmt: skip

    book.write(work)


@pytest.mark.covers("F-7", "F-8", "F-16", "F-17", "X-21")
def test_yes_and_stop_move_a_client_between_the_views_and_silence_leaves_them_in_none(book: Book) -> None:
    for name, number in (("Ada", A), ("Bea", B), ("Cleo", C)):
        book.add(name, number)
    assert views(book) == {"Opted-In": [], "Opted-Out": []}
    book.says_yes(A)
    book.says_yes(B)
    assert views(book) == {"Opted-In": ["Ada", "Bea"], "Opted-Out": []}
    book.says_stop(A)
    assert views(book) == {"Opted-In": ["Bea"], "Opted-Out": ["Ada"]}
    book.says_yes(A, Proof.PERSONAL_LINK)
    assert views(book) == {"Opted-In": ["Ada", "Bea"], "Opted-Out": []}


@pytest.mark.covers("X-21", "X-15")
def test_a_stop_on_one_of_two_numbers_is_an_n(book: Book) -> None:
    nora = book.add("Nora", A, B)
    book.says_yes(A)
    book.says_yes(B)
    book.says_stop(A)
    assert (mark(book, nora), views(book)) == ("N", {"Opted-In": [], "Opted-Out": ["Nora"]})
    book.says_yes(B, Proof.PERSONAL_LINK)
    assert (mark(book, nora), views(book)) == ("Y", {"Opted-In": ["Nora"], "Opted-Out": []})


@pytest.mark.covers("X-21")
def test_a_shared_number_answers_for_everybody_who_has_it(book: Book) -> None:
    for name in ("Ada", "Bea"):
        book.add(name, A)
    book.says_yes(A)
    assert views(book) == {"Opted-In": ["Ada", "Bea"], "Opted-Out": []}
    book.says_stop(A)
    assert views(book) == {"Opted-In": [], "Opted-Out": ["Ada", "Bea"]}


@pytest.mark.covers("X-14", "X-21")
def test_a_former_number_says_nothing_any_more(book: Book) -> None:
    nora = book.add("Nora", A)
    book.says_yes(A)
    book.change(nora, numbers=[B])
    assert (mark(book, nora), views(book)) == ("", {"Opted-In": [], "Opted-Out": []})


@pytest.mark.covers("X-21")
def test_a_yes_on_another_channel_counts(book: Book) -> None:
    nora = book.add("Nora", A)

    def work(session: Session) -> None:
        row = subscription.lock(session, book.business, WHATSAPP, A)
        ledger.record(
            session, row, Kind.OPTED_IN, origin=Origin.REPLY, proof=Proof.HANDSET, actor="client",
            scope="informational",
        )  # fmt: skip

    book.write(work)
    assert (mark(book, nora), views(book)["Opted-In"]) == ("Y", ["Nora"])


def test_a_merged_record_is_in_the_views_once(book: Book) -> None:
    kept, other = book.add("Rosa", A), book.add("R.", B)
    book.says_yes(A)
    book.says_yes(B)
    book.merge(kept, other)
    assert views(book)["Opted-In"] == ["Rosa"]
    book.undo(kept, other)
    assert views(book)["Opted-In"] == ["R.", "Rosa"]


def test_the_views_of_another_business_hold_nobody_of_ours(book: Book) -> None:
    book.add("Ada", A)
    book.says_yes(A)

    def work(session: Session) -> tuple[int, list[Any]]:
        home = book.world.other.id
        return group.show(session, home, "opted-in").size, group.members(session, home, "opted-in")[0]

    assert book.world.read(work) == (0, [])
