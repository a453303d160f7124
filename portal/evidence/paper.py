"""The evidence packet as a paper for a lawyer: the answer first, then what the client saw, the conversation, every
opt-out and the record, with a way to check it all. The same packet is the same bytes (issue 8; rules.md section 9)."""

from collections.abc import Mapping
from typing import Any

from portal.evidence import fingerprint, paper_cover, paper_ledger, paper_moment, paper_question, paper_thread
from portal.evidence.paper_sheet import MARGIN, Sheet
from portal.evidence.paper_style import FAINT, LINE, SOFT, Style

LETTER = frozenset({"US", "CA", "MX", "PH", "CL", "CO", "VE", "PR", "DO", "GT", "CR", "PA", "SV", "NI"})
"""Regions whose printers hold Letter; all others hold A4."""
PARTS = (
    ("What the client agreed to, and how", paper_question.draw),
    ("The conversation in full", paper_thread.draw),
    ("Every opt-out", paper_thread.stops),
    ("The record, entry by entry", paper_ledger.draw),
    ("How to check this without us", paper_ledger.steps),
)
_FOOT = Style(6.4, 9, colour=SOFT)


def of(packet: Mapping[str, Any]) -> bytes:
    """The whole PDF. Pure: the clock is the packet's own."""
    sheet, watch = Sheet(paper=size(packet)), paper_moment.of(packet)
    _describe(sheet, packet)
    paper_cover.draw(sheet, packet, watch)
    end, begun = sheet.y, []
    for name, draw in PARTS:
        told = len(sheet.begun)
        draw(sheet, packet, watch)
        begun.append((name, sheet.begun[told]))
    paper_cover.contents(sheet, begun, end)
    _margins(sheet, packet)
    return bytes(sheet.pdf.output())


def size(packet: Mapping[str, Any]) -> str:
    """By the business's region; where the packet does not tell it, by the number that was texted."""
    region = packet.get("region")
    is_letter = region in LETTER if region else str(packet["subscription"].get("number") or "").startswith("+1")
    return "Letter" if is_letter else "A4"


def _describe(sheet: Sheet, packet: Mapping[str, Any]) -> None:
    """What viewers and screen readers say of it before its first page."""
    from fpdf.prefs import ViewerPreferences

    business, who = str(packet["business"]["name"]), paper_cover.who(packet).replace("\u00a0", " ")
    made_at = paper_moment.parsed(packet["made_at"])
    sheet.pdf.set_title(f"Evidence of consent: {who}, {business}")
    sheet.pdf.set_subject("What the client agreed to, in which words, and every text since")
    sheet.pdf.set_author(business)
    sheet.pdf.set_lang("en")
    sheet.pdf.viewer_preferences = ViewerPreferences(display_doc_title=True)
    sheet.pdf.page_mode = "USE_OUTLINES"
    if made_at:
        sheet.pdf.set_creation_date(made_at)


def _margins(sheet: Sheet, packet: Mapping[str, Any]) -> None:
    """Whose paper, which page of how many, and the fingerprint: at the end, when their number is known."""
    business, who = packet["business"]["name"], paper_cover.who(packet)
    count, seal = sheet.pdf.pages_count, fingerprint.of(packet)
    for number in range(1, count + 1):
        with sheet.on_page(number), sheet.aside():
            sheet.put(sheet.one_line(f"{business} · {who}", FAINT, sheet.width - 110), MARGIN, 40, sheet.width - 110)
            page = sheet.one_line(f"Page {number:,} of {count:,}", FAINT, 100)
            sheet.put(page, MARGIN + sheet.width - 100, 40, 100, is_right=True)
            sheet.rule(MARGIN, 57, MARGIN + sheet.width, 57, LINE)
            foot = sheet.pdf.h - 40
            sheet.rule(MARGIN, foot - 5, MARGIN + sheet.width, foot - 5, LINE)
            sheet.put(
                sheet.one_line(f"Fingerprint of evidence.json (SHA-256): {seal}", _FOOT, sheet.width), MARGIN, foot
            )
