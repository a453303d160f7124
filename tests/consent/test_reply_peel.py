"""What is not the sender's: our own words sent back, reactions, quotations; and what a verdict tells."""

import pytest

from portal.consent import reply
from portal.consent.reply import Meaning, read

OURS = "Harbor & Pine Photo: your session is confirmed for Sat 3pm. Reply STOP to opt out, HELP for help."


def test_our_own_footer_sent_back_with_an_answer_is_not_a_request() -> None:
    quoted = f"Great, see you then!\n{OURS}"
    assert read(quoted, recent_outbound=[OURS]).meaning is Meaning.NONE
    assert read(quoted).meaning is Meaning.REVIEW


def test_our_own_footer_sent_back_alone_is_worth_a_look() -> None:
    assert read("Reply STOP to opt out", recent_outbound=[OURS]).meaning is Meaning.REVIEW


def test_a_stop_beside_our_own_words_still_counts() -> None:
    assert read(f"{OURS}\nSTOP", recent_outbound=[OURS]).meaning is Meaning.OPT_OUT
    assert read("STOP", recent_outbound=["STOP"]).meaning is Meaning.OPT_OUT


@pytest.mark.parametrize(
    "text",
    [f"Liked “{OURS}” STOP", f"> {OURS}\nSTOP", f"On Tue, Harbor wrote:\n> {OURS}\n\nplease stop", "Loved 'em! STOP"],
)
def test_words_beside_a_reaction_or_a_quotation_still_count(text: str) -> None:
    assert read(text).meaning is Meaning.OPT_OUT


LATELY = [
    f"Harbor & Pine Photo: proof {number} is ready at https://example.com/p/{number}. Reply STOP to opt out."
    for number in range(10)
]


@pytest.mark.parametrize("sent", [LATELY[0], LATELY[-1]])
def test_any_of_our_last_ten_texts_sent_back_is_not_the_senders(sent: str) -> None:
    assert read(f"{sent}\nlovely, thank you", recent_outbound=LATELY).meaning is Meaning.NONE
    assert read(f"{sent}\nplease stop texting me", recent_outbound=LATELY).meaning is Meaning.OPT_OUT


def test_the_beginning_of_our_text_is_ours_too() -> None:
    cut = "To stop these texts at any time"
    sent = "Harbor & Pine: see you soon. To stop these texts at any time reply STOP"
    assert read(f"{cut}\nsee you then", recent_outbound=[sent]).meaning is Meaning.NONE


@pytest.mark.parametrize("text", ["“STOP”", "I said “stop”", "'remove me'", "«Stop» please", "“opt out”"])
def test_a_quoted_span_of_one_or_two_words_is_the_senders_own(text: str) -> None:
    assert read(text).meaning is Meaning.OPT_OUT


@pytest.mark.parametrize(
    "text", ["“Reply STOP to opt out” Is this link real?", "Odd: “Text STOP to end these texts”, what is it?"]
)
def test_a_quoted_footer_is_not_the_senders(text: str) -> None:
    assert read(text).meaning is Meaning.NONE


def test_a_verdict_tells_a_member_why() -> None:
    found = read("Hi! PLEASE stop  texting us.")
    assert (found.rule, found.matched) == ("stop_texting", "stop texting us")
    assert (found.normalized, found.grammar_version) == ("hi . please stop texting us", reply.GRAMMAR_VERSION)


def test_a_verdict_in_doubt_tells_what_put_it_in_doubt() -> None:
    assert read("Stop texting us, except on Mondays").rule == "stop_texting/limit"
