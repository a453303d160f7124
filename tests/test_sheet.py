"""Cells that no spreadsheet runs, and lines that every reader reads back."""

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal import sheet

TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"))
TRICKY = st.sampled_from("=+-@\t\r\n\"',;").flatmap(lambda first: TEXT.map(lambda rest: first + rest))


@pytest.mark.parametrize(
    ("cell", "written"),
    [
        ("=1+1", "'=1+1"), ("+1 (415) 555-0132", "'+1 (415) 555-0132"), ("-2", "'-2"), ("@SUM(A1)", "'@SUM(A1)"),
        ("\tx", "'\tx"), ("\rx", "'\rx"), ("＝1", "'＝1"), ("+14155550132", "+14155550132"),
        ("+14155550132; +14155550133", "'+14155550132; +14155550133"), ("+14155550132\n", "'+14155550132\n"),
        ("1=1", "1=1"), ("", ""), (None, ""), (7, "7"),
    ],
)  # fmt: skip
def test_a_cell_that_would_be_a_formula_gets_an_apostrophe_and_a_plain_number_does_not(
    cell: sheet.Cell, written: str
) -> None:
    assert sheet.safe(cell) == written


@given(st.lists(st.lists(TEXT | TRICKY, min_size=2, max_size=4), max_size=5))
def test_whatever_clients_write_is_read_back_and_never_begins_a_formula(rows: list[list[str]]) -> None:
    written = sheet.csv_lines(rows).decode()
    read = list(csv.reader(io.StringIO(written, newline=""), strict=True))
    assert [[cell.removeprefix("'") for cell in row] for row in read] == [
        [cell.removeprefix("'") for cell in row] for row in rows
    ]
    for cell in (cell for row in read for cell in row):
        assert cell[:1] not in sheet.FORMULA or (cell[1:].isdecimal() and cell[:1] == "+")
