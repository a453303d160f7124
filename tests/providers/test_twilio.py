"""What Twilio and its network do by themselves, which decides what we leave to them."""

import pytest

from portal.providers.twilio import Twilio

twilio = Twilio()


@pytest.mark.covers("rules 4", "X-24", "X-26")
@pytest.mark.parametrize(
    ("number", "words", "silent"),
    [
        (
            "+12025550199",
            "stop STOP unsubscribe cancel end quit stopall revoke optout start unstop help info",
            "yes remove",
        ),
        ("+18335550199", "stop start unstop help info", "cancel unsubscribe yes"),
        ("+8005550199", "stop help", "yes"),
        ("12345", "", "stop start help"),
    ],
    ids=["long code", "toll-free", "abroad", "short code"],
)
def test_twilio_answers_its_own_bare_words_and_no_others(number: str, words: str, silent: str) -> None:
    """rules.md 4.1 and 5.7."""
    assert all(twilio.answers(word, number) for word in words.split())
    assert not any(twilio.answers(word, number) for word in [*silent.split(), "stop please", ""])


@pytest.mark.parametrize(("number", "blocks"), [("+12025550199", True), ("+18005550199", True), ("12345", False)])
def test_a_stop_makes_twilio_or_the_network_refuse_what_follows(number: str, blocks: bool) -> None:
    assert twilio.blocks(number) is blocks


def test_the_answer_asks_twilio_to_do_nothing() -> None:
    assert twilio.reply() == ("text/xml", b'<?xml version="1.0" encoding="UTF-8"?><Response/>')
