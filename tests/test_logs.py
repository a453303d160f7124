"""What is written into the log: enough to mend a fault, and nothing of a client (promises.md G)."""

import json
import logging
import sys

import pytest

from portal import logs
from portal.logs import JsonLine, TextLine
from tests.canary import canary

NAME, WORDS, NUMBER, MAIL = "Rosa Delgado", "my secret appointment", "+1 415 555 0132", "rosa@example.com"


class OddError(Exception):
    """One that says several lines."""


def fails(error: Exception) -> logging.LogRecord:
    try:
        try:
            raise ValueError(f"no reading of {WORDS!r}")
        except ValueError:
            raise error from None if error.args and error.args[0] == "alone" else sys.exc_info()[1]
    except Exception:
        return logging.LogRecord("portal", 40, __file__, 1, "request.crashed", None, sys.exc_info())


@pytest.mark.parametrize("shape", [TextLine(), JsonLine()])
@pytest.mark.parametrize(
    "error",
    [
        KeyError(NAME),
        ValueError(f"invalid literal for int() with base 10: '{WORDS}'"),
        ValueError(f"cannot read “{WORDS}”"),
        OddError(f"duplicate key\nDETAIL:  Key (email)=({MAIL}) already exists."),
        OddError(f"[SQL: INSERT …]\n[parameters: ('{NAME}', '{WORDS}')]"),
        OddError(f"Key (email)=({MAIL}) already exists."),
        OddError(f"no such number {NUMBER}"),
        OddError(f"{{'name': '{NAME}'}}"),
    ],
    ids=lambda error: str(error)[:30] if isinstance(error, Exception) else "",
)
def test_a_trace_quotes_nobody(shape: logging.Formatter, error: Exception) -> None:
    line = shape.format(fails(error))
    assert not any(each in line for each in (NAME, "Rosa", WORDS, "appointment", NUMBER, "555 0132", MAIL))
    assert type(error).__name__ in line
    assert "test_logs.py" in line, "and says where it was"


def test_a_trace_says_what_came_before_and_which_index_it_was() -> None:
    line = TextLine().format(fails(OddError('duplicate key violates unique constraint "message_once"')))
    assert "ValueError: no reading of …" in line
    assert "Then:" in line
    assert 'OddError: duplicate key violates unique constraint "message_once"' in line


def test_one_line_is_one_line_whatever_is_in_it() -> None:
    record = logging.LogRecord("portal", 20, __file__, 1, "webhook.rejected", None, None)
    record.facts = {"reason": "a\r\nforged line\x1b[31m", "number": NUMBER}
    for shape in (TextLine(), JsonLine()):
        line = shape.format(record)
        assert "\n" not in line
        assert "\x1b" not in line
        assert "555 0132" not in line
    assert json.loads(JsonLine().format(record))["event"] == "webhook.rejected"


@pytest.mark.logs_freely
@pytest.mark.parametrize("said", ["correct horse battery", "Rosa Delgado is here"])
def test_the_canary_of_the_whole_suite_sings(said: str) -> None:
    before = len(canary.hits)
    logging.getLogger("somebody").warning(said)
    assert len(canary.hits) == before + 2, "in both shapes"


def test_a_number_never_gets_as_far_as_the_canary() -> None:
    for number in (NUMBER, "+14155550132", "14155550132", "(415) 555-0132", "415.555.0132"):
        assert logs.masked(f"calling {number} now") != f"calling {number} now"
