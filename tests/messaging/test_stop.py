"""STOP: at once, whatever waits, whoever wrote it, and once."""

import datetime as dt
from collections.abc import Callable

import pytest
from sqlmodel import Session

from portal import clock
from portal.accounts import sender
from portal.consent.purpose import URGENCY, Purpose
from portal.consent.state import Proof, Status
from portal.contacts import contact
from portal.messaging import flight, message, outcome
from portal.messaging.gate import Refuse
from portal.messaging.message import Direction, Fate
from portal.providers.provider import Accepted, Rejected, StatusUpdate, Trouble, Unknown
from tests.messaging.conftest import CLIENT, Road

SECOND = "+14155550133"


@pytest.mark.covers("H-20", "rules 3")
def test_a_stop_reply_opts_the_number_out_and_cancels_what_waits(road: Road) -> None:
    road.says_yes()
    road.send_all()
    road.member_writes("See you on Friday")
    road.texts_us("STOP")
    assert road.row().status == Status.OPTED_OUT
    assert road.send_all() == [
        "Hearth Photography: You are opted out and will receive no more texts from us. Reply START to opt back in."
    ]
    assert [each.status for each in road.outbound()][1] == "cancelled"


@pytest.mark.covers("H-22", "H-23")
def test_after_a_stop_a_member_is_refused_and_nothing_is_stored(road: Road) -> None:
    road.says_yes()
    road.texts_us("stop")
    before = len(road.messages())
    answer = road.member_writes("Hello?")
    assert isinstance(answer, Refuse)
    assert answer.reason == "opted_out"
    assert len(road.messages()) == before


@pytest.mark.covers("rules 3")
def test_a_text_queued_before_a_stop_is_refused_at_the_claim_even_if_it_was_not_cancelled(road: Road) -> None:
    """The gate is asked twice: when queued, and again under lock when sent."""
    road.says_yes()
    road.send_all()
    road.texts_us("STOP")
    road.send_all()

    def sneak(session: Session) -> None:
        ours = sender.of(session, road.business)
        assert ours is not None
        message.add(
            session, road.row(), direction=Direction.OUTBOUND, status=Fate.QUEUED, text="sneaked", purpose="automated",
            urgency=3, due_at=clock.now(), sender_id=ours.id, provider="twilio",
        )  # fmt: skip

    road.write(sneak)
    assert road.send_all() == []
    assert (road.outbound()[-1].status, road.outbound()[-1].reason) == ("refused", "opted_out")


@pytest.mark.covers("rules 4", "X-24")
def test_exactly_one_confirmation_and_none_where_the_provider_answers(road: Road) -> None:
    road.says_yes()
    road.send_all()
    road.texts_us("stop please")
    road.texts_us("STOP")
    assert len(road.send_all()) == 1
    road.provider.does_answer = True
    road.says_yes(SECOND)
    road.send_all()
    road.texts_us("STOP", SECOND)
    assert road.send_all() == []


@pytest.mark.covers("rules 4")
@pytest.mark.parametrize(
    ("late", "texts"), [(dt.timedelta(minutes=4, seconds=59), 1), (dt.timedelta(minutes=5, seconds=1), 0)]
)
def test_the_confirmation_goes_within_five_minutes_or_not_at_all(
    road: Road, shift: Callable[[dt.timedelta], None], late: dt.timedelta, texts: int
) -> None:
    road.says_yes()
    road.send_all()
    road.texts_us("STOP")
    shift(late)
    assert len(road.send_all()) == texts


@pytest.mark.covers("X-15")
def test_a_stop_holds_the_contacts_other_numbers_and_an_opt_in_frees_only_the_number_given(road: Road) -> None:
    road.write(lambda session: contact.create(session, road.business, name="Ines", numbers=[CLIENT, SECOND]))
    road.says_yes(CLIENT)
    road.says_yes(SECOND)
    road.send_all()
    road.texts_us("STOP", CLIENT)
    answer = road.member_writes("Are you there?", SECOND)
    assert isinstance(answer, Refuse)
    assert answer.reason == "paused"
    road.says_yes(SECOND)  # anybody could have sent that form
    assert isinstance(road.member_writes("And now?", SECOND), Refuse)
    road.says_yes(SECOND, proof=Proof.PERSONAL_LINK)
    assert not isinstance(road.member_writes("Welcome back", SECOND), Refuse)
    assert road.row(CLIENT).status == Status.OPTED_OUT


@pytest.mark.covers("P3", "rules 22")
def test_the_same_stop_fifty_times_has_one_effect(road: Road) -> None:
    road.says_yes()
    road.send_all()
    answers = [road.texts_us("STOP", event_id="in:SMsame") for _ in range(50)]
    assert [each.is_new for each in answers].count(True) == 1
    assert road.kinds().count("opted_out") == 1
    assert len(road.send_all()) == 1


@pytest.mark.covers("P1")
def test_a_stop_is_told_of_a_text_in_flight_until_it_has_landed(road: Road) -> None:
    road.says_yes()
    (claimed,) = road.claim()
    assert road.texts_us("STOP").has_flight
    road.write(lambda session: outcome.mark(session, claimed.row, Accepted("SM1")))
    assert not road.texts_us("STOP", event_id="in:again").has_flight


@pytest.mark.covers("P1", "P6")
def test_a_dead_senders_lease_ends_as_unknown_and_is_never_sent_again(
    road: Road, shift: Callable[[dt.timedelta], None]
) -> None:
    road.says_yes()
    road.claim()
    shift(flight.LEASE + dt.timedelta(seconds=1))
    assert not road.texts_us("hi").has_flight
    road.write(outcome.expire_leases)
    assert road.outbound()[0].status == "unknown"
    assert road.send_all() == []


@pytest.mark.covers("rules 20")
def test_yes_without_an_open_request_opts_nobody_in(road: Road) -> None:
    road.texts_us("YES")
    assert road.row().status == Status.NONE
    road.says_yes()
    road.texts_us("STOP")
    road.texts_us("yes")
    assert road.row().status == Status.OPTED_OUT


@pytest.mark.covers("X-29")
@pytest.mark.parametrize("word", ["YES", "START"])
def test_an_open_request_is_accepted_by_yes_and_by_start(road: Road, word: str) -> None:
    road.is_asked()
    road.texts_us(word)
    assert road.row().status == Status.OPTED_IN
    assert [each.purpose for each in road.outbound()] == ["opt_in_request", "opt_in_confirmation"]


@pytest.mark.covers("X-17", "rules 19", "H-24")
def test_start_after_a_stop_opts_in_again_with_one_confirmation(road: Road) -> None:
    road.provider.does_answer = True
    road.says_yes()
    road.send_all()
    road.texts_us("STOP")
    assert (road.row().status, road.row().carrier) == ("opted_out", "blocked")
    road.texts_us("START")
    assert (road.row().status, road.row().carrier) == ("opted_in", "clear")
    assert len(road.send_all()) == 1


@pytest.mark.covers("X-13", "P12")
def test_an_anonymous_yes_never_reopens_an_opted_out_number_and_sends_nothing(road: Road) -> None:
    road.says_yes()
    road.send_all()
    road.texts_us("STOP")
    road.send_all()
    road.says_yes()
    assert road.row().status == Status.OPTED_OUT
    assert road.send_all() == []


@pytest.mark.covers("X-26", "rules 12")
def test_help_is_answered_at_any_status_once_in_ten_minutes_and_changes_nothing(
    road: Road, shift: Callable[[dt.timedelta], None]
) -> None:
    road.texts_us("HELP")
    road.texts_us("HELP")
    assert len(road.send_all()) == 1
    assert road.row().status == Status.NONE
    road.says_yes()
    road.texts_us("STOP")
    road.send_all()
    shift(dt.timedelta(minutes=25))
    road.texts_us("info")
    assert len(road.send_all()) == 1
    assert road.row().status == Status.OPTED_OUT


@pytest.mark.covers("rules 11", "H-14")
def test_the_confirmation_leaves_before_anything_else(road: Road) -> None:
    road.says_yes()
    road.member_writes("Hello Ines")
    assert [text.startswith("Hearth Photography: you're opted in") for text in road.send_all()] == [True, False]


@pytest.mark.covers("rules 11")
def test_a_confirmation_that_must_be_tried_again_holds_everything_behind_it(road: Road) -> None:
    road.says_yes()
    road.member_writes("Hello Ines")
    busy = Rejected(Trouble.TEMPORARY, "503", "The provider is busy.", 60.0)
    assert len(road.send_all(lambda row: busy)) == 1
    assert road.claim() == []


@pytest.mark.covers("rules 18")
def test_a_provider_block_we_cannot_explain_counts_as_a_stop(road: Road) -> None:
    road.says_yes()
    road.send_all(lambda row: Rejected(Trouble.BLOCKED, "21610", "unsubscribed"))
    assert (road.row().status, road.row().carrier) == ("opted_out", "blocked")


@pytest.mark.covers("rules 19", "X-17")
def test_after_a_known_stop_a_personal_yes_stays_opted_in_while_the_carrier_blocks(road: Road) -> None:
    road.provider.does_answer = True
    road.says_yes()
    road.send_all()
    road.texts_us("STOP")
    road.says_yes(proof=Proof.PERSONAL_LINK)
    road.send_all(lambda row: Rejected(Trouble.BLOCKED, "21610", "unsubscribed"))
    assert (road.row().status, road.row().carrier) == ("opted_in", "blocked")
    answer = road.member_writes("Hi")
    assert isinstance(answer, Refuse)
    assert answer.reason == "carrier_blocked"


@pytest.mark.covers("X-17", "rules 11")
def test_start_after_a_carrier_block_brings_the_confirmation_that_could_not_be_sent(road: Road) -> None:
    road.provider.does_answer = True
    road.says_yes()
    road.send_all()
    road.texts_us("STOP")
    road.says_yes(proof=Proof.PERSONAL_LINK)
    road.send_all(lambda row: Rejected(Trouble.BLOCKED, "21610", "unsubscribed"))
    road.texts_us("START")
    assert road.row().carrier == "clear"
    assert [text.startswith("Hearth Photography: you're opted in again") for text in road.send_all()] == [True]


@pytest.mark.covers("rules 24")
def test_a_landline_is_undeliverable_and_its_consent_unchanged(road: Road) -> None:
    road.says_yes()
    road.send_all(lambda row: Rejected(Trouble.UNDELIVERABLE, "30006", "landline"))
    assert road.row().status == Status.OPTED_IN
    assert road.row().is_undeliverable
    answer = road.member_writes("Hi")
    assert isinstance(answer, Refuse)
    assert answer.reason == "undeliverable"


@pytest.mark.covers("rules 22")
def test_delivered_then_sent_stays_delivered(road: Road) -> None:
    road.says_yes()
    road.send_all()
    sid = road.outbound()[0].provider_id
    for status, rank in (("delivered", 4), ("sent", 3)):
        road.report(StatusUpdate(f"st:{sid}:{status}", "AC", sid, status, rank))
    assert road.outbound()[0].status == "delivered"
    assert road.row().carrier == "clear"


@pytest.mark.covers("P6")
def test_an_unknown_outcome_is_settled_by_a_callback_that_carries_our_id(road: Road) -> None:
    road.says_yes()
    road.send_all(lambda row: Unknown("The answer was lost."))
    lost = road.outbound()[0]
    assert lost.status == "unknown"
    update = StatusUpdate("st:SMx:delivered", "AC", "SMx", "delivered", 4, message_id=lost.id)
    road.write(lambda session: outcome.report(session, road.business, update))
    assert (road.outbound()[0].status, road.outbound()[0].provider_id) == ("delivered", "SMx")


@pytest.mark.covers("rules 27", "P10")
def test_another_businesss_consent_for_the_same_number_is_untouched(road: Road) -> None:
    road.says_yes()
    other = Road(road.world, road.database, road.provider)
    other.__class__ = type("OtherRoad", (Road,), {"business": property(lambda self: road.world.other.id)})
    other.says_yes()
    road.texts_us("STOP")
    assert other.row().status == Status.OPTED_IN
    assert road.row().status == Status.OPTED_OUT


@pytest.mark.covers("P4")
def test_purposes_go_in_the_order_of_urgency() -> None:
    assert URGENCY[Purpose.OPT_OUT_CONFIRMATION] < URGENCY[Purpose.OPT_IN_CONFIRMATION] < URGENCY[Purpose.CONVERSATION]
