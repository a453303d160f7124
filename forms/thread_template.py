"""Choosing an approved WhatsApp template and the values of its places."""

from forms.base import BaseForm, Typed, one_line

MOST_VALUES = 20
LONGEST = 200


class TemplateForm(BaseForm):
    """`values` as they were typed, one for each place of the template that was chosen."""

    def __init__(self, formdata: Typed | None = None, *, places: int) -> None:
        super().__init__(formdata)
        typed = [str(value) for value in formdata.getlist("value")] if formdata is not None else []
        padded = [*typed, *[""] * MOST_VALUES]
        self.typed = [(one_line(value) or "")[:LONGEST] for value in padded[: min(places, MOST_VALUES)]]

    @property
    def problem(self) -> str:
        return "" if all(self.typed) else "Please fill in every place of the template."
