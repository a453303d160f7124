"""Invite, answer, silence: what is sent, recorded and left, by table and by any order of events (F-6 to F-19)."""

import datetime as dt
import itertools
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from portal import clock
from portal.accounts import business as businesses
from portal.accounts.sender import SMS
from portal.consent import own_pause, subscription
from portal.consent.purpose import Purpose
from portal.consent.state import Kind, Origin, Proof, Status, fold
from portal.contacts import group
from portal.errors import Invalid
from portal.invitations import flow, flow_wording
from portal.messaging import contact_desk, first_message, invited, lapse
from portal.messaging.asking import Basis
from portal.messaging.contact_desk import Who
from portal.messaging.gate import Refuse
from tests.conftest import World
from tests.invitations.conftest import Party
from tests.messaging.conftest import Road

BRAND = "Hearth Photography"
YES, NO = "thank you, you're opted in", "you said No"
Y, N, BLANK = "Y", "N", ""
BOTH, REST = {"first", "second"}, {"second"}
HOUR = dt.timedelta(hours=1)
WHO = Who("member:alice", "203.0.113.9")

# what they answer, then: beginnings of our texts, status, Opt In value, the groups they are in
ANSWERS: list[tuple[str, list[str], Status, str, set[str]]] = [
    ("", [], Status.REQUESTED, BLANK, BOTH),
    ("Y", [YES], Status.OPTED_IN, Y, REST),
    ("yes!", [YES], Status.OPTED_IN, Y, REST),
    ("START", [YES], Status.OPTED_IN, Y, REST),
    ("N", [NO], Status.DECLINED, N, REST),
    ("No", [NO], Status.DECLINED, N, REST),
    ("STOP", ["You are opted out"], Status.OPTED_OUT, N, REST),
    ("please stop texting me", ["You are opted out"], Status.OPTED_OUT, N, REST),
    ("Who is this?", ["may we text you"], Status.REQUESTED, BLANK, BOTH),
    ("Y|STOP", [YES, "You are opted out"], Status.OPTED_OUT, N, REST),
    ("Y|STOP|START", [YES, "You are opted out", "you're opted in again"], Status.OPTED_IN, Y, REST),
    ("N|START", [NO, "you're opted in again"], Status.OPTED_IN, Y, REST),
    ("Y|N", [YES], Status.OPTED_IN, Y, REST),
]


@pytest.mark.covers("F-6", "F-7", "F-8", "F-18", "F-19", "X-11", "X-21", "rules 25", "rules 31")
@pytest.mark.parametrize(("answers", "texts", "status", "mark", "groups"), ANSWERS)
def test_each_answer_moves_the_contact_as_the_seed_says(
    party: Party, answers: str, texts: list[str], status: Status, mark: str, groups: set[str]
) -> None:
    party.invites()
    (sent,) = party.road.send_all()
    assert sent.startswith(f"{BRAND} would like to text you")
    said = [text for each in filter(None, answers.split("|")) for text in party.says(each)]
    assert [each.removeprefix(f"{BRAND}: ")[: len(text)] for each, text in zip(said, texts, strict=True)] == texts
    assert (party.row().status, party.mark(), party.groups()) == (status, mark, groups)


# the same for somebody who agreed on paper: a reminder with a way out
REMINDED: list[tuple[str, list[str], Status, str, set[str]]] = [
    ("", [], Status.OPTED_IN, Y, BOTH),
    ("N", [NO], Status.OPTED_OUT, N, REST),
    ("no thanks", [NO], Status.OPTED_OUT, N, REST),
    ("Y", [YES], Status.OPTED_IN, Y, REST),
    ("STOP", ["You are opted out"], Status.OPTED_OUT, N, REST),
    ("See you on Monday", [], Status.OPTED_IN, Y, BOTH),
]


@pytest.mark.covers("F-13", "F-14", "F-7", "F-8", "X-21")
@pytest.mark.parametrize(("answers", "texts", "status", "mark", "groups"), REMINDED)
def test_who_agreed_on_paper_is_reminded_and_may_step_out(
    party: Party, answers: str, texts: list[str], status: Status, mark: str, groups: set[str]
) -> None:
    party.agreed_on_paper()
    party.invites()
    assert len(party.road.send_all()) == 1
    said = party.says(answers) if answers else []
    assert [each.removeprefix(f"{BRAND}: ")[: len(text)] for each, text in zip(said, texts, strict=True)] == texts
    assert (party.row().status, party.mark(), party.groups()) == (status, mark, groups)


@pytest.mark.covers("F-14")
def test_a_no_to_another_question_is_no_answer_to_the_reminder_but_the_offered_letter_is(party: Party) -> None:
    party.agreed_on_paper()
    party.invites()
    party.road.send_all()
    party.road.member_writes("Does Saturday suit you?", party.number)
    party.road.send_all()
    party.says("No")
    assert (party.row().status, party.groups()) == (Status.OPTED_IN, BOTH)
    party.says("n")
    assert (party.row().status, party.groups()) == (Status.OPTED_OUT, REST)


@pytest.mark.covers("F-14")
def test_a_reminder_is_no_question_any_more_after_a_week(party: Party, shift: Callable[[dt.timedelta], None]) -> None:
    party.agreed_on_paper()
    party.invites()
    party.road.send_all()
    shift(dt.timedelta(days=7, minutes=1))
    party.says("N")
    assert party.row().status == Status.OPTED_IN


@pytest.mark.covers("F-11", "X-27", "F-17", "S-2")
def test_one_click_is_one_entry_with_its_basis_and_words_and_one_text(party: Party) -> None:
    made = party.invites(Basis.OTHER, "Met at the fair")
    (text,) = party.road.send_all()
    (entry,) = party.entries()
    assert (entry.kind, entry.origin, entry.proof) == (Kind.ASKED, Origin.INVITATION, Proof.ATTESTED)
    said = entry.evidence
    assert (said["basis"], said["note"], said["words"]) == ("other", "Met at the fair", text)
    assert (said["group"], said["contact"], said["flow_version"]) == (party.group, party.contact, 1)
    assert (made.asked_seq, made.message_id) == (entry.seq, party.road.outbound()[0].id)
    party.says("Y")
    opted_in = party.entries()[-1]
    assert (opted_in.kind, opted_in.origin, opted_in.proof) == (Kind.OPTED_IN, Origin.INVITATION, Proof.HANDSET)
    assert opted_in.scope == "informational"


@pytest.mark.covers("F-6", "X-19")
def test_silence_may_be_asked_again_after_a_day_in_other_words_and_three_times_in_all(
    party: Party, shift: Callable[[dt.timedelta], None]
) -> None:
    party.invites()
    said = [party.road.send_all()]
    shift(23.9 * HOUR)
    assert party.invites().reason == "awaiting_reply"
    for _ in range(2):
        shift(24.1 * HOUR)
        assert not isinstance(party.invites(), Refuse)
        said.append(party.road.send_all())
    shift(24.1 * HOUR)
    assert party.invites().reason == "awaiting_reply"
    assert [len(each) for each in said] == [1, 1, 1]
    assert said[0][0].startswith(f"{BRAND} would like")
    assert said[1] == said[2]
    assert said[1][0].startswith(f"{BRAND}: may we text you")
    assert party.groups() == BOTH


@pytest.mark.covers("F-6", "F-19", "B.3")
def test_a_week_of_silence_ends_the_request_and_the_contact_stays(
    party: Party, shift: Callable[[dt.timedelta], None]
) -> None:
    party.invites()
    party.road.send_all()
    shift(dt.timedelta(days=7, minutes=1))
    assert party.road.write(lapse.run) == 1
    party.says("Y")
    assert (party.row().status, party.mark(), party.groups()) == (Status.NONE, BLANK, BOTH)
    assert not isinstance(party.invites(), Refuse)


@pytest.mark.covers("X-19")
def test_an_invitation_and_a_first_text_share_one_clock(party: Party) -> None:
    def gate_on(session: Any) -> None:
        businesses.change_policy(session, businesses.get(session, party.road.business), has_first_message_gate=True)

    party.road.write(gate_on)
    party.invites()

    def ask(session: Any) -> Any:
        home = businesses.get(session, party.road.business)
        return first_message.asking(session, home, party.row()).refusal

    assert party.road.database.read(ask).reason == "awaiting_reply"


NEVER: dict[str, Callable[[Party], Any]] = {
    "opted_out": lambda party: party.says("STOP"),
    "declined": lambda party: (party.invites(), party.road.send_all(), party.says("N")),
    "opted_in": lambda party: (party.invites(), party.road.send_all(), party.says("Y")),
    "in_review": lambda party: (party.road.says_yes(party.number), party.says("is there a way to stop these?")),
}


@pytest.mark.covers("X-19", "F-13", "B7")
@pytest.mark.parametrize("reason", NEVER)
def test_nobody_is_invited_after_an_answer(party: Party, reason: str) -> None:
    NEVER[reason](party)
    party.comes_back()
    before = len(party.entries())
    assert party.invites().reason == reason
    assert len(party.entries()) == before


@pytest.mark.parametrize("has_agreed", [False, True])
def test_nobody_is_invited_in_a_pause_of_their_own(party: Party, has_agreed: bool) -> None:
    if has_agreed:
        party.agreed_on_paper()

    def pause(session: Any) -> None:
        row = subscription.lock(session, party.road.business, SMS, party.number)
        own_pause.begin(session, row, until_at=clock.now() + dt.timedelta(days=3))

    party.road.write(pause)
    assert party.invites().kept_as == "own_pause"


@pytest.mark.covers("X-27")
def test_a_cold_invitation_needs_a_note_and_the_owners_leave(party: Party) -> None:
    assert party.invites(Basis.OTHER).reason == "no_consent"

    def strict(session: Any) -> None:
        businesses.change_policy(session, businesses.get(session, party.road.business), allows_cold_requests=False)

    party.road.write(strict)
    assert party.invites(Basis.OTHER, "Met at the fair").reason == "no_consent"
    assert party.row().status == Status.NONE


def test_only_a_current_number_of_a_contact_in_the_group_is_invited(party: Party) -> None:
    with pytest.raises(Invalid):
        party.invites(number="+14155550199")
    party.road.write(
        lambda session: group.remove(session, group.get(session, party.road.business, party.group), [party.contact])
    )
    with pytest.raises(Invalid):
        party.invites()


@pytest.mark.covers("X-21", "P13")
def test_a_contact_that_was_merged_meanwhile_leaves_as_the_record_it_is_now(party: Party) -> None:
    party.invites()
    party.road.send_all()

    def merge(session: Any) -> str:
        kept = contact_desk.create(session, party.road.business, WHO, name="Rosa D.", email="", numbers=[])
        contact_desk.merge(session, party.road.business, kept.id, party.contact, WHO)
        return str(kept.id)

    party.contact = party.road.write(merge)
    assert party.groups() == BOTH
    party.says("Y")
    assert party.groups() == REST


@pytest.mark.covers("X-21")
def test_a_group_that_is_gone_stops_no_answer(party: Party) -> None:
    party.invites()
    party.road.send_all()
    party.road.write(lambda session: group.delete(session, group.get(session, party.road.business, party.group)))
    assert YES in party.says("Y")[0]
    assert party.groups() == REST


@pytest.mark.covers("F-7", "X-8", "rules 25")
def test_what_was_held_leaves_after_the_confirmation(party: Party) -> None:
    def gate_on(session: Any) -> None:
        businesses.change_policy(session, businesses.get(session, party.road.business), has_first_message_gate=True)

    party.road.write(gate_on)
    party.invites()
    party.road.send_all()
    party.road.member_writes("See you on Saturday!", party.number)
    first, second = party.says("Y")
    assert YES in first
    assert second == "See you on Saturday!"


@pytest.mark.covers("rules 25")
def test_a_stop_throws_away_what_was_held(party: Party) -> None:
    def gate_on(session: Any) -> None:
        businesses.change_policy(session, businesses.get(session, party.road.business), has_first_message_gate=True)

    party.road.write(gate_on)
    party.invites()
    party.road.send_all()
    party.road.member_writes("See you on Saturday!", party.number)
    assert ["Opt out confirmed" in each for each in party.says("STOP")] == [True]
    assert party.groups() == REST


@pytest.mark.covers("rules 25")
def test_a_number_that_nobody_invited_pays_no_query_for_invitations() -> None:
    """The road in of a plain STOP is measured."""
    nobody: Any = None
    row = SimpleNamespace(invited_seq=None, status=Status.OPTED_IN, origin=Origin.FORM)
    assert invited.of(nobody, row) is None
    assert not invited.is_reminded(nobody, row, "STOP")
    invited.leave(nobody, row, None)


@pytest.mark.covers("F-3")
def test_changed_words_go_out_and_an_open_invitation_keeps_its_own(party: Party) -> None:
    party.invites()
    party.road.send_all()
    sample = flow_wording.SAMPLE[next(iter(flow_wording.SAMPLE))]
    fresh = flow_wording.Words(
        sample.message, "{business}: you are in! HELP, STOP work.", sample.no_text, sample.again_text
    )

    def save(session: Any) -> None:
        home = businesses.get(session, party.road.business)
        flow.save(session, home, party.flow, name="Spring", words=fresh, actor="tests", ip="")

    party.road.write(save)
    assert YES in party.says("Y")[0]


NUMBERS = itertools.count(2000)
WORDS = st.sampled_from(["Y", "N", "yes", "no", "STOP", "START", "Hello?", "HELP"])


class Invitations(RuleBasedStateMachine):
    """One contact in two groups, and everything that may happen to it."""

    world: World
    offset = dt.timedelta()

    @initialize(on_paper=st.booleans())
    def somebody(self, on_paper: bool) -> None:
        Invitations.offset = dt.timedelta()
        self.party = Party(Road(self.world, self.world.database), number=f"+1415555{next(NUMBERS):04d}")
        self.texts = 0
        if on_paper:
            self.party.agreed_on_paper()

    @rule()
    def a_member_invites(self) -> None:
        before = self.party.row()
        if self.party.group not in self._inside():
            return
        made = self.party.invites()
        if before.status in (Status.OPTED_OUT, Status.DECLINED):
            assert isinstance(made, Refuse)
        sent = self.party.road.send_all()
        assert len(sent) == (0 if isinstance(made, Refuse) else 1)

    @rule()
    def a_member_puts_them_back(self) -> None:
        self.party.comes_back()

    @rule(words=WORDS)
    def the_client_answers(self, words: str) -> None:
        pending = self.party.row().invited_seq
        inside = self._inside()
        self.party.says(words)
        answered = pending is not None and self.party.row().invited_seq is None
        assert (self.party.group in inside) == (self.party.group in self._inside()) or answered
        if answered:
            assert self.party.group not in self._inside()

    @rule(hours=st.sampled_from([0.1, 24.1, 200.0]))
    def time_passes(self, hours: float) -> None:
        Invitations.offset += dt.timedelta(hours=hours)
        self.party.road.write(lapse.run)

    def _inside(self) -> set[str]:
        return {{"first": self.party.group, "second": self.party.other}[each] for each in self.party.groups()}

    @invariant()
    def the_row_is_the_fold_of_the_ledger(self) -> None:
        row, state = self.party.row(), fold(self.party.entries())
        assert (row.status, row.invited_seq, row.origin) == (state.status, state.invited_seq, state.origin)

    @invariant()
    def the_value_and_the_groups_follow_from_the_state(self) -> None:
        row, mark = self.party.row(), self.party.mark()
        expected = {Status.OPTED_IN: Y, Status.OPTED_OUT: N, Status.DECLINED: N}.get(Status(row.status), BLANK)
        assert mark == expected
        assert self.party.other in self._inside()
        if row.invited_seq is not None or not self._was_answered():
            assert self.party.group in self._inside()

    def _was_answered(self) -> bool:
        """Whether an invitation was ever followed by a Yes or a No, without a lapse between."""
        is_open = False
        for each in self.party.entries():
            if is_open and each.kind in (Kind.OPTED_IN, Kind.OPTED_OUT, Kind.DECLINED):
                return True
            is_open = is_open or (each.kind == Kind.ASKED and each.origin == Origin.INVITATION)
        return False

    @invariant()
    def nobody_is_asked_too_often(self) -> None:
        asked = [each for each in self.party.road.outbound(self.party.number) if (each.once_key or "")[:7] == "invite:"]
        times = [each.created_at for each in asked]
        assert all(later - sooner >= first_message.AGAIN_IN for sooner, later in itertools.pairwise(times))
        confirmed = [
            each for each in self.party.road.outbound(self.party.number)
            if each.purpose == Purpose.OPT_IN_CONFIRMATION
        ]  # fmt: skip
        assert len(confirmed) <= len([each for each in self.party.entries() if each.kind == Kind.OPTED_IN])


@pytest.mark.covers("F-6", "F-7", "F-8", "F-16", "F-17", "F-18", "F-19", "X-19", "X-21", "rules 25", "rules 31")
def test_no_order_of_events_parts_groups_values_and_consent(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    real = clock.now
    monkeypatch.setattr(clock, "now", lambda: real() + Invitations.offset)
    Invitations.world = world
    checks = [HealthCheck.too_slow, HealthCheck.filter_too_much, HealthCheck.data_too_large]
    run_state_machine_as_test(
        Invitations,
        settings=settings(max_examples=15, stateful_step_count=15, deadline=None, suppress_health_check=checks),
    )  # fmt: skip
