"""Asked, Yes, confirmation, texts, STOP: the story as one drawn line, its points evenly apart."""

from collections.abc import Mapping
from typing import Any

from portal.evidence import paper_flow, paper_story
from portal.evidence.paper_moment import Watch
from portal.evidence.paper_sheet import Sheet
from portal.evidence.paper_story import Mark
from portal.evidence.paper_style import (
    ACCENT,
    BAD,
    EDGE,
    GOOD,
    LABEL,
    SMALL_STRONG,
    SOFT,
    TINY,
    WAIT,
    WHITE,
    Colour,
    Style,
)  # fmt: skip

HEIGHT = 62.0
_COLOURS: Mapping[str, Colour] = {
    "asked": WAIT, "opted_in": GOOD, "opted_out": BAD, "declined": BAD, "confirmation": ACCENT, "text": ACCENT,
    "more": EDGE,
}  # fmt: skip


def draw(sheet: Sheet, packet: Mapping[str, Any], watch: Watch) -> None:
    found = paper_story.marks(packet)
    if not found:
        return
    sheet.room(HEIGHT + 30)
    paper_flow.paragraph(sheet, "WHAT HAPPENED, IN ORDER (NOT TO SCALE)", LABEL, gap=6)
    alt = "; ".join(f"{mark.name} {watch.full(mark.when)}" if mark.when else mark.name for mark in found)
    with sheet.told("Figure", alt):
        wide = sheet.width / len(found)
        y = sheet.y + 10
        _line(sheet, found, wide, y)
        for i, mark in enumerate(found):
            _point(sheet, mark, sheet.left + (i + 0.5) * wide, y, wide, watch)
    sheet.y += HEIGHT


def _line(sheet: Sheet, found: list[Mark], wide: float, y: float) -> None:
    """Green while texts were agreed to, grey otherwise."""
    is_open = False
    for i, mark in enumerate(found[:-1]):
        is_open = True if mark.kind == "opted_in" else False if mark.kind in ("opted_out", "declined") else is_open
        x = sheet.left + (i + 0.5) * wide
        sheet.rule(x, y, x + wide, y, GOOD if is_open else EDGE, 2.2 if is_open else 1)


def _point(sheet: Sheet, mark: Mark, x: float, y: float, wide: float, watch: Watch) -> None:
    colour = _COLOURS.get(mark.kind, SOFT)
    is_fact = mark.kind in ("opted_in", "opted_out", "declined")
    sheet.dot(x, y, 6 if is_fact else 4.5, fill=colour if is_fact else WHITE, edge=colour, weight=1.8)
    name = Style(SMALL_STRONG.size, SMALL_STRONG.leading, is_bold=True, colour=colour)
    _middle(sheet, mark.name, name, (x, y + 10), wide)
    if mark.when:
        _middle(sheet, watch.day(mark.when), TINY, (x, y + 22), wide)
        _middle(sheet, watch.hour(mark.when), TINY, (x, y + 31), wide)


def _middle(sheet: Sheet, said: str, style: Style, at: tuple[float, float], wide: float) -> None:
    line = sheet.one_line(said, style, wide - 2)
    sheet.put(line, at[0] - sheet.measured(line.text, style) / 2, at[1])
