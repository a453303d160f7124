"""P12 and P13 over whole histories: whatever members do to contacts, no number gains consent, and an opt-out holds.

Clients say Yes and STOP in between. What each said last is kept beside, as the only truth there is.
"""

from dataclasses import dataclass, field

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from portal.accounts import business as businesses
from portal.consent.purpose import Purpose
from portal.consent.state import Proof
from portal.contacts import contact, number_state
from portal.database import Database
from portal.errors import Problem
from portal.messaging import gate
from portal.messaging.gate import Send
from tests.conftest import World
from tests.contacts.conftest import A, B, Book, C, D

NUMBERS = [A, B, C, D]
VERBS = ("replace", "change", "swap", "merge", "undo", "attach", "rename", "create", "yes", "yes", "stop", "stop")
step = st.tuples(
    st.sampled_from(VERBS), st.integers(0, 3), st.integers(0, 3), st.sampled_from(NUMBERS), st.sampled_from(NUMBERS),
    st.lists(st.sampled_from(NUMBERS), max_size=2, unique=True),
)  # fmt: skip
Step = tuple[str, int, int, str, str, list[str]]


@dataclass
class _Fresh(Book):
    """One more business in the same database, which costs nothing."""

    id: str = ""

    @property
    def business(self) -> str:
        return self.id


@dataclass
class History:
    """`said` and `when` hold each number's own last word; `bound` when a number first stood beside one that stopped."""

    book: Book
    contacts: list[str]
    now: int = 0
    said: dict[str, str] = field(default_factory=dict)
    when: dict[str, int] = field(default_factory=dict)
    bound: dict[tuple[str, int, str], int] = field(default_factory=dict)

    def take(self, step: Step) -> None:
        """A member may be refused; then nothing may have changed, which the checks see."""
        verb, i, j, one, two, some = step
        book, (who, other) = self.book, (self.contacts[i % len(self.contacts)], self.contacts[j % len(self.contacts)])
        self.now += 1
        try:
            match verb:
                case "replace":
                    book.change(who, numbers=some)
                case "change":
                    book.change(who, changes=[(one, two)])
                case "swap":
                    mine, theirs = book.numbers(who), book.numbers(other)
                    book.change(who, numbers=theirs)
                    book.change(other, numbers=mine)
                case "merge":
                    book.merge(who, other)
                case "undo":
                    book.undo(who, other)
                case "attach" if book.row(one) is not None:
                    book.attach(one, who)
                case "rename":
                    book.change(who, name="Somebody else")
                case "create":
                    self.contacts.append(book.add("Somebody", *some))
                case "yes":
                    book.says_yes(one, Proof.HANDSET)
                    self.said[one], self.when[one] = "opted_in", self.now
                case "stop":
                    if self.said.get(one) != "opted_out":
                        self.said[one], self.when[one] = "opted_out", self.now
                    book.says_stop(one)
        except Problem:
            return

    def check(self) -> None:
        rows = {number: self.book.row(number) for number in NUMBERS}
        for number, row in rows.items():
            assert (row.status if row is not None else "none") == self.said.get(number, "none")
            if row is not None and isinstance(gate.decide(row, Purpose.CONVERSATION), Send):
                assert self._owners(number) or row.contact_id is None, "a number that its contact gave up"
        for each in set(self.contacts):
            self._check_held(each)

    def _check_held(self, contact_id: str) -> None:
        """Beside an opt-out of the client, a number is open only by its own Yes, given since they stand together."""
        states = self.book.states(contact_id)
        for out, other in number_state.bonds(states):
            since = self.bound.setdefault((out, self.when[out], other), self.now)
            state = next(each for each in states if each.number == other)
            if state.status == "opted_in" and not state.is_paused:
                assert self.when[other] > since

    def _owners(self, number: str) -> list[contact.Contact]:
        return self.book.database.read(lambda session: contact.having(session, self.book.business, number))


@pytest.mark.long
@pytest.mark.covers("P12", "P13", "X-14", "X-15", "H-2")
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=st.lists(step, min_size=4, max_size=14))
def test_no_history_carries_consent_over_or_opens_what_a_client_closed(
    world: World, database: Database, steps: list[Step]
) -> None:
    business_id = database.write(lambda session: businesses.create(session, "One more").id)
    book = _Fresh(world, database, business_id)
    history = History(book, [book.add("One", A), book.add("Two", B), book.add("Three", B, C)])
    for each in steps:
        history.take(each)
        history.check()


@pytest.mark.covers("X-15")
def test_who_opts_in_again_with_one_number_is_free_and_stays_so(book: Book) -> None:
    """A later opt-in frees the number given; neither a new name nor a merge with a stranger takes it back."""
    rosa, other = book.add("Rosa", A, B), book.add("Rosa again", C)
    book.says_yes(A)
    book.says_yes(B)
    book.says_stop(A)
    book.says_yes(B, Proof.HANDSET)
    book.change(rosa, name="Rosa Delgado")
    book.merge(other, rosa)
    book.undo(other, rosa)
    assert not book.row(B).is_paused


@pytest.mark.covers("X-14", "X-15", "P12")
def test_a_number_that_comes_to_a_client_who_had_stopped_on_a_former_one_is_paused(book: Book) -> None:
    rosa = book.add("Rosa", A)
    book.says_yes(A)
    book.says_stop(A)
    book.says_yes(B)
    book.change(rosa, changes=[(A, B)])
    assert (book.row(B).status, bool(book.row(B).is_paused)) == ("opted_in", True)


def test_what_a_later_owner_of_a_former_number_says_is_not_this_clients_word(book: Book) -> None:
    rosa = book.add("Rosa", A)
    book.change(rosa, changes=[(A, B)])
    book.says_yes(B)
    book.says_yes(A)
    book.says_stop(A)
    book.change(rosa, changes=[(None, C)])
    assert not book.row(B).is_paused
