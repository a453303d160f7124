"""Structured lines: an event from a fixed vocabulary and its facts; numbers shortened, bodies and secrets never."""

import json
import logging
import re
import sys
import traceback
from collections.abc import Iterator
from typing import Any

from portal import clock

_NUMBER = re.compile(r"\+?\d[\d\s().-]{6,}\d")
_QUOTED = re.compile(r"""'.*'|".*"|“.*”|\(.*=.*\)|\{.*\}|\[.*\]""")
_IDENTIFIER = re.compile(r"[a-z]+(_[a-z]+)+")
_CONTROL = re.compile(r"[\x00-\x1f\x7f\x9b]")


MOST = 300  # characters of what an error says


def configure(log_format: str = "text", level: int = logging.INFO) -> None:
    """Send everything to standard error in one shape; called once by the commands."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonLine() if log_format == "json" else TextLine())
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    for chatty in ("apscheduler", "alembic"):
        logging.getLogger(chatty).setLevel(logging.WARNING)


def event(name: str, /, *, level: int = logging.INFO, **facts: Any) -> None:
    """Write one event, e.g. `event("webhook.rejected", provider="twilio", reason="signature")`."""
    logging.getLogger("portal").log(level, name, extra={"facts": facts})


def trace(name: str, /) -> None:
    """Write the exception being handled, with its traceback; numbers are shortened in it."""
    logging.getLogger("portal").error(name, exc_info=True, extra={"facts": {}})


def masked(text: str) -> str:
    """`text` with anything like a phone number shortened and control characters shown (promises.md G)."""
    shown = _CONTROL.sub(lambda found: f"\\x{ord(found.group()):02x}", text)
    return _NUMBER.sub(lambda found: _short(found.group()), shown)


def _short(number: str) -> str:
    digits = re.sub(r"\D", "", number)
    return f"{'+' if number.startswith('+') else ''}{digits[:4]}•••{digits[-4:]}"


def _facts(record: logging.LogRecord) -> dict[str, str]:
    facts: dict[str, Any] = getattr(record, "facts", {})
    return {name: masked(str(value)) for name, value in facts.items()}


class TextLine(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        facts = " ".join(f"{name}={value}" for name, value in _facts(record).items())
        line = f"{clock.rfc3339(clock.now())} {record.levelname.lower()} {masked(record.getMessage())} {facts}".rstrip()
        error = record.exc_info[1] if record.exc_info else None
        return line + ("\n" + masked_trace(error) if error is not None else "")


class JsonLine(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, Any] = {"at": clock.rfc3339(clock.now()), "level": record.levelname.lower()}
        line |= {"logger": record.name, "event": masked(record.getMessage())} | _facts(record)
        error = record.exc_info[1] if record.exc_info else None
        if error is not None:
            line["trace"] = masked_trace(error)
        return json.dumps(line, ensure_ascii=False)


def masked_trace(error: BaseException) -> str:
    """Where it happened and what kind it was. Of what it says, the first line without anything in quotation marks: an
    error likes to quote what it could not read, and that may be a client's name or words."""
    told = traceback.TracebackException.from_exception(error)
    return "".join(_chain(told)).rstrip()


def _chain(told: traceback.TracebackException) -> Iterator[str]:
    before = told.__cause__ or (None if told.__suppress_context__ else told.__context__)
    if before is not None:
        yield from _chain(before)
        yield "\nThen:\n"
    yield from told.stack.format()
    kind = told.exc_type.__name__ if told.exc_type is not None else "Error"
    first = (str(told).splitlines() or [""])[0][:MOST]
    yield f"{kind}: {masked(_QUOTED.sub(_kept, first))}\n" if first else f"{kind}\n"


def _kept(found: re.Match[str]) -> str:
    """Names of tables and columns say what to mend."""
    return found.group() if _IDENTIFIER.fullmatch(found.group()[1:-1]) else "…"
