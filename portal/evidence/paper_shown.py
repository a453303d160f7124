"""What stood on the client's screen, at the left, and the exact words of it beside."""

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from portal.evidence import paper_block, paper_flow, paper_form, paper_story
from portal.evidence.paper_sheet import Sheet
from portal.evidence.paper_style import BODY, LABEL, TINY

Row = Mapping[str, Any]

PHONE = 216.0
GAP = 24.0
_KEPT = (("VERSION OF THE WORDS", "wording_version"), ("HASH OF THE PAGE AS SHOWN (SHA-256)", "block_sha256"))


@dataclass(frozen=True)
class Shown:
    """What stood on the client's screen: drawn `draw(width)`, and told in words to who cannot see it."""

    draw: Callable[[float], None]
    told: str


def beside(sheet: Sheet, left: Shown | None, right: Callable[[], None]) -> None:
    """Two columns where there is something to show at the left; what follows begins under the longer one."""
    if left is None:
        right()
        return
    page, top, column = sheet.pdf.page, sheet.y, (sheet.left, sheet.width)
    with sheet.told("Figure", left.told):
        left.draw(PHONE)
    if sheet.pdf.page == page:
        lowest, sheet.y = sheet.y, top
        sheet.left, sheet.width = column[0] + PHONE + GAP, column[1] - PHONE - GAP
        right()
        sheet.left, sheet.width = column
        sheet.y = max(lowest, sheet.y) if sheet.pdf.page == page else sheet.y
    else:
        sheet.y += 10
        right()
    sheet.y += 12


def form(sheet: Sheet, html: str, answer: Any, typed: Any, *, top: str) -> Shown:
    """A stored block with the client's answer in it; `top` is what stood over it."""
    x, parts = sheet.left, paper_block.answered(paper_block.parts(html), answer, typed)
    told = f"The form as it stood on a phone. {paper_block.spoken(parts)}"
    return Shown(lambda width: paper_form.draw(sheet, parts, x=x, width=width, top=top), told)


def texts(sheet: Sheet, packet: Row, entry: Row | None) -> Shown | None:
    """The texts by which a Yes came, where it did."""
    x, said, top = sheet.left, _texts(packet, entry), str(packet["business"]["name"])
    if not said:
        return None
    told = " ".join(f"{'The client' if is_own else 'The business'} wrote: {text}." for text, is_own in said)
    return Shown(lambda width: paper_form.conversation(sheet, said, x=x, width=width, top=top), told)


def is_whole(kept: Row) -> bool:
    """Whether the block is, byte for byte, the one whose hash is kept with it."""
    return kept.get("block_sha256") in (
        None,
        hashlib.sha256(str(kept["block_html"]).encode("utf-8", "replace")).hexdigest(),
    )


def words(sheet: Sheet, said: str, kept: Row) -> None:
    """The exact words, and under which version and hash they and their page are kept."""
    paper_flow.paragraph(sheet, "THE EXACT WORDS", LABEL, gap=3)
    paper_form.card(sheet, sheet.lines(said, BODY, sheet.width - 10), x=sheet.left, width=sheet.width)
    sheet.y += 8
    for name, key in _KEPT:
        if kept.get(key):
            paper_flow.paragraph(sheet, name, LABEL, gap=0)
            paper_flow.paragraph(sheet, kept[key], TINY, gap=5)


def _texts(packet: Row, entry: Row | None) -> list[tuple[str, bool]]:
    """What the client texted, and the request before it, where there was one."""
    messages = paper_story.rows(packet, "messages")
    nth = next((i for i, row in enumerate(messages) if entry and row["id"] == entry.get("message")), None)
    if nth is None or messages[nth].get("direction") != "inbound":
        return []
    asked = next((row for row in reversed(messages[:nth]) if row.get("purpose") == "opt_in_request"), None)
    return [(_text(row), row is not asked) for row in (asked, messages[nth]) if row]


def _text(row: Row) -> str:
    return str(row.get("text") or row.get("why_no_text") or "(not in this packet)")
