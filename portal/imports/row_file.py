"""A file as a stream of rows, whatever wrote it: CSV with commas, semicolons or tabs, vCards, or a pasted list.

Rows are counted as a spreadsheet shows them, the first line being row 1; empty ones count and are left out.
"""

import csv
import io
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import BinaryIO, NamedTuple

from portal import sheet
from portal.imports import encoding, vcard
from portal.imports.encoding import refused
from portal.imports.field import What, looks_like_head

MOST_COLUMNS = 100
LONGEST_CELL = 20_000
LONGEST_ROW = MOST_COLUMNS * LONGEST_CELL
"""Characters, over all lines of a row: what is longer is never held in memory, whatever its commas would make of it."""
DELIMITERS = (",", ";", "\t")
SAMPLE_LINES = 20


class Row(NamedTuple):
    """`number` is where a person finds it in the file."""

    number: int
    cells: list[str]


@dataclass(frozen=True)
class RowFile:
    """`columns` are the names in the file, or “Column 1” and so on where it has none."""

    columns: tuple[str, ...]
    rows: Iterator[Row]


@contextmanager
def opened(source: BinaryIO, what: What) -> Iterator[RowFile]:
    """Raises Invalid for what is no list, here or while the rows are read. `source` stays open."""
    text = io.TextIOWrapper(source, encoding.guess(source), newline="")
    try:
        yield _read(text, what)
    finally:
        text.detach()


def _read(text: io.TextIOWrapper, what: What) -> RowFile:
    try:
        begin = text.read(2000).lstrip().upper()
        text.seek(0)
        if begin.startswith("BEGIN:VCARD"):
            return RowFile(vcard.COLUMNS, _numbered(vcard.read(text)))
        return _table(text, what)
    except UnicodeDecodeError as error:
        raise refused(encoding.NO_TEXT) from error


def _table(text: io.TextIOWrapper, what: What) -> RowFile:
    delimiter = _delimiter(text)
    rows = _rows(text, delimiter)
    first = next(rows, None)
    if first is None:
        raise refused("This file is empty.")
    second = next(rows, None)
    rows = rows if second is None else _again(second, rows)
    if looks_like_head(first.cells, second.cells if second else ()):
        columns = [" ".join(cell.split())[:80] or f"Column {i + 1}" for i, cell in enumerate(first.cells)]
        return RowFile(tuple(columns), rows)
    return RowFile(tuple(f"Column {i + 1}" for i in range(len(first.cells))), _again(first, rows))


def _again(first: Row, rows: Iterator[Row]) -> Iterator[Row]:
    yield first
    yield from rows


def _delimiter(text: io.TextIOWrapper) -> str:
    """The one that cuts the first lines into the most, and equally many, cells. Excel may say it in a line `sep=;`."""
    lines = [line for line in (text.readline(LONGEST_CELL) for _ in range(SAMPLE_LINES)) if line.strip()]
    text.seek(0)
    said = lines[0].rstrip("\r\n") if lines else ""
    if said.lower().startswith("sep=") and len(said.strip()) <= 5:
        return said[4:] if len(said) == 5 else said[4:].strip() or ","

    def cuts(delimiter: str) -> tuple[int, int]:
        widths = _widths(lines, delimiter)
        most = max(set(widths), key=widths.count, default=0)
        return (widths.count(most) if most > 1 else 0), most

    return max(DELIMITERS, key=cuts)


def _widths(lines: list[str], delimiter: str) -> list[int]:
    """Up to a quotation mark that is never closed."""
    found = list[int]()
    try:
        found.extend(len(row) for row in csv.reader(lines, delimiter=delimiter) if row)
    except csv.Error:
        return found
    return found


class _Lines:
    """The lines of a file; more than one row can hold are an error of the table, like an open quotation mark."""

    def __init__(self, text: io.TextIOWrapper) -> None:
        self._text, self.room = text, LONGEST_ROW

    def __iter__(self) -> Iterator[str]:
        while line := self._text.readline(LONGEST_ROW + 1):
            self.room -= len(line)
            if self.room < 0:
                raise csv.Error("This row is too long.")
            yield line


def _rows(text: io.TextIOWrapper, delimiter: str) -> Iterator[Row]:
    number, lines = 0, _Lines(text)
    try:
        for number, cells in enumerate(csv.reader(lines, delimiter=delimiter), 1):
            lines.room = LONGEST_ROW
            if number == 1 and cells and "".join(cells).lower().startswith("sep=") and len(cells) < 3:
                continue
            _check(number, cells)
            if any(cells):
                yield Row(number, [plain(cell) for cell in cells])
    except csv.Error as error:
        raise refused(
            f"After row {number} a row or a cell is far too long; maybe a quotation mark is opened and never closed."
        ) from error
    except UnicodeDecodeError as error:
        raise refused(encoding.NO_TEXT) from error


def _check(number: int, cells: list[str]) -> None:
    if len(cells) > MOST_COLUMNS:
        raise refused(f"Row {number} has more than {MOST_COLUMNS} columns.")
    if any(len(cell) > LONGEST_CELL for cell in cells):
        raise refused(f"Row {number} has a cell of more than {LONGEST_CELL:,} characters.")


def plain(cell: str) -> str:
    """Without blanks around, NUL, and the apostrophe that keeps a spreadsheet from running it."""
    text = cell.replace("\x00", "").strip()
    return text[1:] if text[:1] == "'" and text[1:2] in sheet.FORMULA else text


def _numbered(cards: Iterator[list[str]]) -> Iterator[Row]:
    try:
        for number, cells in enumerate(cards, 1):
            _check(number, cells)
            yield Row(number, [plain(cell) for cell in cells])
    except UnicodeDecodeError as error:
        raise refused(encoding.NO_TEXT) from error
