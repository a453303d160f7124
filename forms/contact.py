"""A contact as it is being typed: name, e-mail address, rows of numbers and rows of dates, each with its own sentence.

Each number says which one it `was`, so that what a colleague changed meanwhile is not undone by an older page (X-14).
"""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import zip_longest
from typing import Any

from forms.base import Typed, one_line
from forms.contact_name import ContactNameForm
from forms.phone_number import Dialling
from portal.consent import phone_number
from portal.consent.phone_number import Refused
from portal.contacts import contact_date
from portal.contacts.contact import MOST_NUMBERS
from portal.contacts.contact_date import MOST_DATES, Day

MOST_ROWS = 100  # of a hostile form are looked at
LONGEST_TYPED = 300


@dataclass
class NumberRow:
    """`number` is the exact one once it was valid; a row left empty takes the number away."""

    typed: str
    was: str = ""
    number: str = ""
    problem: str = ""


@dataclass
class DateRow:
    name: str = ""
    typed: str = ""
    day: Day | None = None
    problem: str = ""


class ContactForm(ContactNameForm):
    """`numbers` and `dates` are what it starts with when nothing was typed yet."""

    def __init__(
        self,
        formdata: Typed | None = None,
        *,
        dialling: Dialling,
        data: dict[str, Any] | None = None,
        numbers: Sequence[str] = (),
        dates: Sequence[Day] = (),
    ) -> None:
        super().__init__(formdata, data=data)
        self.dialling = dialling
        self.sentences: list[str] = []
        if formdata is None:
            self.numbers = [NumberRow(phone_number.display(each), each) for each in numbers]
            self.dates = [DateRow(day.name, day.on_date.isoformat()) for day in dates]
            self.numbers.append(NumberRow(""))
        else:
            typed, was = _all(formdata, "number"), _all(formdata, "was")
            self.numbers = [NumberRow(*each) for each in zip_longest(typed, was[: len(typed)], fillvalue="")]
            names, days = _all(formdata, "date_name"), _all(formdata, "date_on")
            self.dates = [DateRow(*each) for each in zip_longest(names, days, fillvalue="")]

    def has_grown(self, do: str) -> bool:
        """Whether the button asked for one more row, `number` or `date`, and for nothing else."""
        match do:
            case "number":
                self.numbers.append(NumberRow(""))
            case "date":
                self.dates.append(DateRow())
            case _:
                return False
        return True

    def is_valid(self) -> bool:
        """Every field and every row is checked, so that all sentences are said at once."""
        is_good = super().is_valid()
        for number in self.numbers:
            self._read_number(number)
        for date in self.dates:
            self._read_date(date)
        if len({each.number or each.typed for each in self.numbers if each.typed}) > MOST_NUMBERS:
            self.sentences.append(f"A contact has at most {MOST_NUMBERS} numbers.")
        if len(self.days) > MOST_DATES:
            self.sentences.append(f"A contact has at most {MOST_DATES} dates.")
        problems = [each.problem for each in self.numbers] + [each.problem for each in self.dates]
        return is_good and not self.sentences and not any(problems)

    @property
    def changes(self) -> list[tuple[str | None, str | None]]:
        """(old, new) for each number that comes, goes or is another one now."""
        had = {each.was for each in self.numbers if each.was}
        kept = {each.number for each in self.numbers if each.number}
        found: list[tuple[str | None, str | None]] = []
        for each in self.numbers:
            new = each.number if each.number not in had | {new for _, new in found} else ""
            old = each.was if each.was not in kept else ""
            if old or new:
                found.append((old or None, new or None))
        return found

    @property
    def new_numbers(self) -> list[str]:
        return list(dict.fromkeys(each.number for each in self.numbers if each.number))

    @property
    def days(self) -> list[Day]:
        return [each.day for each in self.dates if each.day is not None]

    def _read_number(self, row: NumberRow) -> None:
        """A number that the contact has already is not judged again, however it is spelled (H-4)."""
        if not row.typed:
            return
        dialling = self.dialling
        if row.was and phone_number.readable(row.typed, region=dialling.region) == row.was:
            row.number = row.was
            return
        found = phone_number.parse(
            row.typed, region=dialling.region, allowed_regions=dialling.allowed_regions,
            own_numbers=dialling.own_numbers,
        )  # fmt: skip
        if isinstance(found, Refused):
            row.problem = found.sentence
        else:
            row.number = found.e164

    def _read_date(self, row: DateRow) -> None:
        if not row.name and not row.typed:
            return
        try:
            day = Day(row.name, dt.date.fromisoformat(row.typed))
        except ValueError:
            row.problem = "Please give a day, as in 2026-11-22."
            return
        row.problem = contact_date.problem(day, self.days)
        row.day = None if row.problem else day


def _all(form: Typed, name: str) -> list[str]:
    return [one_line(str(each)[:LONGEST_TYPED]) or "" for each in form.getlist(name)[:MOST_ROWS]]
