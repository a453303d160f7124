"""What all forms share: texts are trimmed by nobody but the field that says so, and errors are sentences."""

from collections.abc import Mapping
from typing import Any, Protocol

from wtforms import Form, StringField
from wtforms.validators import DataRequired, Length


class Typed(Protocol):
    """What a browser sent: names with one or several values. The web's form data is one; forms know no HTTP."""

    def getlist(self, key: Any) -> list[Any]: ...
    def __contains__(self, key: object) -> bool: ...
    def __len__(self) -> int: ...


class BaseForm(Form):
    """A WTForms form fed with what was typed, or with `data` for a first showing."""

    def __init__(self, formdata: Typed | None = None, *, data: Mapping[str, Any] | None = None) -> None:
        super().__init__(formdata=formdata, data=data)

    def is_valid(self) -> bool:
        """Check every field; the sentences are in each field's `errors`."""
        return bool(self.validate())


def one_line(value: str | None) -> str | None:
    """A field filter: one line without blanks at the ends, without characters that no keyboard types."""
    if not isinstance(value, str):
        return value
    return " ".join("".join(char if ord(char) >= 0x20 and ord(char) != 0x7F else " " for char in value).split())


def stripped(value: str | None) -> str | None:
    """A field filter: without blanks at the ends."""
    return value.strip() if isinstance(value, str) else value


def name_field(most: int) -> StringField:
    """What a member calls something of theirs, in at most `most` characters."""
    return StringField(
        "Name",
        [DataRequired("Please give a name."), Length(max=most, message=f"Please use at most {most} characters.")],
        filters=[one_line], render_kw={"autocomplete": "off", "maxlength": str(most)},
    )  # fmt: skip
