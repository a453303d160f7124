"""The pretend phone's provider takes texts at once and fails as told."""

import re
import threading
import time

import pytest

from portal import clock
from portal.providers.provider import (
    Accepted,
    Malformed,
    Outbound,
    Provider,
    Rejected,
    Request,
    Result,
    Trouble,
    Unknown,
)
from portal.providers.rehearsal import Behaviour, Rehearsal
from portal.providers.twilio import Twilio

CLIENT, SENDER = "+12025550123", "+12025550199"


def send(provider: Rehearsal, to: str = CLIENT, *, within: float = 2.0) -> Result:
    return provider.send(Outbound("m1", to, SENDER, "Hello", {}, ""), deadline=clock.monotonic() + within)


def test_a_phone_nobody_changed_takes_every_text_under_its_own_id() -> None:
    provider = Rehearsal()
    first, second = send(provider), send(provider)
    assert isinstance(first, Accepted)
    assert isinstance(second, Accepted)
    assert re.fullmatch(r"RH[0-9a-f]{32}", first.provider_id)
    assert first != second


@pytest.mark.covers("rules 18", "rules 24")
@pytest.mark.parametrize(
    ("behaviour", "trouble", "code"),
    [(Behaviour.LANDLINE, Trouble.UNDELIVERABLE, "30006"), (Behaviour.BLOCKED, Trouble.BLOCKED, "21610")],
)
def test_a_landline_and_a_carrier_block_are_refused_like_the_real_ones(
    behaviour: Behaviour, trouble: Trouble, code: str
) -> None:
    provider = Rehearsal()
    provider.behave(CLIENT, behaviour)
    result = send(provider)
    assert isinstance(result, Rejected)
    assert (result.trouble, result.code) == (trouble, code)


def test_a_silent_carrier_leaves_the_outcome_unknown() -> None:
    provider = Rehearsal()
    provider.behave(CLIENT, "silent")
    assert isinstance(send(provider), Unknown)


def test_a_slow_carrier_takes_its_time_and_then_the_text() -> None:
    provider = Rehearsal(slow=0.05)
    provider.behave(CLIENT, Behaviour.SLOW)
    started = time.monotonic()
    assert isinstance(send(provider), Accepted)
    assert time.monotonic() - started >= 0.05


def test_a_behaviour_belongs_to_one_number_and_can_be_taken_back() -> None:
    provider = Rehearsal()
    provider.behave(CLIENT, Behaviour.BLOCKED)
    assert isinstance(send(provider, "+12025550124"), Accepted)
    provider.behave(CLIENT, Behaviour.ANSWERS)
    assert provider.behaviour_of(CLIENT) is Behaviour.ANSWERS
    assert isinstance(send(provider), Accepted)


def test_a_behaviour_nobody_knows_is_an_error() -> None:
    with pytest.raises(ValueError, match="dances"):
        Rehearsal().behave(CLIENT, "dances")


@pytest.mark.covers("P21")
def test_memory_is_bounded_and_the_one_set_longest_ago_is_forgotten() -> None:
    provider = Rehearsal(room=2)
    for number in ("1", "2", "1", "3"):
        provider.behave(number, Behaviour.SILENT)
    behaviours = [provider.behaviour_of(number) for number in ("1", "2", "3")]
    assert behaviours == [Behaviour.SILENT, Behaviour.ANSWERS, Behaviour.SILENT]


@pytest.mark.covers("P1")
def test_past_its_deadline_nothing_is_taken() -> None:
    result = send(Rehearsal(), within=-0.001)
    assert isinstance(result, Rejected)
    assert (result.trouble, result.code) == (Trouble.TEMPORARY, "deadline")


def test_many_threads_may_play_at_once() -> None:
    provider = Rehearsal(room=5)
    failures: list[Exception] = []

    def play(player: int) -> None:
        try:
            for turn in range(200):
                provider.behave(f"+1202555{player}{turn}", Behaviour.BLOCKED)
                send(provider, f"+1202555{player}{turn}")
        except Exception as error:
            failures.append(error)

    threads = [threading.Thread(target=play, args=(player,)) for player in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []


@pytest.mark.covers("P5")
def test_nothing_from_outside_is_authentic() -> None:
    request = Request("POST", "https://portal.example.com/webhooks/rehearsal/b1/messages", {}, b"Body=START")
    assert not Rehearsal().is_authentic(request, [{}])
    assert isinstance(Rehearsal().read(request, [{}]), Malformed)
    assert Rehearsal().reply() == ("text/plain", b"")


def test_it_answers_no_keyword_and_blocks_nothing_so_that_our_own_words_are_seen() -> None:
    provider = Rehearsal()
    assert not any(provider.answers(keyword, SENDER) for keyword in ("stop", "start", "help"))
    assert not provider.blocks(SENDER)


def test_both_providers_fulfil_the_protocol() -> None:
    providers: list[Provider] = [Rehearsal(), Twilio()]
    assert [provider.name for provider in providers] == ["rehearsal", "twilio"]
