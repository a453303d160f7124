"""How replies are read: keywords, everyday language, contexts, the business's own words."""

from collections.abc import Callable
from typing import Any

import pytest

from portal.consent import reply
from portal.consent.reply import Meaning, read


def public(text: str, **more: Any) -> str:
    return read(text, **more).public_meaning.value


# The keywords: rules.md row 1 and behaviours.md X-10

KEYWORDS = ["stop", "quit", "end", "revoke", "opt out", "cancel", "unsubscribe", "stopall", "optout"]


def full_width(text: str) -> str:
    return "".join(chr(ord(char) + 0xFEE0) if char.isalpha() else char for char in text)


DRESSINGS: dict[str, Callable[[str], str]] = {
    "lower": str.lower,
    "upper": str.upper,
    "title": str.title,
    "padded with a full stop": " {}. ".format,
    "shouted": lambda word: f"{word.upper()}!!",
    "full width": full_width,
    "emoji": "{} 🙏".format,
    "quoted": "“{}”".format,
    "starred": "*{}*".format,
    "signed by the phone": "{}\n\nSent from my iPhone".format,
    "with invisible characters": lambda word: "\N{ZERO WIDTH SPACE}".join(word),
    "with control characters": lambda word: "".join(f"{char}\0" for char in word),
    "mathematical": lambda word: "".join(chr(ord(char) - 97 + 0x1D5EE) if char.isalpha() else char for char in word),
    "hyphen and blanks": lambda word: word.replace(" ", "-") + "  ",
}


@pytest.mark.covers("H-20", "H-25", "X-10", "rules.md row 1")
@pytest.mark.parametrize("dress", DRESSINGS.values(), ids=DRESSINGS)
@pytest.mark.parametrize("keyword", KEYWORDS)
def test_every_word_of_the_law_opts_out_in_any_dress(keyword: str, dress: Callable[[str], str]) -> None:
    assert read(dress(keyword)).meaning is Meaning.OPT_OUT


@pytest.mark.covers("H-25", "X-10")
@pytest.mark.parametrize("context", ["none", "optin_pending", "opted_out_no_request", "other_question"])
@pytest.mark.parametrize("keyword", KEYWORDS)
def test_a_stop_word_means_stop_whatever_was_asked_last(keyword: str, context: reply.Context) -> None:
    assert read(keyword, context=context).meaning is Meaning.OPT_OUT


@pytest.mark.covers("X-10")
@pytest.mark.parametrize(
    "text", ["stop texting me", "stop please", "take me off", "remove me", "Opt me out pls", "no más"]
)
def test_a_fixed_phrase_opts_out(text: str) -> None:
    assert read(text).meaning is Meaning.OPT_OUT


@pytest.mark.covers("X-10", "rules.md row 2")
@pytest.mark.parametrize(
    "text",
    [
        "Stop by at 5?",
        "can you stop by?",
        "see you at the bus stop at 9",
        "First stop: the church. Second stop: the lake.",
        "Stop: 14 Main St",
        "Please don't stop texting me",
        "Don't text and drive",
        "Did you lose my number?",
        "Who will drop me off?",
        "Please remove it",
        "No exit",
        "Full stop.",
        "Text me again and I'll send it",
        "I don't have any messages",
        "Please don't text my wife, it's a surprise",
        "Quit my job today!",
        "revoke access to the shared folder please",
        "Đúng",
        "Shop",
        "cancer",
        "subscribe",
    ],
)
def test_everyday_language_changes_nothing(text: str) -> None:
    assert read(text).meaning is Meaning.NONE


@pytest.mark.covers("rules.md row 2")
@pytest.mark.parametrize(
    "text",
    [
        "If I say stop texting me, what happens?",
        "How do I unsubscribe?",
        "Did my wife unsubscribe?",
        "Stop texts until after the baby comes",
        "My ex won't stop texting me",
        "Stop!! These are so beautiful 😭",
        "Can you stop texting my old number?",
        "Reply STOP to opt out",
        "Sorry wrong number",
    ],
)
def test_a_doubtful_request_is_for_a_member_to_look_at(text: str) -> None:
    assert read(text).meaning is Meaning.REVIEW


@pytest.mark.covers("X-10")
@pytest.mark.parametrize(
    "text",
    [
        "yes please",
        "Yes I do",
        "Yes, Tuesday works",
        "yes no",
        "ok",
        "sure",
        "👍",
        "yes yes",
        "YES to the invoice",
        "start please",
        "Start texting me again",
        "start at 5",
        "restart",
        "resubscribe",
        "eys",
        "Strat",
        "Liked “Reply YES to opt in”",
        "Loved “Reply START to opt back in”",
    ],
)
def test_only_a_whole_message_opts_in(text: str) -> None:
    assert read(text).meaning not in (Meaning.YES, Meaning.START)


@pytest.mark.covers("X-10", "X-11", "rules.md row 12")
@pytest.mark.parametrize(
    ("text", "meaning"),
    [
        ("YES", Meaning.YES),
        (" yes. ", Meaning.YES),
        ("“Yes”", Meaning.YES),
        ("yes 👍", Meaning.YES),
        ("Y", Meaning.YES),
        ("ＹＥＳ", Meaning.YES),
        ("START", Meaning.START),
        ("start!", Meaning.START),
        ("Unstop", Meaning.START),
        ("HELP", Meaning.HELP),
        ("info?", Meaning.HELP),
        ("No", Meaning.NO),
        ("N.", Meaning.NO),
    ],
)
def test_the_other_keywords_are_read_in_any_dress(text: str, meaning: Meaning) -> None:
    assert read(text).meaning is meaning


# Contexts


@pytest.mark.covers("rules.md row 20")
@pytest.mark.parametrize("context", ["opted_out_no_request", "other_question"])
def test_a_yes_that_nobody_asked_for_is_none(context: reply.Context) -> None:
    found = read("YES", context=context)
    assert (found.meaning, found.rule) == (Meaning.NONE, "yes_word/unasked")


def test_a_no_refuses_an_open_request_and_is_otherwise_small_talk() -> None:
    assert read("No", context="optin_pending").public_meaning is Meaning.OPT_OUT
    assert read("No").public_meaning is Meaning.NONE
    assert read("No", context="other_question").public_meaning is Meaning.NONE


# The business's own words


@pytest.mark.covers("X-10")
def test_a_word_of_the_business_adds_to_the_table() -> None:
    words: dict[str, Any] = {
        "extra_opt_out": ["ENDE", "Schluss jetzt"],
        "extra_opt_in": ["Los!"],
        "extra_help": ["HILFE"],
    }
    assert public("ende.", **words) == public("schluss  jetzt", **words) == public("STOP", **words) == "opt_out"
    assert (public("los", **words), public("yes", **words)) == ("yes", "yes")
    assert (public("hilfe!", **words), public("help", **words)) == ("help", "help")


@pytest.mark.covers("H-25", "X-10")
def test_no_word_of_the_business_weakens_a_stop() -> None:
    words: dict[str, Any] = {"extra_opt_in": ["stop", "end", ""], "extra_help": ["stop", "unsubscribe", "?"]}
    for keyword in KEYWORDS:
        assert public(keyword, **words) == "opt_out"
    assert public("", **words) == public("?", **words) == "none"


def test_in_doubt_a_word_of_the_business_opts_out() -> None:
    assert public("yes", extra_opt_out=["yes"], extra_opt_in=["yes"]) == "opt_out"


# Twilio's own keywords


@pytest.mark.covers("rules.md row 4", "X-24")
@pytest.mark.parametrize(
    ("text", "action"),
    [
        *((word, "stop") for word in ("STOP", "STOPALL", "UNSUBSCRIBE", "END", "QUIT", "REVOKE", "OPTOUT", "CANCEL")),
        *((word, "start") for word in ("START", "YES", "UNSTOP")),
        *((word, "help") for word in ("HELP", "INFO")),
        ("stop", "stop"),
        (" Stop\r\n", "stop"),
        ("STOP.", None),
        ("STOP!", None),
        ("“STOP”", None),
        ("STOP PLEASE", None),
        ("stop all", None),
        ("opt out", None),
        ("ＳＴＯＰ", None),
        ("\N{LATIN SMALL LETTER LONG S}top", None),
        ("STOP\N{ZERO WIDTH SPACE}", None),
        ("Y", None),
        ("", None),
    ],
)
def test_the_provider_acts_on_the_bare_word_only(text: str, action: str | None) -> None:
    assert reply.provider_keyword(text) == action


@pytest.mark.covers("rules.md row 18")
def test_we_stop_on_every_word_on_which_the_provider_stops() -> None:
    """replies/README 6.1: our words are a superset of the provider's."""
    for word, action in reply.PROVIDER_KEYWORDS.items():
        assert (read(word).meaning is Meaning.OPT_OUT) == (action == "stop")
