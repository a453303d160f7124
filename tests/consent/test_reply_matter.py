"""What an opting-out client says besides, and which doubts get the one clarification text."""

import pytest

from portal.consent import reply_table
from portal.consent.reply import Meaning, read
from portal.consent.reply_matter import other_matter
from portal.consent.reply_rule import Rule

REPLIES = [
    ("STOP, but please call me about Friday", "please call me about Friday"),
    ("Stop texting me. Can you email the invoice?", "Can you email the invoice?"),
    ("STOP. What time is my appointment?", "What time is my appointment?"),
    ("Unsubscribe. I still need my refund", "I still need my refund"),
    ("please stop texting me and send the contract by mail", "send the contract by mail"),
    ("Stop texting. My invoice is wrong", "My invoice is wrong"),
    ("take me off your list. When do I get my deposit back?", "When do I get my deposit back?"),
    ("No more texts please, my roof is still leaking", "my roof is still leaking"),
    ("Stop sending me texts, cancel my appointment on Tuesday too", "cancel my appointment on Tuesday too"),
    ("STOP\nAlso can you refund my deposit", "can you refund my deposit"),
    (
        "Don't text me anymore. Let me know by email when the album is ready",
        "Let me know by email when the album is ready",
    ),
    ("Stop. Where do I pick up the photos?", "Where do I pick up the photos?"),
    ("Please remove me from your list. I have a question about my bill", "I have a question about my bill"),
    ("Opt out. Also the key is under the mat", "the key is under the mat"),
    ("STOP. I was charged twice", "I was charged twice"),
    ("unsubscribe me, how much do I owe?", "how much do I owe?"),
    ("Lose my number. You owe me a refund", "You owe me a refund"),
    ("Stop texting me! I need a copy of my x-ray", "I need a copy of my x-ray"),
    ("No more messages. Please confirm Friday by email", "Please confirm Friday by email"),
    ("STOP", ""),
    ("Stop please, thank you", ""),
    ("Stop texting me you idiots", ""),
    ("Please stop texting me, I moved to Ohio", ""),
    ("STOP. Thanks for the great work on the deck!", ""),
    ("stop texting me, I'm at work", ""),
    ("Stop. I already hired someone else", ""),
    ("Unsubscribe. Have a nice day", ""),
    ("Why are you still texting me? STOP", ""),
    ("STOP!!! How many times do I have to tell you?", ""),
    ("take me off your list, I never signed up", ""),
    ("please remove my number because I sold the house", ""),
    ("Stop texting me. Who is this?", ""),
    ("No more texts. God bless", ""),
    ("STOP do you understand", ""),
    ("Hi, please stop the messages. Thanks, Margaret", ""),
    ("Stop texting me. Wrong number", ""),
    ("Leave me alone and stop texting", ""),
    ("I don't want any more texts, we found another photographer", ""),
    ("Stop. Not interested", ""),
    ("stop texting, don't contact me again", ""),
    ("No me manden más mensajes. ¿Cuándo es mi cita?", "¿Cuándo es mi cita?"),
    ("Arrêtez les sms svp. Rappelez-moi pour la facture", "Rappelez-moi pour la facture"),
    ("STOP - when is my next cleaning?", "when is my next cleaning?"),
    ("Please take me off your list. Could you mail me the receipt?", "Could you mail me the receipt?"),
    ("Stop texting me, you are so annoying", ""),
]


@pytest.mark.covers("X-10")
@pytest.mark.parametrize(("text", "matter"), REPLIES)
def test_a_request_opts_out_and_what_else_is_said_is_told(text: str, matter: str) -> None:
    found = read(text)
    assert found.meaning is Meaning.OPT_OUT
    assert other_matter(text, found) == matter


@pytest.mark.parametrize("text", ["Can you email the invoice?", "How do I stop these? Call me", "Yes. When is it?"])
def test_only_who_opts_out_leaves_another_matter(text: str) -> None:
    assert other_matter(text, read(text)) == ""


def test_our_own_words_sent_back_are_no_matter_of_the_sender() -> None:
    text = "STOP\n> Please confirm your appointment on Friday?"
    assert other_matter(text, read(text)) == ""


@pytest.mark.parametrize(
    "text",
    [
        "stop texting me after 9pm", "only stop the promos", "please call instead of texting", "STOP, except reminders",
        "Stop texting me. Only appointment reminders please", "stop the texts but keep the reminders",
        "stop texting me for a week", "Stop texting me on weekends", "stop texting my work phone, use 555-0121",
    ],
)  # fmt: skip
@pytest.mark.covers("X-10")
def test_a_limit_of_the_request_is_for_a_member_to_look_at(text: str) -> None:
    found = read(text)
    assert (found.meaning, found.is_likely) == (Meaning.REVIEW, True)


DOUBTS = [pytest.param(rule, id=rule.id) for rule in reply_table.RULES if rule.meaning is Meaning.REVIEW]
SOFT = {
    "unclear_word", "cancel_and_courtesy", "refusing_emoji", "soft_no", "not_interested", "deceased",
    "de.soft_no", "es.soft_no", "fr.soft_no", "pt.unclear_word", "vi.soft_no",
}  # fmt: skip


@pytest.mark.parametrize("rule", DOUBTS)
def test_every_row_in_doubt_is_likely_or_soft(rule: Rule) -> None:
    """replies/README 6.9; a death is neither in the list there nor a moment for a text of a machine."""
    assert read(rule.example).is_likely is (rule.id not in SOFT)


@pytest.mark.parametrize(
    ("text", "is_likely"),
    [
        ("wrong number", True), ("how do I stop these texts?", True), ("this is harassment", True),
        ("no thanks", False), ("not interested", False), ("cancel please", False), ("👎", False), ("sop", False),
        ("STOP!! These are so beautiful 😭", False), ("NO!!!!!", False), ("STOP", False), ("see you then", False),
    ],
)  # fmt: skip
def test_only_the_likely_kind_gets_the_clarification_text(text: str, is_likely: bool) -> None:
    assert read(text).is_likely is is_likely


def test_a_shouted_no_is_a_doubt_but_declines_an_open_request() -> None:
    assert read("NO!!!!!").public_meaning is Meaning.REVIEW
    assert read("NO!!!!!", context="optin_pending").public_meaning is Meaning.OPT_OUT
    assert read("No!").public_meaning is Meaning.NONE
