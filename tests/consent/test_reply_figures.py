"""The figures of replies/README section 5 on the open set and on our own, per slice; `pytest -s` prints them."""

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable
from itertools import product

import pytest

from portal.consent.reply import read
from tests.consent.reply_set import OPEN, OWN, Reply, every, labelled

SETS = pytest.mark.parametrize("file", [OPEN, OWN])
SEEN = ("opt_out", "review")
MACHINES = ("tapback", "auto_reply", "auto-reply", "machine", "footer_quote", "quotes our footer", "reaction")


def public(text: str) -> str:
    return read(text).public_meaning.value


def share(replies: Iterable[Reply], is_right: Callable[[str, Reply], bool]) -> float:
    found = [is_right(public(reply.text), reply) for reply in replies]
    return sum(found) / len(found)


@pytest.mark.covers("X-10", "rules.md row 2")
@SETS
def test_opt_outs_are_acted_on_or_asked_about(file: str) -> None:
    stops = labelled(file, "stop")
    assert share(stops, lambda meaning, _: meaning == "opt_out") >= 0.95
    assert share(stops, lambda meaning, _: meaning in SEEN) >= 0.99


@pytest.mark.covers("X-10", "rules.md row 2")
@SETS
def test_no_harmless_reply_opts_anybody_out(file: str) -> None:
    wrong = [each.text for each in every(file) if public(each.text) == "opt_out" and "opt_out" not in each.right]
    assert wrong == []


@pytest.mark.covers("X-10", "P12")
@SETS
def test_no_other_reply_opts_anybody_in(file: str) -> None:
    wrong = [each for each in every(file) if public(each.text) in ("start", "yes")]
    assert [each.text for each in wrong if public(each.text) not in each.right] == []


@SETS
def test_reactions_machines_and_footers_opt_nobody_out(file: str) -> None:
    texts = [each.text for each in labelled(file, "none") if each.family.startswith(MACHINES)]
    assert len(texts) > 10
    assert [text for text in texts if public(text) == "opt_out"] == []


@SETS
def test_hardly_any_harmless_reply_is_asked_about(file: str) -> None:
    needless = share(labelled(file, "none"), lambda meaning, each: meaning == "review" and "review" not in each.right)
    assert needless <= 0.02


@SETS
def test_doubtful_replies_are_seen(file: str) -> None:
    assert share(labelled(file, "stop_review"), lambda meaning, each: meaning in each.right) >= 0.95


@pytest.mark.parametrize("language", sorted({each.language for each in labelled(OWN, "stop")}))
def test_no_language_is_read_much_worse_than_the_others(language: str) -> None:
    stops = [each for each in labelled(OWN, "stop") if each.language == language]
    assert share(stops, lambda meaning, _: meaning in SEEN) >= 0.95


@SETS
def test_the_figures_of_every_slice_are_printed(file: str) -> None:
    """For the one who changes a rule: `pytest -s` shows which family a change helped and which it hurt."""
    slices: dict[tuple[str, str, str], Counter[str]] = defaultdict(Counter)
    for each in every(file):
        slices[each.label, each.language, each.family][public(each.text)] += 1
    lines = [
        f"{label:12}{language:5}{family[:40]:42}{dict(found)}" for (label, language, family), found in slices.items()
    ]
    print(f"\n{file}", *sorted(lines), sep="\n")
    assert sum(sum(found.values()) for found in slices.values()) == len(every(file))


@pytest.mark.covers("rules.md row 2")
@pytest.mark.parametrize(
    ("file", "between", "request_text"),
    [
        *product([OPEN], ["\n", ". "], ["STOP", "Please stop texting me", "unsubscribe"]),
        (OWN, "\n", "Please stop texting me"),
        (OWN, ". ", "STOP"),
    ],
)
def test_an_opt_out_beside_any_harmless_reply_is_not_lost(file: str, between: str, request_text: str) -> None:
    joined = [
        text
        for each in labelled(file, "none")
        for text in (f"{each.text}{between}{request_text}", f"{request_text}{between}{each.text}")
    ]
    assert [text for text in joined if public(text) not in SEEN] == []


MANGLED = re.compile("^â€|^U1R|[&<%]")
CHANGES: dict[str, Callable[[str], str]] = {
    "upper": str.upper,
    "lower": str.lower,
    "padded": "  \n{}\r\n ".format,
    "full stop": "{}.".format,
    "exclaimed": "{}!!".format,
    "signed by the phone": "{}\n\nSent from my iPhone".format,
    "curly quotes": "“{}”".format,
    "left-to-right marks": "\N{LEFT-TO-RIGHT MARK}".join,
    "zero-width spaces": "\N{ZERO WIDTH SPACE}".join,
    "no-break spaces": lambda text: text.replace(" ", "\N{NO-BREAK SPACE}"),
    "curly apostrophes": lambda text: text.replace("'", "’"),
    "full width": lambda text: "".join(chr(ord(char) + 0xFEE0) if "!" <= char <= "~" else char for char in text),
}


@pytest.mark.covers("rules.md row 1")
@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
@SETS
def test_no_small_variance_loses_an_opt_out(file: str, change: Callable[[str], str]) -> None:
    """CTIA 5.1.3; texts that a gateway mangled or encoded cannot be mangled once more and are left out.

    Of our own set every fourth row: the families there are long.
    """
    rows = labelled(file, "stop")[:: 1 if file == OPEN else 4]
    texts = [each.text for each in rows if not MANGLED.search(each.text) and public(each.text) in SEEN]
    assert [text for text in texts if public(change(text)) not in SEEN] == []
