"""How long a business keeps one kind of thing."""

from wtforms import BooleanField, IntegerField
from wtforms.validators import InputRequired, ValidationError

from forms.base import BaseForm, Typed
from portal.errors import Invalid
from portal.retention import period
from portal.retention.period import Period


class PeriodForm(BaseForm):
    """`is_seen`: how many would go was shown, and they still want it."""

    length = IntegerField("Keep for", [InputRequired("Please give a whole number.")])
    is_seen = BooleanField("Yes, delete them")

    def __init__(self, formdata: Typed | None = None, *, kept: Period) -> None:
        self._kept = kept
        super().__init__(formdata, data=None if formdata else {"length": kept.length})
        self.length.id = f"length-{kept.kind}"
        self.length.label.text = f"Keep for how many {kept.unit}?"
        ever = "; 0 is for ever" if kept.may_be_kept else ""
        self.length.description = f"{kept.least} to {kept.most}{ever}."
        self.is_seen.id = f"seen-{kept.kind}"

    def validate_length(self, field: IntegerField) -> None:
        if field.data is None:
            raise ValidationError("Please give a whole number.")
        try:
            period.check(self._kept, field.data)
        except Invalid as refused:
            raise ValidationError(str(refused)) from refused
