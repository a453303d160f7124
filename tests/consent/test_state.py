"""The fold of consent facts: any order, any repetition, one answer; in doubt, opted out (promise P4)."""

import datetime as dt
import itertools
from collections.abc import Sequence
from dataclasses import dataclass, replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from portal.consent.purpose import Scope
from portal.consent.state import RESTRICTIVE, Carrier, Kind, Origin, Proof, State, Status, fold, order, step

MOMENTS = [dt.datetime(2026, 11, 22, 15, minute, tzinfo=dt.UTC) for minute in range(4)]


@dataclass(frozen=True)
class Fact:
    """A fact before anybody knows when it will arrive."""

    kind: str
    occurred_at: dt.datetime
    origin: str = Origin.FORM
    proof: str = Proof.HANDSET
    scope: str | None = None
    carrier: str | None = None
    seq: int = 0


facts = st.builds(
    Fact,
    kind=st.sampled_from(list(Kind)),
    occurred_at=st.sampled_from(MOMENTS),
    origin=st.sampled_from([Origin.FORM, Origin.REPLY, Origin.OFFLINE, Origin.CLIENT_FIRST]),
    proof=st.sampled_from(list(Proof)),
    scope=st.sampled_from([None, *Scope]),
    carrier=st.sampled_from([None, None, Carrier.BLOCKED, Carrier.CLEAR]),
)


def arriving(many: Sequence[Fact]) -> list[Fact]:
    """Numbered as the ledger numbers them: in the order in which they come."""
    return [replace(fact, seq=seq) for seq, fact in enumerate(many, start=1)]


def meaning(many: Sequence[Fact]) -> tuple[State, Fact | None]:
    """The state without the number of the entry that allows texting, and that entry's own words instead."""
    numbered = arriving(many)
    state = fold(numbered)
    allowing = next((fact for fact in numbered if fact.seq == state.consent_seq), None)
    return replace(state, consent_seq=None), allowing and replace(allowing, seq=0)


@pytest.mark.covers("P4")
@settings(max_examples=400, deadline=None)
@given(st.lists(facts, min_size=1, max_size=7), st.data())
def test_any_order_and_any_repetition_of_the_same_facts_mean_the_same(many: list[Fact], data: st.DataObject) -> None:
    repeated = many + data.draw(st.lists(st.sampled_from(many), max_size=4))
    assert meaning(data.draw(st.permutations(repeated))) == meaning(many)


@pytest.mark.covers("P4")
@settings(max_examples=2, deadline=None)
@given(st.lists(facts, min_size=7, max_size=7, unique=True))
def test_all_5040_orders_of_seven_facts_mean_the_same(many: list[Fact]) -> None:
    assert all(meaning(each) == meaning(many) for each in itertools.permutations(many))


@pytest.mark.covers("P4")
@settings(max_examples=200, deadline=None)
@given(st.lists(facts, max_size=7))
def test_step_by_step_in_order_is_the_fold(many: list[Fact]) -> None:
    state = State()
    for fact in sorted(arriving(many), key=order):
        state = step(state, fact)
    assert state == fold(arriving(many))


@pytest.mark.covers("P4", "P12")
@settings(max_examples=300, deadline=None)
@given(st.lists(facts, max_size=6), st.data())
def test_in_doubt_it_is_opted_out(many: list[Fact], data: st.DataObject) -> None:
    """A STOP at the very moment of the latest other fact counts as the later one."""
    latest = max((fact.occurred_at for fact in many), default=MOMENTS[0])
    stop = Fact(Kind.OPTED_OUT, latest, Origin.REPLY)
    state = fold(arriving(data.draw(st.permutations([*many, stop]))))
    assert state.status is Status.OPTED_OUT
    assert state.consent_seq is None
    assert state.scope is None


@pytest.mark.covers("P12", "X-13")
@settings(max_examples=300, deadline=None)
@given(st.lists(facts, max_size=6))
def test_only_the_clients_own_act_lifts_an_opt_out(many: list[Fact]) -> None:
    """Whatever anybody else reports after a STOP: a Yes that anybody could give, paper, delivery, a kept review."""
    own = {Proof.HANDSET, Proof.PERSONAL_LINK}
    by_others = [fact for fact in many if not (fact.kind == Kind.OPTED_IN and fact.proof in own)]
    later = [replace(fact, occurred_at=fact.occurred_at + dt.timedelta(days=1)) for fact in by_others]
    state = fold(arriving([Fact(Kind.OPTED_OUT, MOMENTS[-1]), *later]))
    is_asked_again = state.status is Status.REQUESTED and state.returns_to is Status.OPTED_OUT
    has_written = any(each.origin == Origin.CLIENT_FIRST and each.proof == Proof.HANDSET for each in later)
    assert state.status is Status.OPTED_OUT or (is_asked_again and has_written)


@pytest.mark.covers("S-16", "S-21", "B7")
@pytest.mark.parametrize("no", [Kind.OPTED_OUT, Kind.DECLINED])
def test_a_new_message_after_a_no_opens_a_request_that_only_their_yes_answers(no: Kind) -> None:
    asked = Fact(Kind.ASKED, MOMENTS[1], origin=Origin.CLIENT_FIRST, proof=Proof.HANDSET)
    before = [Fact(no, MOMENTS[0]), asked]
    assert fold(arriving(before)).status is Status.REQUESTED
    refused = Status.OPTED_OUT if no is Kind.OPTED_OUT else Status.DECLINED
    for what, proof in ((Kind.LAPSED, Proof.ATTESTED), (Kind.OPTED_IN, Proof.ATTESTED)):
        after = fold(arriving([*before, Fact(what, MOMENTS[2], proof=proof)]))
        assert after.status is not Status.OPTED_IN
        assert (after.returns_to or after.status) is refused
    typed = fold(arriving([*before, Fact(Kind.OPTED_IN, MOMENTS[2], proof=Proof.ANONYMOUS)]))
    assert typed.status is Status.REQUESTED
    assert typed.is_claimed
    answered = fold(arriving([*before, Fact(Kind.OPTED_IN, MOMENTS[2], proof=Proof.HANDSET)]))
    assert answered.status is Status.OPTED_IN
    assert answered.returns_to is None


@pytest.mark.covers("B7", "X-19")
@pytest.mark.parametrize("origin", [Origin.BUSINESS_FIRST, Origin.FORM, Origin.INVITATION])
def test_nobody_else_can_ask_after_a_no(origin: Origin) -> None:
    asked = Fact(Kind.ASKED, MOMENTS[1], origin=origin, proof=Proof.ATTESTED)
    assert fold(arriving([Fact(Kind.OPTED_OUT, MOMENTS[0]), asked])).status is Status.OPTED_OUT


@pytest.mark.covers("P4")
def test_a_fact_of_the_same_moment_restricts_last() -> None:
    at = MOMENTS[0]
    ordered = sorted(arriving([Fact(kind, at) for kind in Kind]), key=order)
    is_restrictive = [fact.kind in RESTRICTIVE for fact in ordered]
    assert is_restrictive == sorted(is_restrictive)


@pytest.mark.covers("P4", "H-15")
def test_reminders_come_back_with_start_and_marketing_only_with_its_own_question() -> None:
    wide = Fact(Kind.OPTED_IN, MOMENTS[0], scope=Scope.MARKETING)
    stop = Fact(Kind.OPTED_OUT, MOMENTS[1])
    start = Fact(Kind.OPTED_IN, MOMENTS[2], Origin.REPLY)
    state = fold(arriving([wide, stop, start]))
    assert (state.status, state.scope, state.consent_seq) == (Status.OPTED_IN, Scope.INFORMATIONAL, 3)
    asked = Fact(Kind.OPTED_IN, MOMENTS[3], scope=Scope.MARKETING)
    assert fold(arriving([wide, stop, start, asked])).scope == Scope.MARKETING


@pytest.mark.covers("X-13", "rules 15")
def test_what_a_client_narrowed_is_widened_by_nobody_else() -> None:
    wide = Fact(Kind.OPTED_IN, MOMENTS[0], scope=Scope.MARKETING)
    narrow = Fact(Kind.OPTED_IN, MOMENTS[1], Origin.PORTAL, Proof.PERSONAL_LINK, Scope.INFORMATIONAL)
    typed = Fact(Kind.OPTED_IN, MOMENTS[2], proof=Proof.ANONYMOUS, scope=Scope.MARKETING)
    assert fold(arriving([wide, narrow, typed])).scope == Scope.INFORMATIONAL
    assert fold(arriving([wide, narrow, replace(typed, proof=Proof.PERSONAL_LINK)])).scope == Scope.MARKETING


@pytest.mark.covers("X-10", "X-17")
def test_one_act_turns_both_lights() -> None:
    state = fold(arriving([Fact(Kind.OPTED_IN, MOMENTS[0]), Fact(Kind.OPTED_OUT, MOMENTS[1], carrier=Carrier.BLOCKED)]))
    assert (state.status, state.carrier) == (Status.OPTED_OUT, Carrier.BLOCKED)


@pytest.mark.covers("X-13")
def test_a_yes_that_anybody_could_give_only_claims_after_an_opt_out() -> None:
    stop, claim = Fact(Kind.OPTED_OUT, MOMENTS[0]), Fact(Kind.OPTED_IN, MOMENTS[1], proof=Proof.ANONYMOUS)
    state = fold(arriving([stop, claim]))
    assert (state.status, state.is_claimed) == (Status.OPTED_OUT, True)


@pytest.mark.covers("X-15")
def test_a_pause_ends_by_the_clients_own_act_and_by_no_other() -> None:
    paused = [Fact(Kind.OPTED_IN, MOMENTS[0]), Fact(Kind.PAUSED, MOMENTS[1])]
    by_anybody = Fact(Kind.OPTED_IN, MOMENTS[2], proof=Proof.ANONYMOUS)
    own = Fact(Kind.OPTED_IN, MOMENTS[3], proof=Proof.PERSONAL_LINK)
    assert fold(arriving([*paused, by_anybody])).is_paused
    assert not fold(arriving([*paused, own])).is_paused


@pytest.mark.covers("X-10")
def test_the_first_of_several_doubtful_replies_dates_the_review() -> None:
    doubts = [Fact(Kind.REVIEW_OPENED, moment) for moment in MOMENTS[1:3]]
    state = fold(arriving([Fact(Kind.OPTED_IN, MOMENTS[0]), *doubts]))
    assert (state.in_review, state.review_opened_at) == (True, MOMENTS[1])
    state = fold(arriving([Fact(Kind.OPTED_IN, MOMENTS[0]), doubts[0], Fact(Kind.REVIEW_KEPT, MOMENTS[2])]))
    assert (state.in_review, state.review_opened_at) == (False, None)


@pytest.mark.covers("X-10", "P4")
def test_after_a_stop_nothing_is_left_to_decide() -> None:
    """Also where the STOP became known later than the doubtful reply."""
    doubt, stop = Fact(Kind.REVIEW_OPENED, MOMENTS[2]), Fact(Kind.OPTED_OUT, MOMENTS[1])
    state = fold(arriving([Fact(Kind.OPTED_IN, MOMENTS[0]), doubt, stop]))
    assert (state.status, state.in_review) == (Status.OPTED_OUT, False)
