"""Nothing about anybody else leaves, and what is their own stays as it was said."""

import pytest

from portal.evidence.redaction import Redaction

OWN, OURS = "+14155550132", "+12025550199"


def masked(words: str) -> str:
    return Redaction(own=(OWN, OURS), mails=("rosa@example.com",)).text(words)


@pytest.mark.parametrize(
    "number",
    ["+14155550177", "(415) 555-0177", "415.555.0177", "415 555 0177", "4155550177", "555-0177", "+44 7700 900123",
     "٤١٥ ٥٥٥ ٠١٧٧", "415_555_0177", "415•555•0177", "(415)\n555\n0177", "(415)\r\n555\t0177", "+1+415+555+0177",
     "00447700900123", "0044 7700 900123"],
)  # fmt: skip
def test_another_number_is_masked_however_it_is_spelled(number: str) -> None:
    assert masked(f"Ring {number} please") == "Ring [number masked] please"


@pytest.mark.parametrize("number", [OWN, "(415) 555-0132", "415.555.0132", "555-0132", OURS, "202 555 0199"])
def test_their_own_number_and_the_businesss_stay(number: str) -> None:
    assert masked(f"Ring {number} please") == f"Ring {number} please"


@pytest.mark.parametrize(
    "words", ["See you 2026-03-03 at 14:02", "Order 12345, 3 for 20", "It is $1,250.00", "10x4 or 7?"]
)
def test_times_and_sums_are_no_numbers_of_anybody(words: str) -> None:
    assert masked(words) == words


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("write to theo.b+x@elsewhere.example.org now", "write to [e-mail masked] now"),
        ("rosa@example.com or ROSA@example.com", "rosa@example.com or ROSA@example.com"),
        (
            "https://portal.example.com/c/abcdef123456 is mine",
            "https://portal.example.com/c/[personal link masked] is mine",
        ),
        ("/f/Zk3?c=abcdef123456", "/f/Zk3?c=[personal link masked]"),
        ("/f/Zk3?x=1&amp;c=abcdef123456", "/f/Zk3?x=1&amp;c=[personal link masked]"),
        ("/login?to=%2Ff%2FZk3%3Fc%3Dabcdef123456", "/login?to=%2Ff%2FZk3%3Fc%3D[personal link masked]"),
        ("?mail=theo.b%40elsewhere.example", "?mail=[e-mail masked]"),
        ("write to o'neil@elsewhere.example", "write to [e-mail masked]"),
        ("a@b", "a@b"),
    ],
)
def test_addresses_and_personal_links_are_masked(words: str, said: str) -> None:
    assert masked(words) == said


def test_each_place_is_counted_once() -> None:
    redaction = Redaction(own=(OWN,))
    redaction.text("415 555 0177 or 415 555 0178, a@b.example")
    assert redaction.told()["places"] == 3


def test_a_text_made_to_take_long_takes_no_time() -> None:
    """Linear, whatever is typed: ten times as much is no hundred times as slow."""
    for words in ("'" * 20_000, "a" * 20_000, "a." * 10_000 + "@", "@" * 20_000, "c=" * 10_000):
        assert masked(words) == words
