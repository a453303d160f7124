"""The kinds of value that calls and answers share: one line, words, a moment, a page of a list."""

import datetime as dt
import re
from typing import Annotated, Any

from pydantic import AfterValidator, AwareDatetime, BaseModel, BeforeValidator, ConfigDict, Field, PlainSerializer

from portal import clock
from portal.consent import phone_number
from portal.errors import Invalid

ID = r"^[A-Za-z0-9_-]{1,64}$"
IN_PATH = r"[A-Za-z0-9_.-]{1,64}"
"""What stands in a path: an id, or the key of a wording, which has dots."""

_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")
_BREAK = re.compile(r"[\x00-\x1f\x7f\u0085\u2028\u2029]")
_BLANK_FOR_PLUS = re.compile(r"(?<=[\d]) (?=\d\d:?\d\d$)")
EARLIEST = dt.datetime(1990, 1, 1, tzinfo=dt.UTC)
LATEST = dt.datetime(2200, 1, 1, tzinfo=dt.UTC)


class Given(BaseModel):
    """What somebody sends: exactly the declared fields, exactly their types."""

    model_config = ConfigDict(extra="forbid", strict=True, defer_build=True)


class Told(BaseModel):
    """What we answer."""

    model_config = ConfigDict(defer_build=True)


class Asked(BaseModel):
    """A query: exactly the declared parameters, read from text."""

    model_config = ConfigDict(extra="forbid", defer_build=True)


class Nothing(Asked):
    """A call that takes no query."""


class Limited(Asked):
    limit: int = Field(50, ge=1, le=200)


class Page(Limited):
    """The query of a list. `after` is the `next` of the page before."""

    after: str | None = Field(None, pattern=ID)


def _line(text: str) -> str:
    if _BREAK.search(text):
        raise ValueError("one line without control characters is expected")
    return " ".join(text.split())


def _words(text: str) -> str:
    """Line breaks in one form; nothing that a handset or a database would choke on."""
    text = text.replace("\r\n", "\n")
    if _CONTROL.search(text):
        raise ValueError("control characters are not allowed")
    if not text.strip():
        raise ValueError("some words are expected")
    return text


def _sane(moment: dt.datetime) -> dt.datetime:
    if not EARLIEST <= moment <= LATEST:
        raise ValueError("a time between 1990 and 2200 is expected")
    return moment.astimezone(dt.UTC)


def _with_plus(text: Any) -> Any:
    """In a query string, + is a blank unless it is escaped; 10:00:00 00:00 was meant as 10:00:00+00:00."""
    return _BLANK_FOR_PLUS.sub("+", text) if isinstance(text, str) else text


Id = Annotated[str, Field(pattern=ID)]
Line = Annotated[str, AfterValidator(_line)]
Words = Annotated[str, AfterValidator(_words)]
Moment = Annotated[AwareDatetime, AfterValidator(_sane), PlainSerializer(clock.rfc3339, return_type=str)]
QueryMoment = Annotated[Moment, BeforeValidator(_with_plus)]


def sought(typed: str | None, region: str) -> str | None:
    """The number behind any spelling in a query, where an unescaped + arrives as a blank. Raises Invalid."""
    if typed is None:
        return None
    number = phone_number.readable("+" + typed.lstrip() if typed.startswith(" ") else typed, region=region)
    if number is None:
        sentence = "This cannot be read as a phone number."
        raise Invalid(sentence, fields={"number": [sentence]})
    return number
