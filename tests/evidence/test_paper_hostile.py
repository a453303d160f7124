"""A paper never fails and never swallows: whatever strangers wrote, whatever was erased, however much there is."""

import time
from collections.abc import Callable
from typing import Any

import pytest

from portal.evidence import paper, paper_ledger, paper_thread
from tests.evidence import pdf
from tests.evidence.sample import at, sample_packet

pytestmark = pytest.mark.at_the_door

Packet = dict[str, Any]
BLOCKS = (
    "", "<", "<fieldset><legend>x", "</p></p>", "<svg><use/></svg>", "<p>" + "word " * 3000, "<p>" * 3000,
    "<input><input type=radio>", "<a href='javascript:x'>y</a>", "<script>alert(1)</script>", "&#xD800;&#0;&bogus;",
    "\x00<b\x00>",
)  # fmt: skip


WRITTEN = {
    "你好": "▯▯ ▯ stands for 2 characters this paper cannot print: U+4F60, U+597D; they are in evidence.json.",
    "🦄!": "▯! ▯ stands for 1 character this paper cannot print: U+1F984 unicorn face; it is in evidence.json.",
    "a\u202eb\x07c\u200bd": "a⟨U+202E⟩b⟨U+0007⟩c⟨U+200B⟩d",
    "{nb} \\ (x) ) %s <b>": "{nb} \\ (x) ) %s <b>",
    "\ud800half": "▯half ▯ stands for 1 character this paper cannot print: U+D800; it is in evidence.json.",
    "▯ as it is": "▯ as it is Received",
    "Ελληνικά Кирилица ქართული": "Ελληνικά Кирилица ქართული",
    "one\r\ntwo\tthree\u2028four": "one two three four",
    "".join(chr(0x4E00 + i) for i in range(20)): "and 14 others; they are in evidence.json.",
    "שלום (עולם)": "(םלוע) םולש",
}
"""What strangers write, and how it is seen."""
LONG_WORD = "".join(chr(97 + i % 26) for i in range(1600))
MANY_LINES = "\n".join(f"line {i}" for i in range(150))


@pytest.fixture(scope="module")
def whole() -> bytes:
    """A conversation in which all of that was written."""
    packet = sample_packet()
    written = [*WRITTEN, LONG_WORD, MANY_LINES]
    packet["messages"] = [dict(packet["messages"][1], id=f"h{i}", text=text) for i, text in enumerate(written)]
    return paper.of(packet)


@pytest.mark.parametrize("shown", WRITTEN.values())
def test_what_a_stranger_writes_is_printed_or_named(whole: bytes, shown: str) -> None:
    assert shown in pdf.text(whole)


def test_what_is_drawn_from_right_to_left_is_read_out_as_written(whole: bytes) -> None:
    written = f"FEFF{'שלום (עולם)'.encode('utf-16-be').hex()}"
    assert any(written in content for content in pdf.contents(whole))


def test_a_word_wider_than_its_column_loses_no_letter(whole: bytes) -> None:
    assert LONG_WORD in "".join(pdf.pages(whole)).replace("\n", "")


def test_a_text_longer_than_a_page_flows_on_under_the_same_headings(whole: bytes) -> None:
    holding = [page for page in pdf.pages(whole) if "\nline " in page]
    assert len(holding) > 1
    assert all("Which way" in page for page in holding)
    assert "line 149" in holding[-1]


def erased(packet: Packet) -> None:
    for entry in packet["entries"]:
        entry.update(values={}, salts={}, words=None, wording_version=None)
    for consent in packet["consents"]:
        consent.update({name: None for name in consent if name not in ("seq", "at", "attachments", "not_kept")})
    for message in packet["messages"]:
        message["text"] = None
    packet["contact"] = None


def nulls(packet: Packet) -> None:
    for name in ("contact", "about", "cut", "head", "redacted", "checkpoint", "inclusion", "earlier", "legal_hold"):
        packet[name] = None
    packet["consents"] = packet["opt_outs"] = packet["messages"] = packet["entries"] = []
    packet["subscription"]["number"] = packet["subscription"]["contact"] = None
    packet["state"] = {"at": packet["made_at"], "status": "none", "scope": None, "words": None}


def fields_of_rows_are_null(packet: Packet) -> None:
    for row in packet["messages"]:
        row.update({name: None for name in row if name not in ("id", "direction")})
    packet["opt_outs"] = [dict.fromkeys(packet["opt_outs"][0])]
    packet["legal_hold"] = dict.fromkeys(("since", "by", "reason"))
    packet["checkpoint"] = dict.fromkeys(("note", "key", "size", "root"))


def only_the_old_format(packet: Packet) -> None:
    old = ("format", "made_at", "business", "subscription", "state", "entries", "head", "how_to_verify")
    for name in [name for name in packet if name not in old]:
        del packet[name]


def odd_words(packet: Packet) -> None:
    packet["subscription"]["channel"] = "carrier pigeon"
    packet["state"].update(scope="everything", at="yesterday")
    packet["entries"][0].update(kind="waved", origin="by hand", at="long ago")
    packet["messages"][0].update(status="lost", purpose="gossip", direction="sideways", sent_at="?")
    packet["consents"][1].update(time_zone="Mars/Olympus", visibility=[1, {"a": None}], answer="perhaps")
    packet["time_zone"] = "../../etc/passwd"
    packet["business"]["name"] = "店 " + "A Very Long Name " * 12
    packet["made_at"] = "0001-01-01T00:00:00Z"


def whatsapp_without_a_number(packet: Packet) -> None:
    packet["subscription"].update(channel="whatsapp", number="")


@pytest.mark.parametrize(
    "change", [erased, nulls, fields_of_rows_are_null, only_the_old_format, odd_words, whatsapp_without_a_number]
)
def test_nothing_that_a_packet_lacks_or_twists_stops_the_paper(change: Callable[[Packet], None]) -> None:
    packet = sample_packet()
    change(packet)
    assert "How to check this without us" in pdf.text(paper.of(packet))


def test_an_erased_entry_keeps_its_hash_and_says_that_it_was_erased() -> None:
    packet = sample_packet()
    erased(packet)
    found = pdf.text(paper.of(packet))
    assert found.count("Its details were erased; its seal and this hash stand.") == len(packet["entries"])
    assert packet["entries"][0]["hash"] in found


def test_any_block_is_drawn_as_far_as_it_can_be_read_and_never_run() -> None:
    packet = sample_packet()
    packet["consents"] = [dict(packet["consents"][1], block_html=block) for block in BLOCKS]
    whole = paper.of(packet)
    assert f"Yes {len(BLOCKS)} of {len(BLOCKS)}" in pdf.text(whole)
    assert "alert(1)" not in pdf.text(whole)
    assert b"/URI (javascript" not in whole


def test_a_thousand_texts_and_hundreds_of_entries_stay_a_paper(report: Callable[[str], None]) -> None:
    """About ten texts a page, some eight kilobytes a page. No promise about seconds; they are printed."""
    packet = sample_packet()
    texts, entries = packet["messages"], packet["entries"]
    packet["messages"] = [dict(texts[i % 10], id=f"x{i}", at=at(0, i)) for i in range(1000)]
    packet["entries"] = [dict(entries[i % 4], seq=i) for i in range(1, 201)]
    begin = time.perf_counter()
    whole = paper.of(packet)
    took = time.perf_counter() - begin
    count = len(pdf.pages(whole))
    report(f"A paper of 1,000 texts and 200 entries: {count} pages, {len(whole) / 1024:.0f} KiB, {took:.1f} s.")
    assert count < 160
    assert len(whole) < 1_500_000


def test_more_texts_than_a_paper_takes_are_said_to_be_in_the_file(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(paper_thread, "MOST", 3)
    monkeypatch.setattr(paper_ledger, "MOST", 2)
    found = pdf.text(paper.of(sample_packet()))
    assert "7 more are in evidence.json." in found
    assert "2 more are in evidence.json." in found
