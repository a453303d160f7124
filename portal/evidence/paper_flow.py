"""What flows down a paper and over its pages: headings, paragraphs, and tables whose headings come again."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from portal.evidence.paper_sheet import Line, Sheet
from portal.evidence.paper_style import BODY, FAINT, HEAD, LABEL, LINE, LINK, PART, SMALL, SOFT, Style

ALONE = 70
"""Points that must be free under a heading, so that it never stands alone at the foot of a page."""
PADDING = 3.2


@dataclass(frozen=True)
class Said:
    """A piece of a cell. What is nothing is not said at all."""

    text: Any
    style: Style = SMALL
    link: str = ""


@dataclass(frozen=True)
class Column:
    title: str
    share: float


Cell = Sequence[Said]


def heading(sheet: Sheet, text: str, *, level: int = 0) -> None:
    """Also in the outline that viewers show beside the pages."""
    style = PART if level == 0 else HEAD
    sheet.room(style.leading + ALONE)
    sheet.begin(text, level)
    with sheet.told(f"H{level + 1}"):
        stack(sheet, sheet.lines(text, style, sheet.width))
    if level == 0:
        sheet.rule(sheet.left, sheet.y + 2, sheet.left + sheet.width, sheet.y + 2, LINE)
    sheet.y += 9 if level == 0 else 2


def paragraph(sheet: Sheet, said: Any, style: Style = BODY, *, gap: float = 6) -> None:
    with sheet.told("P"):
        stack(sheet, sheet.lines(said, style, sheet.width))
    sheet.y += gap


def label(sheet: Sheet, text: str) -> None:
    """Small and grey, over what it names."""
    sheet.room(LABEL.leading + 26)
    paragraph(sheet, text, LABEL, gap=2)


def stack(sheet: Sheet, lines: Sequence[Line], x: float | None = None, width: float | None = None) -> None:
    """One under the other, over as many pages as it takes."""
    for line in lines:
        sheet.room(line.style.leading)
        sheet.put(line, sheet.left if x is None else x, sheet.y, sheet.width if width is None else width)
        sheet.y += line.style.leading


def pairs(sheet: Sheet, rows: Iterable[tuple[str, Any]], *, share: float = 0.26) -> None:
    """A table of two columns without headings; what is not known says so."""
    columns = (Column("", share), Column("", 1 - share))
    table(sheet, columns, [([Said(name, FAINT)], _known(value)) for name, value in rows])


def _known(value: Any) -> Cell:
    if isinstance(value, Said):
        return [value]
    if value in (None, ""):
        return [Said("not recorded", FAINT)]
    text = str(value)
    return [Said(text, LINK, text)] if text.startswith(("https://", "http://")) else [Said(text)]


def table(sheet: Sheet, columns: Sequence[Column], rows: Iterable[Sequence[Cell]]) -> None:
    """A row stays on one page where it can; one that is longer than a page flows on."""
    edges = _edges(sheet, columns)
    is_headed = any(column.title for column in columns)
    if is_headed:
        sheet.room(ALONE)
        _head(sheet, columns, edges)
    for row in rows:
        cells = [
            [line for said in cell if said.text not in (None, "")
             for line in sheet.lines(said.text, said.style, width, link=said.link)]
            for cell, (_, width) in zip(row, edges, strict=True)
        ]  # fmt: skip
        height = max(sum(line.style.leading for line in cell) for cell in cells) + 2 * PADDING
        fits_one_page = height < sheet.bottom - 140
        if sheet.y + (height if fits_one_page else ALONE) > sheet.bottom:
            _next_page(sheet, columns, edges, is_headed)
        if sheet.y + height <= sheet.bottom:
            _whole(sheet, cells, edges)
        else:
            _flowing(sheet, cells, edges, columns if is_headed else ())
        sheet.rule(sheet.left, sheet.y, sheet.left + sheet.width, sheet.y, LINE, 0.5)
    sheet.y += 10


def _whole(sheet: Sheet, cells: Sequence[Sequence[Line]], edges: Sequence[tuple[float, float]]) -> None:
    top, lowest = sheet.y + PADDING, sheet.y
    for cell, (x, width) in zip(cells, edges, strict=True):
        sheet.y = top
        if cell:
            with sheet.told("P"):
                stack(sheet, cell, x, width)
        lowest = max(lowest, sheet.y)
    sheet.y = lowest + PADDING


def _flowing(
    sheet: Sheet, cells: Sequence[Sequence[Line]], edges: Sequence[tuple[float, float]], columns: Sequence[Column]
) -> None:
    """Line by line, all columns beside each other."""
    sheet.y += PADDING
    with sheet.told("P"):
        for i in range(max(map(len, cells))):
            beside = [(cell[i], edge) for cell, edge in zip(cells, edges, strict=True) if i < len(cell)]
            leading = max(line.style.leading for line, _ in beside)
            if sheet.y + leading > sheet.bottom:
                _next_page(sheet, columns, edges, bool(columns))
                sheet.y += PADDING
            for line, (x, width) in beside:
                sheet.put(line, x, sheet.y, width)
            sheet.y += leading
    sheet.y += PADDING


def _next_page(sheet: Sheet, columns: Sequence[Column], edges: Sequence[tuple[float, float]], is_headed: bool) -> None:
    sheet.new_page()
    if is_headed:
        _head(sheet, columns, edges)


def _head(sheet: Sheet, columns: Sequence[Column], edges: Sequence[tuple[float, float]]) -> None:
    with sheet.told("P"):
        for column, (x, width) in zip(columns, edges, strict=True):
            sheet.put(sheet.one_line(column.title, LABEL, width), x, sheet.y, width)
    sheet.y += LABEL.leading + 3
    sheet.rule(sheet.left, sheet.y, sheet.left + sheet.width, sheet.y, SOFT, 0.8)


def _edges(sheet: Sheet, columns: Sequence[Column]) -> list[tuple[float, float]]:
    """Where each column begins, and how wide its text may be."""
    x, found = sheet.left, []
    for column in columns:
        wide = sheet.width * column.share
        found.append((x, wide - 8))
        x += wide
    return found
