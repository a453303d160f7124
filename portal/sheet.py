"""Rows as files that other programs open: CSV that a spreadsheet cannot be made to run, and JSON lines.

CSV is that of RFC 4180, in UTF-8. A cell that a spreadsheet would take for a formula gets an apostrophe in front; only
a plain E.164 number, which is digits after its plus, stays as it is, so that numbers can be used at once.
"""

import csv
import io
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

FORMULA = frozenset("=+-@\t\r\n\uff1d\uff0b\uff0d\uff20")
"""How a formula begins; the last four are the wide forms of the first four."""

_NUMBER = re.compile(r"\+[1-9][0-9]{6,14}")

Cell = str | int | None


def safe(cell: Cell) -> str:
    """The text of one cell (ASVS 1.2.10)."""
    text = "" if cell is None else str(cell)
    return f"'{text}" if text[:1] in FORMULA and not _NUMBER.fullmatch(text) else text


def csv_lines(rows: Iterable[Sequence[Cell]]) -> bytes:
    """Some lines of a CSV file."""
    written = io.StringIO(newline="")
    csv.writer(written, lineterminator="\r\n").writerows(list(map(safe, row)) for row in rows)
    return written.getvalue().encode("utf-8", "replace")


def json_line(row: Mapping[str, Any]) -> bytes:
    """One line of JSON."""
    return _ENCODER.encode(row).encode("utf-8", "replace") + b"\n"


_ENCODER = json.JSONEncoder(ensure_ascii=False)
