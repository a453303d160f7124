"""One row of a list of contacts, as it will be kept; or the one sentence why not. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from portal.consent import phone_number
from portal.contacts import contact_date
from portal.contacts.contact import LONGEST_NAME, MOST_NUMBERS
from portal.contacts.contact_date import MOST_DATES, Day
from portal.contacts.group import NAME_LENGTH
from portal.imports import cell
from portal.imports.cell import Dialling, Said, Unread
from portal.imports.field import Field, is_reversed
from portal.imports.row_file import Row

MOST_GROUPS = 20


@dataclass(frozen=True)
class Trouble:
    """A row that is left out, with the reason and what stood in it."""

    row: int
    sentence: str
    cells: tuple[str, ...]


@dataclass(frozen=True)
class ContactRow:
    """`says` is what a column about consent says: a No counts, a Yes does not."""

    row: int
    cells: tuple[str, ...]
    name: str
    email: str = ""
    numbers: tuple[str, ...] = ()
    days: tuple[Day, ...] = ()
    groups: tuple[str, ...] = ()
    says: Said = ""

    @property
    def key(self) -> str:
        """What makes two rows the same client where neither has a number."""
        return f"mailto:{self.email.casefold()}" if self.email and not self.numbers else ""


@dataclass
class _Cells:
    """What was found so far in one row."""

    names: dict[Field, str] = field(default_factory=dict)
    email: str = ""
    numbers: list[str] = field(default_factory=list)
    days: list[Day] = field(default_factory=list)
    groups: list[str] = field(default_factory=list)
    says: Said = ""


def read(row: Row, columns: Sequence[str], mapping: Sequence[Field], dialling: Dialling) -> ContactRow | Trouble:
    cells, found = tuple(row.cells), _Cells()
    for name, means, typed in zip(columns, mapping, row.cells, strict=False):
        wrong = _take(found, means, name, typed, dialling) if typed else None
        if wrong is not None:
            return Trouble(row.number, wrong.sentence, cells)
    name = found.names.get(Field.NAME) or " ".join(
        each for each in (found.names.get(Field.FIRST_NAME), found.names.get(Field.LAST_NAME)) if each
    )
    if not name and not found.numbers:
        return Trouble(row.number, "There is neither a name nor a phone number.", cells)
    shown = " ".join(name.split())[:LONGEST_NAME] or phone_number.display(found.numbers[0])
    return ContactRow(
        row.number, cells, shown, found.email, tuple(dict.fromkeys(found.numbers))[:MOST_NUMBERS],
        tuple(found.days)[:MOST_DATES], tuple(dict.fromkeys(found.groups))[:MOST_GROUPS], found.says,
    )  # fmt: skip


def _take(found: _Cells, means: Field, column: str, typed: str, dialling: Dialling) -> Unread | None:
    """Put one cell where it belongs; the answer is why that cannot be."""
    match means:
        case Field.NAME | Field.FIRST_NAME | Field.LAST_NAME:
            found.names.setdefault(means, typed)
        case Field.EMAIL:
            read = cell.email(typed)
            if isinstance(read, Unread):
                return read
            found.email = found.email or read
        case Field.NUMBER:
            return _numbers(found, typed, dialling)
        case Field.DAY:
            return _day(found, column, typed, dialling)
        case Field.DATES:
            return next((wrong for each in cell.several(typed) if (wrong := _named_day(found, each, dialling))), None)
        case Field.GROUPS:
            found.groups += [each[:NAME_LENGTH] for each in cell.several(typed)]
        case Field.CONSENT:
            _consent(found, column, typed)
    return None


def _numbers(found: _Cells, typed: str, dialling: Dialling) -> Unread | None:
    for each in cell.several(typed):
        read = cell.number(each, dialling)
        if isinstance(read, Unread):
            return read
        found.numbers.append(read)
    return None


def _named_day(found: _Cells, text: str, dialling: Dialling) -> Unread | None:
    name, _, on = text.partition(":")
    return _day(found, name.strip(), on.strip(), dialling)


def _day(found: _Cells, name: str, typed: str, dialling: Dialling) -> Unread | None:
    read = cell.day(typed, region=dialling.region)
    if isinstance(read, Unread):
        return read
    made = Day(name[: contact_date.LONGEST_NAME], read)
    if not contact_date.problem(made, found.days):
        found.days.append(made)
    return None


def _consent(found: _Cells, column: str, typed: str) -> None:
    """Where one column says Yes and another No, the No counts."""
    said = cell.answer(typed)
    if said and is_reversed(column):
        said = "no" if said == "yes" or typed.casefold().strip() == "opted out" else ""
    found.says = "no" if "no" in (said, found.says) else said or found.says
