"""The vectors of rules.md section 8, and what holds for every text."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from portal.messaging import segment

VECTORS = [
    ("", "GSM-7", 0, 0),
    ("a" * 160, "GSM-7", 160, 1),
    ("a" * 161, "GSM-7", 161, 2),
    ("a" * 306, "GSM-7", 306, 2),
    ("a" * 307, "GSM-7", 307, 3),
    ("€" * 80, "GSM-7", 160, 1),
    ("€" * 81, "GSM-7", 162, 2),
    ("a" * 152 + "€" + "a" * 152, "GSM-7", 306, 3),
    ("я" * 70, "UCS-2", 70, 1),
    ("я" * 71, "UCS-2", 71, 2),
    ("я" * 134, "UCS-2", 134, 2),
    ("я" * 135, "UCS-2", 135, 3),
    ("😀" * 35, "UCS-2", 70, 1),
    ("😀" * 36, "UCS-2", 72, 2),
    ("я" * 66 + "😀" + "я" * 66, "UCS-2", 134, 3),
]


@pytest.mark.covers("rules.md row 29")
@pytest.mark.parametrize(("text", "encoding", "units", "segments"), VECTORS)
def test_a_text_costs_the_segments_of_the_rule_book(text: str, encoding: str, units: int, segments: int) -> None:
    found = segment.count(text)
    assert (found.encoding, found.units, found.segments) == (encoding, units, segments)


@pytest.mark.covers("rules.md row 29")
@pytest.mark.parametrize("char", ["é", "Ç", "\n", "\r", "@", "Δ", "Ω", "ß", "à", "§", "¿", "_"])
def test_a_character_of_the_basic_alphabet_costs_one_unit(char: str) -> None:
    assert segment.count(char) == segment.Segments("GSM-7", 1, 1, 160, None, 159)


@pytest.mark.covers("rules.md row 29")
@pytest.mark.parametrize("char", [*"^{}[]~\\|€", "\f"])
def test_a_character_of_the_extension_table_costs_two_units(char: str) -> None:
    assert segment.count(char) == segment.Segments("GSM-7", 2, 1, 160, None, 158)


@pytest.mark.covers("rules.md row 29")
@pytest.mark.parametrize("char", [*"ç’“`", "\t", "\N{NO-BREAK SPACE}", "\x1b", "\0", "\ud83d"])
def test_one_character_outside_the_alphabet_switches_the_whole_text_and_is_named(char: str) -> None:
    found = segment.count("Hello" + char + "’")
    assert (found.encoding, found.first_non_gsm, found.units) == ("UCS-2", char, 7)


def test_a_single_text_shows_the_room_left_in_it() -> None:
    assert segment.count("a" * 100).remaining_in_segment == 60
    assert segment.count("").remaining_in_segment == 160


def test_a_longer_text_shows_the_room_left_in_its_last_part() -> None:
    found = segment.count("a" * 161)
    assert (found.per_segment, found.remaining_in_segment) == (153, 145)


def test_the_longest_text_a_provider_takes_is_counted_in_eleven_parts() -> None:
    assert segment.count("a" * 1600).segments == 11


@settings(deadline=None)
@given(st.text(alphabet=st.one_of(st.characters(), st.sampled_from("a€😀я\n")), max_size=400))
def test_the_room_left_is_exactly_what_still_fits(text: str) -> None:
    found = segment.count(text)
    filler = "я" if found.first_non_gsm else "a"
    assert 0 <= found.remaining_in_segment <= found.per_segment
    if found.segments > 1:
        assert segment.count(text + filler * found.remaining_in_segment).segments == found.segments
        assert segment.count(text + filler * (found.remaining_in_segment + 1)).segments == found.segments + 1


@settings(deadline=None)
@given(st.text())
def test_units_of_the_wide_encoding_are_what_utf_16_needs(text: str) -> None:
    found = segment.count(text + "я")
    assert found.units == len((text + "я").encode("utf-16-le", "surrogatepass")) // 2
