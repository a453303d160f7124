"""One row, one meaning or one sentence. Pure."""

import datetime as dt

import pytest

from portal.contacts.contact_date import Day
from portal.imports import cell, contact_row, field, opt_out_row
from portal.imports.cell import Dialling, Unread
from portal.imports.contact_row import ContactRow, Trouble
from portal.imports.field import Field, What
from portal.imports.opt_out_row import OptOutRow
from portal.imports.row_file import Row

OURS = "+12025550199"
HERE = Dialling("US", ("US",), (OURS,))
EXPORTED = ("id", "name", "email", "number", "other_numbers", "dates", "groups", "opt_in", "created_at")
TWILIO = ("From", "To", "Body", "Status", "SentDate", "ErrorCode", "Direction")
TELNYX = ("from", "to", "messaging_profile_id", "keyword", "created_at")


@pytest.mark.parametrize(
    ("columns", "means"),
    [
        (("Name", "E-mail", "Phone"), "name email number"),
        (("Vorname", "Nachname", "Handynummer", "Geburtstag"), "first_name last_name number day"),
        (("Nombre", "Correo electrónico", "Teléfono móvil", "Etiqueta"), "name email number skip"),
        (("Prénom", "Nom de famille", "Portable", "Courriel"), "first_name last_name number email"),
        (("First Name", "Last Name", "Mobile", "Home", "Opted In?"), "first_name last_name number skip consent"),
        (EXPORTED, "skip name email number number dates groups consent skip"),
    ],
)
def test_columns_are_guessed_from_their_names(columns: tuple[str, ...], means: str) -> None:
    assert [str(each) for each in field.guess(columns, What.CONTACTS)] == means.split()


def test_columns_without_names_are_guessed_from_the_first_row() -> None:
    columns, first = ("Column 1", "Column 2", "Column 3"), ("Zoë Quinn", "zoe@quinn.example", "(415) 555-0102")
    assert field.guess(columns, What.CONTACTS, first) == [Field.NAME, Field.EMAIL, Field.NUMBER]
    opted_out = ("415 555 0102", "2026-01-05", "called us")
    assert field.guess(columns, What.OPT_OUTS, opted_out) == [Field.NUMBER, Field.AT, Field.REASON]


def contact(*cells: str, columns: tuple[str, ...] = ("Name", "Email", "Phone", "Birthday", "Opt in")) -> object:
    return contact_row.read(Row(2, list(cells)), columns, field.guess(columns, What.CONTACTS), HERE)


def test_a_row_of_our_own_export_is_read_back() -> None:
    cells = ("c1", "Zoë", "z@quinn.example", "+14155550102", "+14155550103", "Birthday: 1990-03-02", "A; B", "N", "")
    read = contact(*cells, columns=EXPORTED)
    days = (Day("Birthday", dt.date(1990, 3, 2)),)
    assert read == ContactRow(
        2, cells, "Zoë", "z@quinn.example", ("+14155550102", "+14155550103"), days, ("A", "B"), "no"
    )


@pytest.mark.parametrize(
    ("cells", "said"),
    [
        (("Zoë", "", "12345", "", ""), "“12345” is too short"),
        (("Zoë", "", "4.155550102E+09", "", ""), "was shortened by a spreadsheet"),
        (("Zoë", "", "+1 800 555 0199", "", ""), "toll-free"),
        (("Zoë", "", "+44 7400 123456", "", ""), "a country you do not text"),
        (("Zoë", "", OURS, "", ""), "one of your own sender numbers"),
        (("Zoë", "zoe at quinn", "", "", ""), "is not an e-mail address"),
        (("Zoë", "", "", "soon", ""), "is not a date we can read"),
        (("", "zoe@quinn.example", "", "", ""), "neither a name nor a phone number"),
    ],
)
def test_what_cannot_be_kept_is_one_sentence(cells: tuple[str, ...], said: str) -> None:
    read = contact(*cells)
    assert isinstance(read, Trouble)
    assert said in read.sentence
    assert read.cells == cells


@pytest.mark.parametrize(
    ("typed", "region", "day"),
    [
        ("1990-03-02", "US", (1990, 3, 2)),
        ("3/2/1990", "US", (1990, 3, 2)),
        ("02/03/1990", "GB", (1990, 3, 2)),
        ("2.3.1990", "US", (1990, 3, 2)),
        ("1990-03-02T00:00:00Z", "US", (1990, 3, 2)),
    ],
)
def test_days_are_read_as_people_write_them(typed: str, region: str, day: tuple[int, int, int]) -> None:
    assert cell.day(typed, region=region) == dt.date(*day)


@pytest.mark.parametrize("typed", ["30.2.1990", "13/14/1990", "1990", "1-2-90", "tomorrow", "1990-03", "1800-01-01"])
def test_a_day_is_never_guessed(typed: str) -> None:
    assert isinstance(cell.day(typed, region="US"), Unread)


@pytest.mark.covers("P12")
@pytest.mark.parametrize(
    ("column", "typed", "says"),
    [
        ("Opt in", "Y", "yes"), ("Opt in", "N", "no"), ("Opt in", "", ""), ("Opt in", "maybe", ""),
        ("Consent", "opted out", "no"), ("Subscribed", "FALSE", "no"), ("Opt out", "yes", "no"), ("Opt out", "no", ""),
    ],
)  # fmt: skip
def test_a_column_about_consent_says_no_or_nothing_that_counts(column: str, typed: str, says: str) -> None:
    read = contact("Zoë", typed, columns=("Name", column))
    assert isinstance(read, ContactRow)
    assert read.says == says


@pytest.mark.covers("H-18")
@pytest.mark.parametrize(
    ("cells", "number"),
    [
        (("+14155550102", OURS, " Stop ", "received", "2026-01-05", "", "inbound"), "+14155550102"),
        (("+14155550102", OURS, "stop by at 5?", "received", "2026-01-05", "", "inbound"), None),
        ((OURS, "+14155550103", "Hi", "undelivered", "2026-01-05", "21610", "outbound-api"), "+14155550103"),
        ((OURS, "+14155550103", "Hi", "undelivered", "2026-01-05", "30003", "outbound-api"), None),
        ((OURS, "+14155550103", "Reply STOP to end", "delivered", "2026-01-05", "", "outbound-api"), None),
    ],
)
def test_a_log_of_twilio_tells_who_opted_out(cells: tuple[str, ...], number: str | None) -> None:
    read = opt_out_row.read(Row(2, list(cells)), field.guess(TWILIO, What.OPT_OUTS), HERE)
    assert (read.number if isinstance(read, OptOutRow) else read) == number


@pytest.mark.covers("H-18")
def test_a_list_of_telnyx_names_the_client_as_the_receiver() -> None:
    cells = [OURS, "+14155550104", "p1", "STOP", "2026-01-05T10:00:00Z"]
    read = opt_out_row.read(Row(2, cells), field.guess(TELNYX, What.OPT_OUTS), HERE)
    assert read == OptOutRow(2, tuple(cells), "+14155550104", "2026-01-05T10:00:00Z", "STOP")


@pytest.mark.parametrize(
    ("typed", "number"),
    [
        ("(415) 555-0102", "+14155550102"),
        ("+44 7400 123456", "+447400123456"),  # we would not text it, and may still be told never to
        ("+1 800 555 0199", "+18005550199"),
        ("hello", None),
        ("12345", None),
        (OURS, None),
        ("415 555 0102 or 415 555 0103", None),
    ],
)
def test_any_number_may_be_opted_out_and_nothing_else(typed: str, number: str | None) -> None:
    found = cell.number_to_stop(typed, HERE)
    assert (None if isinstance(found, Unread) else found) == number
