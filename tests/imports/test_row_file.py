"""Files as programs really write them. Pure."""

import io
import time
import tracemalloc

import pytest

from portal.errors import Invalid
from portal.imports import row_file
from portal.imports.field import What
from portal.imports.row_file import Row

CARDS = """BEGIN:VCARD
VERSION:3.0
FN:Zoë Quinn
N:Quinn;Zoë;;;
EMAIL;TYPE=INTERNET:zoe@quinn.example
TEL;TYPE=FAX:+1 415 555 0100
TEL;TYPE=HOME:+1 415 555 0101
item1.TEL;TYPE="CELL,voice":+1 415
  555 0102
BDAY:19900302
END:VCARD
BEGIN:VCARD
VERSION:4.0
N:Okoro;Ada;;Dr.;
TEL;VALUE=uri;PREF=1;TYPE="voice,cell":tel:+1-415-555-0103
NOTE:line one\\nline two
END:VCARD
"""


def rows(raw: bytes, what: What = What.CONTACTS) -> tuple[tuple[str, ...], list[Row]]:
    with row_file.opened(io.BytesIO(raw), what) as found:
        return found.columns, list(found.rows)


@pytest.mark.parametrize(
    "raw",
    [
        "Name,Phone\nZoë,415\n".encode(),
        "\ufeffName,Phone\r\nZoë,415\r\n".encode(),
        "Name;Phone\nZoë;415\n".encode("utf-16"),
        "Name\tPhone\nZoë\t415\n".encode("utf-16-le"),
        "Name;Phone\rZoë;415\r".encode("latin-1"),
        'sep=;\n"Name";"Phone"\n"Zoë";"415"\n'.encode("cp1252"),
        "Name,Phone\nZoë,'415\n".replace("'415", "415").encode(),
    ],
)
def test_every_encoding_and_every_comma_gives_the_same_rows(raw: bytes) -> None:
    columns, found = rows(raw)
    assert columns == ("Name", "Phone")
    assert [each.cells for each in found] == [["Zoë", "415"]]


def test_rows_are_counted_as_a_spreadsheet_shows_them() -> None:
    raw = b'Name,Phone\n\n"Two\nlines",1\n,\nLast,2\n'
    assert rows(raw)[1] == [Row(3, ["Two\nlines", "1"]), Row(5, ["Last", "2"])]


def test_a_list_without_names_of_columns_keeps_its_first_row() -> None:
    columns, found = rows(b"+14155550101,called us\n+14155550102,\n", What.OPT_OUTS)
    assert columns == ("Column 1", "Column 2")
    assert [each.number for each in found] == [1, 2]


def test_the_apostrophe_that_our_own_export_puts_before_a_formula_goes() -> None:
    assert rows(b"Name,Phone\n'=cmd,1\n'Tis,2\n")[1] == [Row(2, ["=cmd", "1"]), Row(3, ["'Tis", "2"])]


def test_cards_become_rows_with_the_mobile_number_first() -> None:
    columns, found = rows(CARDS.replace("\n", "\r\n").encode())
    assert columns == ("Name", "E-mail", "Phone", "Other phones", "Birthday")
    assert found == [
        Row(1, ["Zoë Quinn", "zoe@quinn.example", "+1 415 555 0102", "+1 415 555 0101", "1990-03-02"]),
        Row(2, ["Dr. Ada Okoro", "", "+1-415-555-0103", "", ""]),
    ]


@pytest.mark.parametrize(
    ("raw", "said"),
    [
        (b"", "empty"),
        (b"PK\x03\x04 and so on", "workbook"),
        (b"\x89PNG\r\n\x1a\n\x00\x00\x00\x0dIHDR\x00\x00", "not a text file"),
        (b'Name,Phone\n"never closed,1\n' + b"x,1\n" * 60_000, "never closed"),
        (b"Name,Phone\n" + b"x" * 30_000 + b",1\n", "more than 20,000 characters"),
        (b"Name,Phone\n" + b"," * 200 + b"x\n", "more than 100 columns"),
        (b"\xff\xfeN\x00a\x00m\x00\x00\xd8", "not a text file"),
    ],
)
def test_what_is_no_list_is_refused_with_a_sentence(raw: bytes, said: str) -> None:
    with pytest.raises(Invalid, match=said):
        rows(raw)


@pytest.mark.parametrize(
    ("raw", "said"),
    [
        pytest.param(b'name,phone\n"' + b"a" * 600_000, "never closed", id="an open quotation mark in one long line"),
        pytest.param(b"ab," * 2_000_000, "too long", id="a line of two million cells"),
        pytest.param(b"name,phone\n" + b'"a\n",' * 410_000, "too long", id="a row of many short lines"),
        pytest.param(
            b"\xef\xbb\xbf" + b"BEGIN:VCARD\r\nFN:Ann\r\nEND:VCARD\r\n" * 1000 + b"\xff", "not a text file",
            id="cards with a mark of an encoding that they are not in",
        ),
    ],
)  # fmt: skip
def test_a_hostile_file_is_refused_with_a_sentence_and_little_memory(raw: bytes, said: str) -> None:
    tracemalloc.start()
    try:
        with pytest.raises(Invalid) as refusal:
            rows(raw)
        assert said in str(refusal.value)
        assert tracemalloc.get_traced_memory()[1] < 100_000_000
    finally:
        tracemalloc.stop()


def test_a_line_that_names_no_delimiter_is_no_accident() -> None:
    assert rows(b"sep=   \nName,Phone\nZoe,415\n")[0] == ("Name", "Phone")


def test_a_line_folded_for_ever_is_cut_and_costs_no_time() -> None:
    """Each fold used to copy the 20,000 characters before it: 20 MB took most of a minute."""
    raw = b"BEGIN:VCARD\r\nFN:a" + b"\r\n a" * 2_000_000 + b"\r\nTEL:+14155550101\r\nEND:VCARD\r\n"
    began = time.process_time()
    [card] = rows(raw)[1]
    assert (len(card.cells[0]) <= row_file.LONGEST_CELL, card.cells[2]) == (True, "+14155550101")
    assert time.process_time() - began < 5
