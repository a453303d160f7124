"""Who gets which words when: the matrix B2.2 of behaviours.md as one table, and what waits for the YES."""

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from sqlmodel import Session

from portal import clock
from portal.accounts import business as businesses
from portal.accounts import member, sender
from portal.accounts.business import Capability
from portal.accounts.language import Language
from portal.accounts.sender import CHANNELS, WHATSAPP
from portal.consent import ledger, subscription
from portal.consent.state import Status
from portal.messaging import feature, first_message, held_text, lapse, send_later, thread, wording
from portal.messaging.first_message import Basis
from portal.messaging.gate import Refuse
from portal.messaging.message import Fate
from portal.messaging.wording_slot import EDITABLE
from tests.messaging.conftest import CLIENT, Road, Silent

GATE = "has_first_message_gate"
WORDS = "<Employee Name> of {business} would like to write here. Reply YES to agree or STOP to refuse."


@pytest.fixture
def gated(road: Road) -> Road:
    switch(road, GATE, True)
    return road


def switch(road: Road, name: str, on: bool) -> None:
    road.write(lambda session: businesses.change_policy(session, businesses.get(session, road.business), **{name: on}))


def ask(road: Road, basis: Basis = Basis.CLIENT_ASKED, note: str = "", number: str = CLIENT) -> Any:
    def work(session: Session) -> Any:
        row = subscription.lock(session, road.business, road.channel, number)
        alice = member.get(session, road.business, road.world.alice.id)
        home = businesses.get(session, road.business)
        return first_message.ask(session, home, row, basis=basis, note=note, member=alice, actor=f"member:{alice.id}")

    return road.write(work)


def used(road: Road, *, direction: str) -> list[str]:
    """The slots whose words stand in the thread, in order."""
    found = [each for each in road.messages() if each.direction == direction and each.wording]
    return [each.wording.partition("/")[0] for each in sorted(found, key=lambda each: each.id)]


def last_held(road: Road) -> Any:
    return [each for each in road.messages() if each.status == Fate.HELD][-1]


def on_whatsapp(road: Road) -> None:
    """The same business and the same client, on the other channel, whose gate is always on (S-4)."""

    def work(session: Session) -> None:
        home = businesses.get(session, road.business)
        businesses.change_policy(session, home, has_whatsapp=True, has_first_message_gate=False)
        credentials = {name: name for name in sender.CREDENTIALS["whatsapp"][0]}
        sender.add(session, home, channel=WHATSAPP, number="+12025550166", provider="whatsapp", credentials=credentials)
        wording.save(
            session, home, EDITABLE["mo.request.client"], Language.EN, WORDS, actor="tests", ip="", channel=WHATSAPP,
            template={"name": "opt_in_request", "language": "en_US"},
        )  # fmt: skip

    road.write(work)
    road.provider, road.channel, road.our_number = Silent("whatsapp"), WHATSAPP, "+12025550166"


BEGIN: dict[str, Callable[[Road], Any]] = {
    "mo": ask,
    "mt": lambda road: road.texts_us("Do you have a free day?"),
}
ONCE_MORE = "request.client"
EVENTS: list[tuple[str, list[str], list[str], Status]] = [
    # what the client answers, then: texts to the client, notices to members, status
    ("", [], [], Status.REQUESTED),
    ("YES", ["accepted.client"], ["accepted.user"], Status.OPTED_IN),
    ("STOP", ["rejected.client"], ["rejected.user"], Status.OPTED_OUT),
    ("no", ["rejected.client"], ["rejected.user"], Status.DECLINED),
    ("YES|STOP", ["accepted.client", "rejected.client"], ["accepted.user", "rejected.user"], Status.OPTED_OUT),
    ("What is this?", [ONCE_MORE], [], Status.REQUESTED),
]


@pytest.mark.covers(
    "M-1", "M-2", "M-4", "M-14", "S-4", "W-1", "W-2", "S-1", "S-5", "S-6", "S-7", "S-9", "S-11", "S-12", "S-13",
    "S-14", "S-15", "S-17", "S-18", "S-20", "X-1", "X-2", "X-11",
)  # fmt: skip
@pytest.mark.parametrize(("answers", "texts", "notices", "status"), EVENTS)
@pytest.mark.parametrize("begun", BEGIN)
@pytest.mark.parametrize("channel", CHANNELS)
def test_everybody_gets_the_words_of_the_matrix(
    gated: Road, channel: str, begun: str, answers: str, texts: list[str], notices: list[str], status: Status
) -> None:
    if channel == WHATSAPP:
        on_whatsapp(gated)
    BEGIN[begun](gated)
    gated.send_all()
    for answer in filter(None, answers.split("|")):
        gated.texts_us(answer)
        gated.send_all()
    if begun == "mt":  # their first message was answered by it just now
        texts = [each for each in texts if each != ONCE_MORE]
    assert used(gated, direction="outbound") == [f"{begun}.{each}" for each in ["request.client", *texts]]
    assert used(gated, direction="notice") == [f"{begun}.{each}" for each in ["request.user", *notices]]
    assert gated.row().status == status


@pytest.mark.covers("X-2")
@pytest.mark.parametrize(("is_gated", "slot"), [(True, "mo.rejected.client"), (False, "opt_out.confirmation")])
def test_a_stop_to_a_consent_from_a_form(road: Road, is_gated: bool, slot: str) -> None:
    road.says_yes()
    switch(road, GATE, is_gated)
    road.texts_us("STOP")
    assert used(road, direction="outbound")[-1] == slot


@pytest.mark.covers("S-8", "M-15", "X-27")
def test_the_request_names_the_member_as_the_owner_entered_it_and_keeps_its_basis(gated: Road) -> None:
    ask(gated, Basis.OTHER, "Met at the fair")
    (text,) = gated.send_all()
    (entry,) = [each for each in entries(gated) if each.kind == "asked"]
    assert "Alice" in text
    assert entry.evidence["basis"] == "other"
    assert entry.evidence["note"] == "Met at the fair"
    assert entry.evidence["words"] == text
    assert entry.evidence["wording_version"] == "mo.request.client/en/default-1"


def entries(road: Road) -> list[Any]:
    row = road.row()
    return list(road.database.read(lambda session: ledger.entries(session, road.business, row.id)))


@pytest.mark.covers("M-3", "S-10", "X-8", "W-7", "rules row 25")
def test_what_was_written_meanwhile_leaves_in_order_after_the_confirmation(gated: Road) -> None:
    ask(gated)
    for words in ("first", "second", "third"):
        assert gated.member_writes(words).is_held
    assert len(gated.send_all()) == 1
    gated.texts_us("YES")
    left = gated.send_all()
    assert "confirmed" in left[0]
    assert left[1:] == ["first", "second", "third"]
    assert gated.member_writes("and now at once").is_held is False


@pytest.mark.covers("X-8", "rules row 25")
@pytest.mark.parametrize("answer", ["STOP", "no"])
def test_a_no_cancels_what_was_held(gated: Road, answer: str) -> None:
    ask(gated)
    gated.member_writes("never to be read")
    gated.texts_us(answer)
    assert "never to be read" not in gated.send_all()
    assert gated.messages()[-1].status != Fate.HELD
    assert isinstance(gated.member_writes("nor this"), Refuse)


@pytest.mark.covers("X-8")
def test_a_text_that_waited_for_more_than_three_days_waits_for_a_member(
    gated: Road, shift: Callable[[dt.timedelta], None]
) -> None:
    ask(gated)
    gated.send_all()
    gated.member_writes("See you tomorrow")
    shift(dt.timedelta(hours=73))
    gated.member_writes("Still fits")
    gated.texts_us("YES")
    assert gated.send_all()[1:] == ["Still fits"]
    held = last_held(gated)
    assert held.reason == held_text.STALE
    assert held_text.SAID_STALE in [each.text for each in gated.messages()]
    row_id = gated.row().id

    def approve(session: Session) -> bool:
        return held_text.approve(session, subscription.lock_by_id(session, gated.business, row_id), held.id)

    assert gated.write(approve)
    assert not gated.write(approve)
    assert gated.send_all() == ["See you tomorrow"]


@pytest.mark.covers("X-8", "H-22")
def test_a_held_text_for_later_is_stale_long_after_its_own_time_and_not_before(
    gated: Road, shift: Callable[[dt.timedelta], None]
) -> None:
    ask(gated)
    gated.send_all()
    for hours, words in ((96, "to come"), (1, "long over")):
        write_for_later(gated, words, dt.timedelta(hours=hours))
    shift(dt.timedelta(hours=74))
    gated.texts_us("YES")
    assert len(gated.send_all()) == 1
    held = last_held(gated)
    assert (held.text, held.reason) == ("long over", held_text.STALE)
    row_id = gated.row().id
    gated.write(
        lambda session: held_text.approve(session, subscription.lock_by_id(session, gated.business, row_id), held.id)
    )
    assert gated.send_all() == ["long over"]
    shift(dt.timedelta(hours=23))
    assert gated.send_all() == ["to come"]


def write_for_later(road: Road, text: str, wait: dt.timedelta) -> None:
    row_id = road.row().id
    road.write(
        lambda session: send_later.write(
            session, road.business, row_id, text, member_id=None, once_key=text, due_at=clock.now() + wait
        )
    )


@pytest.mark.covers("X-8")
def test_a_held_text_is_changed_until_it_leaves(gated: Road) -> None:
    ask(gated)
    gated.send_all()
    gated.member_writes("tomorow")
    held = last_held(gated)
    assert gated.write(lambda session: held_text.change(session, gated.business, held.id, "tomorrow"))
    gated.texts_us("YES")
    assert gated.send_all()[-1] == "tomorrow"
    assert not gated.write(lambda session: held_text.change(session, gated.business, held.id, "too late"))


@pytest.mark.covers("X-9", "S-19")
def test_what_a_client_writes_before_their_yes_is_hidden_until_it(gated: Road) -> None:
    gated.texts_us("My secret question")
    (hidden,) = [each for each in gated.messages() if each.is_hidden]
    assert "secret" not in gated.row().last_message_text
    assert shown(gated) == []
    gated.texts_us("YES")
    assert [each.text for each in shown(gated)] == ["My secret question", "YES"]
    assert next(each for each in gated.messages() if each.id == hidden.id).created_at == hidden.created_at


def shown(road: Road) -> list[Any]:
    row = road.row()
    found = road.database.read(lambda session: thread.read(session, road.business, row.id))
    return [each for each in found.messages if each.direction == "inbound"]


@pytest.mark.covers("X-9", "S-2")
def test_the_entry_of_a_request_holds_what_we_asked_and_not_what_is_hidden(gated: Road) -> None:
    gated.texts_us("My secret question")
    (text,) = gated.send_all()
    (entry,) = entries(gated)
    assert entry.evidence["words"] == text
    assert entry.evidence["wording_version"] == "mt.request.client/en/default-1"


@pytest.mark.covers("S-8", "S-16")
def test_a_client_who_comes_back_is_not_told_of_who_asked_them_long_ago(
    gated: Road, shift: Callable[[dt.timedelta], None]
) -> None:
    ask(gated)
    gated.texts_us("STOP")
    gated.send_all()
    shift(dt.timedelta(days=400))
    gated.texts_us("Hello again")
    (text,) = gated.send_all()
    assert "Hearth Photography" in text
    assert "Alice" not in text


@pytest.mark.covers("B2.2", "X-2", "S-21")
def test_a_number_typed_into_a_form_takes_no_dialogue_over_that_began_by_text(
    gated: Road, shift: Callable[[dt.timedelta], None]
) -> None:
    """Its words stay, and it does not lapse with what is held."""
    ask(gated)
    gated.member_writes("See you on Friday")
    gated.is_asked()
    shift(lapse.AFTER + dt.timedelta(hours=1))
    assert gated.write(lapse.run) == 0
    gated.texts_us("YES")
    assert used(gated, direction="outbound") == ["mo.request.client", "mo.accepted.client"]


@pytest.mark.covers("X-9")
def test_a_business_may_choose_to_see_it_at_once(gated: Road) -> None:
    switch(gated, "shows_held_inbound", True)
    gated.texts_us("My question")
    assert [each.text for each in shown(gated)] == ["My question"]


@pytest.mark.covers("S-3", "X-9")
def test_without_the_gate_a_first_text_is_read_and_nobody_is_asked(road: Road) -> None:
    road.texts_us("Do you have a free day?")
    assert road.send_all() == []
    assert [each.text for each in shown(road)] == ["Do you have a free day?"]
    assert isinstance(road.member_writes("Yes"), Refuse)


@pytest.mark.covers("S-16", "S-21", "X-9", "B7")
def test_a_new_message_after_a_stop_asks_again_once_in_a_day_and_nobody_else_may(
    gated: Road, shift: Callable[[dt.timedelta], None]
) -> None:
    gated.says_yes()
    gated.texts_us("STOP")
    gated.send_all()
    gated.texts_us("I changed my mind")
    assert len(gated.send_all()) == 1
    row = gated.row()
    assert (row.status, row.returns_to) == (Status.REQUESTED, Status.OPTED_OUT)
    assert ask(gated).reason == "opted_out"
    gated.texts_us("STOP")
    gated.send_all()
    gated.texts_us("No wait")
    assert gated.send_all() == []
    assert gated.row().status == Status.OPTED_OUT
    shift(dt.timedelta(hours=24, seconds=1))
    gated.texts_us("Hello again")
    assert len(gated.send_all()) == 1
    gated.texts_us("YES")
    assert gated.row().status == Status.OPTED_IN


@pytest.mark.covers("X-18")
def test_old_traffic_is_no_consent_when_the_gate_is_switched_on(road: Road) -> None:
    road.texts_us("Hello")
    switch(road, GATE, True)
    road.texts_us("Are you there?")
    assert used(road, direction="outbound") == ["mt.request.client"]


@pytest.mark.covers("W-16", "X-19")
def test_a_number_is_asked_again_after_24_hours_and_three_times_in_all(
    gated: Road, shift: Callable[[dt.timedelta], None]
) -> None:
    ask(gated)
    gated.send_all()
    shift(dt.timedelta(hours=23, minutes=59, seconds=59))
    refused = ask(gated)
    assert isinstance(refused, Refuse)
    assert (refused.reason, "again" in refused.unlock) == ("awaiting_reply", True)
    assert len(entries(gated)) == 1
    for _ in range(first_message.MOST - 1):
        shift(dt.timedelta(hours=24, seconds=1))
        assert not isinstance(ask(gated), Refuse)
        gated.send_all()
    shift(dt.timedelta(days=9))
    refused = ask(gated)
    assert isinstance(refused, Refuse)
    assert "3 times" in refused.sentence


@pytest.mark.covers("X-10", "X-19")
def test_who_answered_in_doubt_is_not_asked_once_more(gated: Road, shift: Callable[[dt.timedelta], None]) -> None:
    """Members cannot read it before the YES, so nobody could have thought better of asking."""
    ask(gated)
    gated.send_all()
    gated.texts_us("wrong person")
    shift(dt.timedelta(hours=25))
    assert "may mean no" in ask(gated).sentence
    assert gated.send_all() == []
    gated.texts_us("YES")
    assert gated.row().status == Status.OPTED_IN


@pytest.mark.covers("X-27")
@pytest.mark.parametrize("note", ["", "   "])
def test_a_reason_of_ones_own_needs_words_and_may_be_forbidden(gated: Road, note: str) -> None:
    assert isinstance(ask(gated, Basis.OTHER, note), Refuse)
    switch(gated, "allows_cold_requests", False)
    assert isinstance(ask(gated, Basis.OTHER, "They will like it"), Refuse)
    assert gated.messages() == []


@pytest.mark.covers("B7", "X-19")
def test_who_may_not_be_asked_is_not_asked(gated: Road) -> None:
    """Opted in, opted out, declined; a number abroad; a business whose gate is off."""
    gated.says_yes()
    assert isinstance(ask(gated), Refuse)
    gated.texts_us("STOP")
    assert ask(gated).reason == "opted_out"
    assert isinstance(ask(gated, number="+442071838750"), Refuse)
    switch(gated, GATE, False)
    assert isinstance(ask(gated, number="+14155550133"), Refuse)


@pytest.mark.covers("M-4", "S-21")
def test_a_doubtful_or_angry_reply_after_a_stop_is_not_answered_with_a_request(gated: Road) -> None:
    gated.says_yes()
    gated.texts_us("STOP")
    gated.send_all()
    for words in ("leave me alone", "no", "why are you still texting me"):
        gated.texts_us(words)
    assert gated.send_all() == []
    assert gated.row().status == Status.OPTED_OUT


def test_help_is_answered_while_asked_and_is_no_reason_to_ask(gated: Road) -> None:
    gated.texts_us("HELP")
    assert used(gated, direction="outbound") == ["help"]
    assert not any(each.is_hidden for each in gated.messages())


@pytest.mark.covers("S-16")
def test_who_stopped_to_our_request_is_asked_at_their_next_message(gated: Road) -> None:
    """The request that they refused was ours; theirs is the first (T1)."""
    ask(gated)
    gated.send_all()
    gated.texts_us("STOP")
    gated.send_all()
    gated.texts_us("I changed my mind")
    assert used(gated, direction="outbound")[-1] == "mt.request.client"


@pytest.mark.covers("W-3")
def test_a_channel_that_is_off_sends_nothing_and_still_hears_a_stop(road: Road) -> None:
    on_whatsapp(road)

    def turn(on: bool) -> None:
        def work(session: Session) -> None:
            home = businesses.get(session, road.business)
            businesses.grant(session, home, Capability.WHATSAPP)
            feature.switch(session, home, Capability.WHATSAPP, on=on, actor="tests", ip="")

        road.write(work)

    ask(road)
    road.send_all()
    road.texts_us("YES")
    road.send_all()
    road.member_writes("queued before it was switched off")
    turn(False)
    assert road.send_all() == []
    refused = road.member_writes("written after it")
    assert isinstance(refused, Refuse)
    assert refused.reason == "sender_off"
    turn(True)
    road.member_writes("written when it is on again")
    assert road.send_all() == ["written when it is on again"]
    turn(False)
    road.texts_us("STOP")
    assert road.row().status == Status.OPTED_OUT
