"""Which days a report shows, as they stand in its address."""

import datetime as dt
from typing import Any

from wtforms import SelectField, StringField
from wtforms.fields.choices import SelectChoice

from forms.base import BaseForm, Typed, stripped
from portal.reports import span
from portal.reports.span import Choice, Days, Span

RANGES = (
    (Choice.MONTH, "30 days"),
    (Choice.QUARTER, "90 days"),
    (Choice.YEAR, "12 months"),
    (Choice.OWN, "Other days"),
)


class ReportRangeForm(BaseForm):
    """`today` is the day it is where the business is."""

    range = SelectField("Days", choices=[SelectChoice(str(value), words) for value, words in RANGES])
    first = StringField("From", filters=[stripped], render_kw={"type": "date", "required": True})
    last = StringField("To", filters=[stripped], render_kw={"type": "date", "required": True})

    def __init__(self, formdata: Typed | None, *, today: dt.date) -> None:
        is_asked = formdata is not None and "range" in formdata
        super().__init__(formdata if is_asked else None, data={"range": str(Choice.MONTH)})
        self.today = today
        self._own: Days | None = None

    def is_valid(self) -> bool:
        return super().is_valid() and (self.range.data != Choice.OWN or self._has_days())

    @property
    def span(self) -> Span:
        """The days to show; the last thirty where what was typed is no range."""
        is_good = not self.errors and (self.range.data != Choice.OWN or self._own is not None)
        return span.of(Choice(self.range.data) if is_good else Choice.MONTH, self.today, self._own)

    @property
    def query(self) -> str:
        """For the address of the same range."""
        chosen = f"range={self.range.data}"
        return f"{chosen}&first={self._own.first}&last={self._own.last}" if self._own else chosen

    def _has_days(self) -> bool:
        first, last = self._day(self.first), self._day(self.last)
        if first is None or last is None:
            return False
        if problem := span.problem(first, last, self.today):
            self.last.errors = (problem,)
            return False
        self._own = Days(first, last)
        return True

    def _day(self, field: Any) -> dt.date | None:
        try:
            return dt.date.fromisoformat(str(field.data or ""))
        except ValueError:
            field.errors = ("Please give a day, like 2026-11-21.",)
            return None
