"""A business's own words for Yes and Stop, one a line. What each may mean is for messaging/keyword.py to say."""

from wtforms import TextAreaField
from wtforms.validators import ValidationError

from forms.base import BaseForm, one_line
from portal.messaging import keyword


class WordsField(TextAreaField):
    """Shown one a line; its data is the list."""

    def _value(self) -> str:
        return "\n".join(self.data or [])

    def process_formdata(self, valuelist: list[str]) -> None:
        lines = (one_line(line) for line in "\n".join(valuelist).splitlines())
        self.data = [line for line in lines if line]


class KeywordsForm(BaseForm):
    opt_in = WordsField("More words that mean Yes")
    opt_out = WordsField("More words that mean Stop")

    def validate_opt_in(self, field: WordsField) -> None:
        _few(field)

    def validate_opt_out(self, field: WordsField) -> None:
        _few(field)

    @property
    def words(self) -> dict[str, list[str]]:
        return {"opt_in": list(self.opt_in.data or []), "opt_out": list(self.opt_out.data or [])}


def _few(field: WordsField) -> None:
    if len(field.data or []) > keyword.MOST:
        raise ValidationError(f"{keyword.MOST} words are the most.")
