"""What holds for any text: replies/README section 6.7."""

import time
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from portal.consent import reply, reply_text
from portal.consent.reply import Meaning, read
from tests.consent.reply_set import OPEN, OWN, labelled

KEYWORDS = ["stop", "quit", "end", "revoke", "opt out", "cancel", "unsubscribe", "stopall", "optout"]
REQUESTS = [each.text for each in labelled(OPEN, "stop") if each.family == "natural"]
MIXED = [each.text for each in (*labelled(OWN, "none"), *labelled(OWN, "stop"), *labelled(OWN, "stop_review"))]


def public(text: str) -> str:
    return read(text).public_meaning.value


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


DRESSES: list[Callable[[str], str]] = [
    str.upper,
    str.lower,
    "  {}\n".format,
    "{}!!".format,
    "{} .".format,
    "{}\n\nSent from my iPhone".format,
    "\N{ZERO WIDTH SPACE}{}\N{LEFT-TO-RIGHT MARK}".format,
    lambda text: text.replace(" ", "\N{NO-BREAK SPACE}"),
    lambda text: text.replace(" ", "  "),
    lambda text: text.replace("'", "’"),
]


@settings(deadline=None)
@given(st.sampled_from(REQUESTS), st.lists(st.sampled_from(DRESSES), max_size=4))
def test_no_combination_of_variances_lowers_a_request(text: str, dresses: list[Callable[[str], str]]) -> None:
    dressed = text
    for dress in dresses:
        dressed = dress(dressed)
    assert public(dressed) in ("opt_out", "review")


@settings(deadline=None, max_examples=30)
@given(st.lists(st.sampled_from(MIXED), min_size=2, max_size=6))
def test_what_was_read_before_changes_no_verdict(texts: list[str]) -> None:
    forwards = [read(text) for text in texts]
    assert [read(text) for text in reversed(texts)] == forwards[::-1]


@given(st.text(max_size=4000))
def test_however_long_a_text_is_no_more_than_its_two_ends_are_read(text: str) -> None:
    """The work is bounded by counting: every pattern sees the window only."""
    assert len(reply_text.window(text)) <= reply_text.LONGEST + reply_text.TAIL + 1


@pytest.mark.parametrize(
    "piece", ["a ", "stop ", "stop texting me ", "no ", "“reply stop ", "لا ", "wag na ", "ﷺ", "plesae "]
)
def test_no_hostile_text_takes_long(piece: str) -> None:
    """Far above what it takes (some 20 ms), far below what a pattern that backtracks would take."""
    text = (piece * 1600)[:1600]
    started = time.process_time()
    read(text)
    assert time.process_time() - started < 2
