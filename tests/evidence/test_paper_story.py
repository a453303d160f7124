"""What a cover counts, against what was known when each text left; and how blocks, spans and scripts are read."""

from typing import Any

import pytest

from portal.evidence import paper_block, paper_line, paper_moment, paper_script, paper_story
from portal.evidence.paper_block import Part
from tests.evidence.sample import BLOCK, WORDS, at, sample_packet

pytestmark = pytest.mark.at_the_door


def entry(seq: int, kind: str, happened: str, recorded: str | None = None) -> dict[str, Any]:
    return {"seq": seq, "kind": kind, "at": happened, "sealed": {"recorded_at": recorded or happened}}


def text(name: str, left: str, **known: Any) -> dict[str, Any]:
    sent = {"id": name, "direction": "outbound", "at": left, "sent_at": left, "status": "sent", "purpose": "automated"}
    return {**sent, **known}


def counted(entries: list[dict[str, Any]], *texts: dict[str, Any]) -> tuple[set[str], set[str]]:
    found = paper_story.tally({"entries": entries, "messages": list(texts)})
    return set(found.before_consent), set(found.after_opt_out)


YES, STOP = entry(1, "opted_in", at(1)), entry(2, "opted_out", at(5), at(5, 0.4))


@pytest.mark.parametrize(
    ("left", "expected"),
    [
        (at(0), ({"m"}, set())), (at(1), (set(), set())), (at(3), (set(), set())), (at(5, 0.3), (set(), set())),
        (at(5, 0.4), (set(), {"m"})), (at(9), (set(), {"m"})),
    ],
)  # fmt: skip
def test_a_text_is_held_against_what_was_known_when_it_left(left: str, expected: tuple[set[str], set[str]]) -> None:
    assert counted([YES, STOP], text("m", left)) == expected


def test_a_text_leaves_when_the_gate_lets_it_go_and_not_when_the_carrier_answers() -> None:
    assert counted([YES, STOP], text("m", at(5, 0.6), claimed_at=at(5, 0.2))) == (set(), set())
    assert counted([YES, STOP], text("m", at(5, 0.6), claimed_at=at(5, 0.5))) == (set(), {"m"})


def test_a_yes_told_late_covers_no_text_that_left_before_it_was_known() -> None:
    assert counted([entry(1, "opted_in", at(1), at(4))], text("m", at(2)), text("n", at(4))) == ({"m"}, set())


def test_a_stop_told_late_does_not_end_a_yes_that_came_after_it() -> None:
    entries = [entry(1, "opted_in", at(1)), entry(2, "opted_in", at(6)), entry(3, "opted_out", at(5), at(7))]
    assert counted(entries, text("m", at(8))) == (set(), set())


def test_of_a_yes_and_a_stop_at_the_same_moment_the_stop_counts() -> None:
    assert counted([YES, entry(2, "opted_out", at(1))], text("m", at(2))) == (set(), {"m"})


@pytest.mark.parametrize("purpose", ["opt_in_request", "opt_out_confirmation", "help", "clarification"])
def test_texts_that_ask_or_explain_are_counted_apart(purpose: str) -> None:
    packet = {"entries": [STOP], "messages": [text("m", at(9), purpose=purpose)]}
    found = paper_story.tally(packet)
    assert (found.texts, found.control, found.before_consent, found.after_opt_out) == (1, 1, frozenset(), frozenset())


@pytest.mark.parametrize("purpose", ["conversation", "automated", "marketing", "opt_in_confirmation", None, "gossip"])
def test_every_other_text_needs_a_yes_also_one_of_unknown_purpose(purpose: str | None) -> None:
    assert counted([], text("m", at(2), purpose=purpose)) == ({"m"}, set())


@pytest.mark.parametrize("status", ["sending", "sent", "delivered", "failed", "unknown"])
def test_a_text_that_may_have_reached_the_phone_counts(status: str) -> None:
    assert counted([], text("m", at(2), status=status, sent_at=None)) == ({"m"}, set())


@pytest.mark.parametrize("status", ["queued", "held", "refused", "cancelled"])
def test_a_text_that_never_left_does_not(status: str) -> None:
    assert counted([], text("m", at(2), status=status, sent_at=None)) == (set(), set())


def test_the_time_line_gathers_texts_and_a_long_story_loses_its_middle() -> None:
    packet = sample_packet()
    names = [mark.name for mark in paper_story.marks(packet)]
    assert names == ["Yes", "Yes", "Confirmation", "2 texts", "Ended", "Yes", "Confirmation"]
    packet["entries"] += [entry(100 + i, "opted_out" if i % 2 else "opted_in", at(50 + i)) for i in range(20)]
    names = [mark.name for mark in paper_story.marks(packet)]
    assert names == ["Yes", "Yes", "21 more", "Yes", "Ended", "Yes", "Ended"]


def test_a_block_is_read_as_what_stood_in_it() -> None:
    found = paper_block.parts(BLOCK)
    assert found == [
        Part("legend", "May we text you?"), Part("choice", "Yes", "yes"), Part("choice", "No", "no"),
        Part("words", WORDS), Part("label", "Mobile number to text"), Part("input", ""),
    ]  # fmt: skip
    answered = paper_block.answered(found, "yes", "415 555 0132")
    assert [part.is_on for part in answered if part.kind == "choice"] == [True, False]
    assert answered[-1].text == "415 555 0132"


def test_a_block_without_an_answer_stays_as_it_was_stored() -> None:
    found = paper_block.parts('<label><input type="radio" value="no" checked>No</label><button>Save</button>')
    assert paper_block.answered(found, None, None) == [Part("choice", "No", "no", True), Part("button", "Save")]


def test_links_keep_their_words_and_addresses() -> None:
    (found,) = paper_block.parts('<p>See the <a href="https://x.example/p">Privacy <b>Policy</b></a>.</p>')
    assert (found.text, found.links) == ("See the Privacy Policy.", (("Privacy Policy", "https://x.example/p"),))


@pytest.mark.parametrize(
    ("count", "said"),
    [
        (0, "less than 0.1 seconds"), (0.418, "0.4 seconds"), (59.94, "59.9 seconds"), (125, "2 minutes 5 seconds"),
        (3600, "1 hour"), (93784, "1 day 2 hours"), (None, "not recorded"), (True, "not recorded"),
    ],
)  # fmt: skip
def test_spans_are_told_in_plain_words(count: Any, said: str) -> None:
    assert paper_moment.seconds(count) == said


@pytest.mark.parametrize(
    ("zone", "said"),
    [
        ("America/New_York", "3 March 2026 at 14:02:11 EST"), ("Asia/Kathmandu", "4 March 2026 at 00:47:11 UTC+05:45"),
        ("America/Sao_Paulo", "3 March 2026 at 16:02:11 UTC−03:00"),
        ("no such place", "3 March 2026 at 19:02:11 UTC"), (None, "3 March 2026 at 19:02:11 UTC"),
    ],
)  # fmt: skip
def test_a_moment_names_its_clock(zone: str | None, said: str) -> None:
    assert paper_moment.Watch(zone).full(at()) == said


def test_lines_break_at_blanks_and_within_a_word_only_where_it_must() -> None:
    widths = dict.fromkeys(range(128), 1.0)
    assert paper_line.broken("a bc  d\n\nabcdefgh ij", 4, widths) == ["a bc", " d", "", "abcd", "efgh", "ij"]
    assert paper_line.broken("ab", 0.5, widths) == ["a", "b"]


def test_arabic_letters_join_and_are_read_out_as_written() -> None:
    """Beh, then lam with alef as one; seen from the right."""
    known = range(0x110000)
    joined = paper_script.joined("بلا ب", known)
    assert joined == "\ufe91\ufefc \ufe8f"
    assert paper_script.plain(joined) == "بلا ب"
    assert paper_script.seen(joined) == ("\ufe8f \ufefc\ufe91", True)
    assert paper_script.joined("بلا", ()) == "بلا"
