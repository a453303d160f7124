"""Until when a conversation stays out of sight: a moment offered, a moment typed, or until the client writes."""

import datetime as dt
from collections.abc import Iterable

from wtforms import HiddenField, StringField
from wtforms.validators import ValidationError

from forms import moment
from forms.base import BaseForm, Typed
from portal import clock
from portal.messaging import care
from portal.messaging.care import Moment

WRITE, TYPED, BACK = "write", "typed", "back"


class SnoozeForm(BaseForm):
    """`until` is the key of an offered moment, or one of the three words above; `at` belongs to the typed one."""

    until = HiddenField()
    at = StringField("Another time")

    def __init__(self, formdata: Typed | None = None, *, zone: str) -> None:
        self._zone = zone
        super().__init__(formdata)

    @property
    def offered(self) -> Iterable[Moment]:
        return care.moments(clock.now(), self._zone)

    @property
    def moment(self) -> dt.datetime | None:
        """None brings it back. Raises ValidationError."""
        if self.until.data == BACK:
            return None
        if self.until.data == WRITE:
            return care.UNTIL_THEY_WRITE
        if self.until.data == TYPED:
            return moment.read(self.at.data, self._zone, care.problem_of)
        found = next((each.at for each in self.offered if each.key == self.until.data), None)
        if found is None:
            raise ValidationError("Please choose one of these times.")
        return found

    def validate_at(self, field: StringField) -> None:
        _ = self.moment
