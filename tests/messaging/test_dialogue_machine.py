"""Any mixture of requests, replies, held texts, resends, days passing and STOPs keeps the laws of B7 (rules row 25)."""

import datetime as dt
import itertools
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test
from sqlmodel import Session

from portal import clock
from portal.accounts import business as businesses
from portal.accounts import member
from portal.accounts.sender import SMS
from portal.consent import ledger, subscription
from portal.consent.purpose import Purpose
from portal.consent.state import Kind, Origin, Proof, Status, fold
from portal.messaging import first_message, opt_in
from portal.messaging.first_message import AGAIN_IN, MOST, Basis
from portal.messaging.message import Direction, Fate
from portal.providers.provider import Accepted
from tests.conftest import World
from tests.messaging.conftest import Road

WORDS = st.sampled_from(["YES", "STOP", "no", "HELP", "Hello?", "START"])
HOURS = st.sampled_from([0.1, 23.9, 24.1, 73.0, 200.0])
NO = (Status.DECLINED, Status.OPTED_OUT)
REQUEST = Purpose.OPT_IN_REQUEST
NUMBERS = itertools.count(100)


class Dialogue(RuleBasedStateMachine):
    """One number of a business whose first-message gate is on, and everything anybody may do with it."""

    world: World
    offset = dt.timedelta()

    @initialize()
    def a_new_number(self) -> None:
        Dialogue.offset = dt.timedelta()
        self.number = f"+1415555{next(NUMBERS):04d}"
        self.road = Road(self.world, self.world.database)
        self.left: list[Any] = []
        self.written = 0

    @rule(words=WORDS)
    def the_client_writes(self, words: str) -> None:
        self.road.texts_us(words, self.number)

    @rule(basis=st.sampled_from(list(Basis)), note=st.sampled_from(["", "they asked"]))
    def a_member_asks(self, basis: Basis, note: str) -> None:
        before = self.row()
        asked = self.road.write(lambda session: self._ask(session, basis, note))
        if before is not None and (before.status in (*NO, Status.OPTED_IN) or before.returns_to):
            assert asked.reason in ("opted_in", "opted_out", "declined")

    def _ask(self, session: Session, basis: Basis, note: str) -> Any:
        home = businesses.get(session, self.road.business)
        row = subscription.lock(session, home.id, SMS, self.number)
        alice = member.get(session, home.id, self.world.alice.id)
        return first_message.ask(session, home, row, basis=basis, note=note, member=alice, actor=f"member:{alice.id}")

    @rule()
    def a_member_asks_and_writes_what_is_held(self) -> None:
        self.road.write(lambda session: self._ask(session, Basis.CLIENT_ASKED, ""))
        self.a_member_writes()

    @rule()
    def a_member_writes(self) -> None:
        if self.row() is not None:
            self.written += 1
            self.road.member_writes(f"text {self.written}", self.number)

    @rule()
    def a_member_opts_them_out(self) -> None:
        if self.row() is None:
            return

        def work(session: Session) -> None:
            row = subscription.lock(session, self.road.business, SMS, self.number)
            opt_in.opt_out(
                session, row, origin=Origin.MEMBER, proof=Proof.ATTESTED, actor="member:x",
                should_confirm=False,
            )  # fmt: skip

        self.road.write(work)

    @rule(hours=HOURS)
    def time_passes(self, hours: float) -> None:
        Dialogue.offset += dt.timedelta(hours=hours)

    @rule()
    def texts_leave(self) -> None:
        while claims := self.road.claim():
            for each in claims:
                if each.row.number == self.number:  # not what another run left behind
                    self._may_leave(each.row, self.row())
                    self.left.append((clock.now(), each.row))
                self.road.land(each.row, Accepted(f"SM{each.row.id}"))

    def _may_leave(self, text: Any, row: Any) -> None:
        """B7's table, at the moment of leaving."""
        if text.purpose == Purpose.CONVERSATION:
            assert row.status == Status.OPTED_IN
            confirmations = [each for _, each in self.left if each.purpose == Purpose.OPT_IN_CONFIRMATION]
            assert confirmations
        if text.purpose == REQUEST:
            assert row.status == Status.REQUESTED

    def row(self) -> Any:
        return self.road.row(self.number)

    def entries(self) -> list[Any]:
        row = self.row()
        if row is None:
            return []
        return list(self.road.database.read(lambda session: ledger.entries(session, self.road.business, row.id)))

    @invariant()
    def the_row_is_the_fold_of_the_ledger(self) -> None:
        row = self.row()
        if row is not None:
            state = fold(self.entries())
            assert (row.status, row.returns_to, row.origin) == (state.status, state.returns_to, state.origin)

    @invariant()
    def nothing_waits_for_somebody_who_said_no(self) -> None:
        row = self.row()
        if row is not None and row.status in NO:
            waiting = [each for each in self.mine() if each.status in (Fate.HELD, Fate.QUEUED)]
            assert {each.purpose for each in waiting} <= {Purpose.OPT_OUT_CONFIRMATION, Purpose.HELP}

    @invariant()
    def held_texts_leave_in_the_order_in_which_they_were_written(self) -> None:
        numbers = [int(each.text.split()[1]) for _, each in self.left if each.purpose == Purpose.CONVERSATION]
        assert numbers == sorted(numbers)
        assert len(numbers) == len(set(numbers))

    @invariant()
    def members_ask_at_most_three_times_and_not_within_a_day(self) -> None:
        since: list[dt.datetime] = []
        for entry in self.entries():
            if entry.kind == Kind.OPTED_IN:
                since = []
            if entry.kind == Kind.ASKED and entry.origin == "business_first":
                assert not since or entry.occurred_at - since[-1] >= AGAIN_IN
                since.append(entry.occurred_at)
        assert len(since) <= MOST

    @invariant()
    def one_confirmation_for_each_consent(self) -> None:
        consents = [entry for entry in self.entries() if entry.kind == Kind.OPTED_IN]
        confirmed = [each for each in self.mine() if each.purpose == Purpose.OPT_IN_CONFIRMATION]
        assert len(confirmed) <= len(consents)

    @invariant()
    def what_is_hidden_belongs_to_somebody_who_has_not_agreed(self) -> None:
        row = self.row()
        if row is not None and row.status == Status.OPTED_IN:
            assert not [each for each in self.mine(Direction.INBOUND) if each.is_hidden]

    def mine(self, direction: Direction = Direction.OUTBOUND) -> list[Any]:
        return [each for each in self.road.messages(self.number) if each.direction == direction]


@pytest.mark.covers("B7", "M-3", "M-4", "S-10", "S-21", "X-8", "X-9", "X-19", "rules row 25")
def test_no_order_of_events_breaks_the_laws_of_the_dialogue(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    real = clock.now
    monkeypatch.setattr(clock, "now", lambda: real() + Dialogue.offset)
    world.write(
        lambda session: businesses.change_policy(
            session, businesses.get(session, world.hearth.id), has_first_message_gate=True
        )
    )
    Dialogue.world = world
    checks = [HealthCheck.too_slow, HealthCheck.filter_too_much, HealthCheck.data_too_large]
    run_state_machine_as_test(
        Dialogue,
        settings=settings(max_examples=25, stateful_step_count=20, deadline=None, suppress_health_check=checks),
    )  # fmt: skip
