"""How replies are read: every row of the table, the open set of 403 replies, and what holds for any text."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from portal.consent import reply, reply_table, reply_text
from portal.consent.reply import Meaning, read
from portal.consent.reply_rule import How, Rule

RULES = reply_table.RULES
ROWS = [pytest.param(rule, id=rule.id) for rule in RULES]


def base(verdict: reply.Verdict) -> str:
    return verdict.rule.partition("/")[0]


def public(text: str, **more: Any) -> str:
    return read(text, **more).public_meaning.value


# The table


@pytest.mark.covers("X-10", "rules.md row 2")
@pytest.mark.parametrize("rule", ROWS)
def test_every_rule_reads_its_example(rule: Rule) -> None:
    found = read(rule.example)
    assert (found.rule, found.meaning) == (rule.id, rule.meaning)


@pytest.mark.covers("X-10", "rules.md row 2")
@pytest.mark.parametrize("rule", ROWS)
def test_no_rule_reads_its_counter_example(rule: Rule) -> None:
    assert base(read(rule.counter_example)) != rule.id


def test_every_rule_has_its_own_name() -> None:
    assert len({rule.id for rule in RULES}) == len(RULES)


@pytest.mark.parametrize("rule", [rule for rule in RULES if rule.how in (How.WHOLE, How.ONLY, How.SLIP)])
def test_every_phrase_is_written_as_the_reader_writes_it(rule: Rule) -> None:
    """A phrase with an accent or a capital letter could never match."""
    assert [reply_text.flat(reply_text.plain(phrase)) for phrase in rule.phrases()] == rule.phrases()


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


# What is not the sender's

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


# The open set of replies

PUBLIC = {"stop": "opt_out", "stop_review": "review"}


def unescaped(text: str) -> str:
    def char(found: re.Match[str]) -> str:
        code = found[1]
        return {"\\": "\\", "n": "\n", "r": "\r", "t": "\t"}.get(code) or chr(int(code[1:], 16))

    return re.sub(r"\\(\\|n|r|t|u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8})", char, text)


def replies(*labels: str) -> list[tuple[str, set[str]]]:
    """The texts with these labels, each with the meanings that are right for it."""
    lines = (Path(__file__).parent / "replies.tsv").read_text(encoding="utf-8").splitlines()[1:]
    rows = [line.split("\t") for line in lines]
    return [
        (unescaped(text), {PUBLIC.get(word, word) for word in (label, *re.findall(r"alt=(\w+)", note))})
        for _, text, label, _, _, note in rows
        if label in labels or not labels
    ]


def share(labels: str, is_right: Callable[[str, set[str]], bool]) -> float:
    found = [is_right(public(text), right) for text, right in replies(labels)]
    return sum(found) / len(found)


def test_the_open_set_is_whole() -> None:
    assert len(replies()) == 403


@pytest.mark.covers("X-10", "rules.md row 2")
def test_no_harmless_reply_opts_anybody_out() -> None:
    assert [text for text, right in replies() if public(text) == "opt_out" and "opt_out" not in right] == []


@pytest.mark.covers("X-10", "P12")
def test_no_other_reply_opts_anybody_in() -> None:
    wrong = [text for text, right in replies() if public(text) in ("start", "yes") and public(text) not in right]
    assert wrong == []


@pytest.mark.covers("rules.md row 2")
def test_opt_outs_are_acted_on_or_asked_about() -> None:
    assert share("stop", lambda read_as, _: read_as == "opt_out") >= 0.995
    assert share("stop", lambda read_as, _: read_as in ("opt_out", "review")) == 1


def test_doubtful_replies_are_seen() -> None:
    assert share("stop_review", lambda read_as, right: read_as in right) >= 0.95


def test_harmless_replies_are_left_alone() -> None:
    assert share("none", lambda read_as, right: read_as in right) == 1
    assert share("none", lambda read_as, _: read_as == "review") <= 0.03


def test_keywords_for_coming_back_and_for_help_are_known() -> None:
    """Sentences that ask to come back are for the owner: X-10 wants a whole keyword."""
    assert share("start", lambda read_as, right: read_as in right) >= 0.5
    assert share("yes", lambda read_as, right: read_as in right) >= 0.66
    assert share("help", lambda read_as, right: read_as in right) == 1


@pytest.mark.parametrize("request_text", ["STOP", "Please stop texting me", "unsubscribe"])
def test_an_opt_out_on_its_own_line_beside_any_harmless_reply_is_not_lost(request_text: str) -> None:
    lost = [
        joined
        for text, _ in replies("none")
        for joined in (f"{text}\n{request_text}", f"{request_text}\n{text}")
        if public(joined) not in ("opt_out", "review")
    ]
    assert lost == []


CHANGES: list[Callable[[str], str]] = [
    str.upper,
    str.lower,
    "  \n{}\r\n ".format,
    "{}!".format,
    "{}\n\nSent from my iPhone".format,
    "“{}”".format,
    "\N{LEFT-TO-RIGHT MARK}".join,
    lambda text: text.replace(" ", "\N{NO-BREAK SPACE}"),
    lambda text: text.replace("'", "’"),
]


@pytest.mark.covers("rules.md row 1")
@pytest.mark.parametrize("change", CHANGES)
def test_no_small_variance_loses_an_opt_out(change: Callable[[str], str]) -> None:
    """CTIA 5.1.3; the one text whose letters a broken transport already mangled is left out."""
    texts = [text for text, _ in replies("stop") if "â€" not in text]
    assert [text for text in texts if public(change(text)) not in ("opt_out", "review")] == []


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


# Any text

TEXT = st.one_of(
    st.text(),
    st.text(alphabet=st.sampled_from("stopSTOP \n.,!?'\"“”>-~|0@🛑😂\u200b\u0301éßİſﷺ가각ᄀ")),
    st.lists(
        st.sampled_from(["stop", "don't", "text", "me", "remove", "my", "number", ".", "Liked", "“", "”", "> "])
    ).map(" ".join),
)


@settings(deadline=None)
@given(TEXT, st.lists(TEXT, max_size=2))
def test_any_text_has_one_verdict(text: str, recent_outbound: list[str]) -> None:
    found = read(text, recent_outbound=recent_outbound)
    assert found == read(text, recent_outbound=recent_outbound)
    assert found.public_meaning is not Meaning.NO
    assert found.grammar_version == reply.GRAMMAR_VERSION
    assert reply.provider_keyword(text) in ("stop", "start", "help", None)


@settings(deadline=None)
@given(TEXT)
def test_writing_plain_text_plainly_changes_nothing(text: str) -> None:
    plain = reply_text.plain(text)
    assert reply_text.plain(plain) == plain


@settings(deadline=None)
@given(st.text(alphabet=" \n\t\0\N{ZERO WIDTH SPACE}\N{NO-BREAK SPACE}!.", max_size=5000), st.sampled_from(KEYWORDS))
def test_no_padding_hides_a_keyword(padding: str, keyword: str) -> None:
    assert read(padding + keyword + padding).meaning is Meaning.OPT_OUT


@pytest.mark.parametrize(
    "piece", ["a ", "stop ", "don't text ", "ﷺ", '"', "”", "s ", "> ", "-- ", "\n", "remove my of ", "😂", "("]
)
def test_a_stop_at_the_end_of_a_flood_is_seen(piece: str) -> None:
    assert public(piece * 20_000 + "\nSTOP") in ("opt_out", "review")
