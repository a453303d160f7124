"""A STOP at the very moment in which members bring numbers together: whichever comes first, the other one is held."""

import threading
from collections.abc import Callable
from functools import partial

import pytest

from portal.errors import Conflict
from tests.contacts.conftest import A, B, Book

TRIES = 6


def at_once(*acts: Callable[[], None]) -> list[BaseException]:
    """All of them from threads of their own; what they raised."""
    raised: list[BaseException] = []
    start = threading.Barrier(len(acts))

    def run(act: Callable[[], None]) -> None:
        start.wait()
        try:
            act()
        except BaseException as error:
            raised.append(error)

    threads = [threading.Thread(target=run, args=(act,)) for act in acts]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    return raised


@pytest.mark.covers("X-15", "P12")
@pytest.mark.parametrize("how", ["merge", "attach", "change"])
def test_a_stop_while_numbers_come_together_holds_the_other_number(book: Book, how: str) -> None:
    for n in range(TRIES):
        first, second = f"+1415555{2000 + 2 * n}", f"+1415555{2001 + 2 * n}"
        book.says_yes(first)
        book.says_yes(second)
        one = book.add("One", first)
        acts = {
            "merge": partial(_merge, book, one, second),
            "attach": partial(book.attach, second, one),
            "change": partial(book.change, one, changes=[(None, second)]),
        }
        assert at_once(acts[how], partial(book.says_stop, first)) == []
        assert (book.row(first).status, bool(book.row(second).is_paused)) == ("opted_out", True)


def _merge(book: Book, kept: str, number: str) -> None:
    book.merge(kept, book.add("Two", number))


def test_two_members_who_change_one_contact_at_once_lose_nothing(book: Book) -> None:
    one = book.add("One")
    acts = [partial(book.change, one, changes=[(None, number)]) for number in (A, B)]
    assert at_once(*acts) == []
    assert sorted(book.numbers(one)) == [A, B]


def test_a_merge_and_an_edit_of_the_other_record_at_once_end_in_one_of_two_ways(book: Book) -> None:
    """The edit came first and is part of the merge, or it is refused and changed nothing."""
    for n in range(TRIES):
        one, two = book.add("One"), book.add("Two")
        number = f"+1415555{3000 + n}"
        raised = at_once(partial(book.merge, one, two), partial(book.change, two, changes=[(None, number)]))
        assert [type(each) for each in raised] in ([], [Conflict])
        assert book.numbers(one) == ([] if raised else [number])
