"""The packet as a paper: what a lawyer reads in it, page by page (issue 8 part 1, rules.md section 9)."""

import hashlib
import json
import re
from typing import Any

import pytest

from forms.opt_in import as_first_shown
from forms.phone_number import Dialling
from portal.consent.disclaimer import Shown
from portal.evidence import bundle, fingerprint, paper, paper_cover, paper_moment
from portal.questionnaires.question import OPT_IN_LABEL, Kind, Question
from portal.web import rendering
from tests.evidence import pdf
from tests.evidence.sample import CONFIRMATION, DIGEST, LONG, WORDING, WORDS, at, sample_packet

pytestmark = pytest.mark.at_the_door


MARKETING = {
    "question": "May we send you offers, too?", "choice": "no", "default": "none selected",
    "words": "Offers, now and then.",
    "wording_version": "cd" * 32, "rendered_sha256": "ef" * 32,
    "rendered": "<fieldset><legend>May we send you offers, too?</legend><label><input type=radio value=yes>Yes</label>"
    "<label><input type=radio value=no>No</label></fieldset>",
    "visibility": {"said_by": "the client’s browser", "font_px": 16.0, "part_in_view": 1.0, "in_view": True},
}  # fmt: skip
NOTE = "portal.example/b1\n91\nrPjRkWyNIpwgUNrBZlYQNBFEKnRTNDS5LWRRBNLrtaA=\n\n— portal.example/b1 U2lnbmF0dXJl\n"


@pytest.fixture(scope="module")
def whole() -> bytes:
    return paper.of(sample_packet())


@pytest.fixture(scope="module")
def told(whole: bytes) -> str:
    return pdf.text(whole)


@pytest.fixture(scope="module")
def other() -> bytes:
    """Another paper: asked about a text and a past moment, after the STOP, in a zone of its own, with a checkpoint, the
    question as the real template renders it, and a text that should not have left."""
    packet = ended()
    packet["time_zone"], packet["region"] = "America/New_York", "DE"
    packet["about"] = {"text": "See you tomorrow", "sentence": "This text was allowed by entry 7."}
    packet["checkpoint"] = {"note": NOTE, "key": "a2V5IG9mIHRoZSBidXNpbmVzcw==", "size": 91, "root": "ab" * 32}
    packet["inclusion"], packet["earlier"] = {"3": [], "7": []}, [{}]
    packet["messages"][5].update(status="sent", sent_at=packet["messages"][5]["at"])
    shown = Shown("v", WORDS, "https://hearth.example/privacy", "https://hearth.example/terms")
    block = as_first_shown(Question("q", Kind.OPT_IN, OPT_IN_LABEL, True), shown, Dialling("US", ("US",)))
    packet["consents"][1]["block_html"] = rendering.render("public_form/_opt_in.html", {"opt_in": block})
    packet["entries"][1]["values"]["marketing"] = MARKETING
    return paper.of(packet)


def ended() -> dict[str, Any]:
    """The sample as it stood after the STOP and before the START."""
    packet = sample_packet()
    packet["entries"] = packet["entries"][:3]
    packet["consents"] = packet["consents"][:2]
    packet["messages"] = packet["messages"][:6]
    packet["state"] = {"at": at(15), "status": "opted_out", "scope": "informational", "words": "STOP"}
    return packet


def answer(packet: dict[str, Any]) -> str:
    """The sentences that the cover begins with."""
    return " ".join(paper_cover.answer(packet, paper_moment.of(packet))).replace("\u00a0", " ")


def test_the_cover_answers_first(told: str) -> None:
    assert answer(sample_packet()) in told[:400]
    assert answer(sample_packet()).startswith(
        "On 23 March 2026 at 12:02:11 PDT, +1 415 555 0132 agreed to receive texts from Hearth Photography."
    )
    assert answer(sample_packet()).endswith("The agreement stood on 12 April 2026 at 12:02:11 PDT.")


def test_who_ended_texting_reads_how_soon_it_counted() -> None:
    first = answer(ended())
    assert "ended on 12 March 2026 at 12:02:12 PDT, 0.4 seconds after the “STOP” arrived." in first
    assert "agreed to receive texts from Hearth Photography, and ended it later." in first


def test_a_moment_in_the_past_is_named_as_the_one_that_was_asked_about() -> None:
    assert "on 18 March 2026 at 12:02:11 PDT. That is the moment this paper was asked about." in answer(ended())


@pytest.mark.parametrize(
    ("status", "says"),
    [
        ("none", "There is no record that +1 415 555 0132 agreed"),
        ("requested", "+1 415 555 0132 was asked to agree"),
        ("declined", "+1 415 555 0132 does not agree to receive texts"),
        ("opted_in", "There is no record that +1 415 555 0132 agreed"),
    ],
)
def test_a_number_without_a_yes_is_never_told_as_one_that_agreed(status: str, says: str) -> None:
    """Also where a packet claims more than its entries hold."""
    packet = sample_packet()
    packet["entries"], packet["consents"], packet["state"]["status"] = [], [], status
    assert answer(packet).startswith(says)


def test_a_no_is_told_with_its_moment() -> None:
    packet = ended()
    packet["entries"][2]["kind"] = packet["state"]["status"] = "declined"
    assert answer(packet).startswith("On 12 March 2026 at 12:02:11 PDT, +1 415 555 0132 said No to texts")


def test_the_figures_are_zero_where_every_text_was_covered(told: str) -> None:
    assert "0 texts before consent 0 texts after an opt-out 4 texts to the client in all 2 places masked" in told


def test_a_text_after_a_stop_is_counted_on_the_cover_and_marked_in_the_conversation(other: bytes) -> None:
    found = pdf.text(other)
    assert "1 text after an opt-out" in found
    assert "1 text is marked in the conversation as sent without consent." in found
    assert found.count("Sent without consent") == 1


def test_the_text_that_was_asked_about_stands_on_the_cover_with_its_answer(other: bytes) -> None:
    first = " ".join(pdf.pages(other)[0].split())
    assert "THE TEXT THIS PAPER WAS ASKED ABOUT See you tomorrow This text was allowed by entry 7." in first


def test_the_question_is_drawn_with_its_words_version_and_hash(told: str) -> None:
    """rules.md section 9: what was shown, in which version, and that it is what was stored."""
    assert f"May we text you? Yes No {WORDS} Mobile number to text 415 555 0132" in told
    assert f"THE EXACT WORDS {WORDS} VERSION OF THE WORDS {WORDING}" in told
    assert DIGEST in told


@pytest.mark.parametrize(
    "circumstance",
    [
        "3 March 2026 at 11:02:11 PST (2026-03-03T19:02:11.482113Z)", "America/Los_Angeles",
        "https://portal.example/f/Zk3", "https://hearth.example/book", "198.51.100.23", "Mozilla/5.0 (iPhone;",
        "Before your session, version 2", "nothing: the client had to choose",
        "the holder of the client's personal link",
        "in view: yes; letters of 14 pixels; contrast 7.4 to 1",
        "https://portal.example/opt-in/hearth#privacy",
    ],
)  # fmt: skip
def test_every_circumstance_of_a_yes_is_told(told: str, circumstance: str) -> None:
    assert circumstance in told


def test_the_confirmation_and_its_delivery_are_told(told: str) -> None:
    assert f"THE CONFIRMATION THAT FOLLOWED {CONFIRMATION} Sent 3 March 2026 at 11:02:13 PST; delivered" in told
    assert "no word of delivery" in told


def test_what_was_not_recorded_is_said(told: str) -> None:
    assert "Not recorded for this Yes: the question, the answer, the page as shown" in told


def test_the_conversation_tells_what_allowed_each_text_and_what_was_masked(told: str) -> None:
    assert LONG.strip() in told
    assert "Her number is [number masked]" in told
    assert "Allowed by entry 7: “By choosing Yes and entering my number, I agree to receive t…”" in told
    assert "Refused, not sent because: opted out" in told
    assert "Hidden until the client answers YES." in told


def test_every_opt_out_tells_its_words_its_reading_and_its_seconds(told: str) -> None:
    assert "31 “STOP” by text opted out 12 Mar 2026 12:02:11.602 12 Mar 2026 12:02:12.020 0.4 seconds" in told


def test_every_entry_stands_with_its_hash(told: str) -> None:
    entries = sample_packet()["entries"]
    assert entries
    assert all(entry["hash"] in told for entry in entries)


def test_the_checkpoint_stands_word_for_word_with_its_key(other: bytes) -> None:
    lines = "\n".join(pdf.pages(other)).split("\n")
    begin = lines.index("portal.example/b1")
    assert lines[begin : begin + 5] == NOTE.rstrip("\n").split("\n")
    assert "a2V5IG9mIHRoZSBidXNpbmVzcw==" in lines
    assert "for 2 entries that they are in it, and for 1 earlier" in pdf.text(other)


def test_attachments_stand_with_their_hashes(told: str) -> None:
    digest = sample_packet()["consents"][0]["attachments"][0]["sha256"]
    assert f"1-paper.pdf application/pdf {digest}" in told


def test_a_legal_hold_stands_on_the_cover(whole: bytes) -> None:
    first = " ".join(pdf.pages(whole)[0].split())
    assert "Legal hold since 2 April 2026 at 12:02:11 PDT, by Counsel: A letter of 1 April." in first


def test_the_steps_name_the_file_and_the_command(told: str) -> None:
    assert "How to check this without us" in told
    assert "python3 verify.py evidence.json" in told


def test_every_page_has_its_number_and_the_fingerprint_of_the_file_beside_it(whole: bytes) -> None:
    found, seal = pdf.pages(whole), hashlib.sha256(fingerprint.written(sample_packet())).hexdigest()
    assert [re.findall(r"Page \d+ of \d+", page) for page in found] == [
        [f"Page {number} of {len(found)}"] for number in range(1, len(found) + 1)
    ]
    assert all(seal in page for page in found)


def test_the_fingerprint_is_that_of_the_packet_and_of_nothing_else() -> None:
    packet = sample_packet()
    assert json.loads(fingerprint.written(packet)) == packet
    packet["messages"][0]["text"] += "."
    assert fingerprint.of(packet) != fingerprint.of(sample_packet())


def test_the_contents_name_the_pages_on_which_the_parts_begin(whole: bytes) -> None:
    found = pdf.pages(whole)
    named = re.search(r"The conversation in full\npage (\d+)", found[0])
    assert named is not None
    assert found[int(named.group(1)) - 1].startswith("The conversation in full")


def test_the_same_packet_is_the_same_bytes(whole: bytes) -> None:
    packet = sample_packet()
    assert paper.of(packet) == whole
    assert packet == sample_packet()


def test_the_paper_says_what_it_is_to_who_cannot_see_it(whole: bytes) -> None:
    """Language, title, tags and an outline, as far as the library goes."""
    marks = (b"/Lang (en)", b"/Marked true", b"/S /H1", b"/S /Figure", b"/Type /Outlines", b"/DisplayDocTitle true")
    assert [mark for mark in marks if mark not in whole] == []
    assert b"D:20260412190211Z" in whole
    assert b"/Title (Evidence of consent: +1 415 555 0132, Hearth Photography)" in whole


def test_the_form_is_told_to_who_cannot_see_it(whole: bytes) -> None:
    assert b"May we text you?; Yes \\(chosen\\); No \\(not chosen\\)" in whole


@pytest.mark.parametrize(
    ("region", "number", "size"),
    [
        ("US", "+33612345678", "Letter"),
        ("DE", "+14155550132", "A4"),
        (None, "+14155550132", "Letter"),
        (None, None, "A4"),
    ],
)
def test_the_paper_is_the_size_that_printers_there_hold(region: str | None, number: str | None, size: str) -> None:
    """By the business's region, or else by the number."""
    assert paper.size({"region": region, "subscription": {"number": number}}) == size


def test_times_are_those_of_the_business_where_the_packet_names_its_zone(whole: bytes, other: bytes) -> None:
    assert "ended on 12 March 2026 at 15:02:12 EDT" in pdf.text(other)
    assert (b"612.00 792.00" in whole, b"595.28 841.89" in other) == (True, True)


def test_the_question_that_the_product_renders_is_drawn_as_it_stands_with_its_links(other: bytes) -> None:
    """The real template, not the sample's copy of it."""
    found = pdf.text(other)
    assert f"{OPT_IN_LABEL} Yes No {WORDS} Privacy Policy: https://hearth.example/privacy" in found
    assert "SMS Terms: https://hearth.example/terms Mobile number to text With area code." in found
    assert b"/URI (https://hearth.example/terms)" in other


def test_a_page_that_is_not_the_one_with_its_hash_is_said_to_be_none(told: str, other: bytes) -> None:
    """The other paper's question was rendered anew, and its hash is that of the sample."""
    says = "The page drawn here is not the one with that hash: something in it was masked or changed."
    assert (says in told, says in pdf.text(other)) == (False, True)


def test_marketing_is_told_as_a_question_of_its_own(other: bytes) -> None:
    """rules.md row 15."""
    found = pdf.text(other)
    assert "The question about marketing, asked on its own Answer: No. Chosen beforehand: nothing" in found
    assert "May we send you offers, too? Yes No THE EXACT WORDS Offers, now and then. VERSION OF THE WORDS cd" in found
    assert "in view: yes; share seen at once: 1 of 1; letters of 16 pixels, says the client’s browser" in found


def test_the_fingerprint_on_the_paper_is_that_of_the_file_in_the_archive(whole: bytes) -> None:
    assert hashlib.sha256(bundle.data(sample_packet())).hexdigest() in pdf.pages(whole)[0]
