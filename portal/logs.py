"""Structured lines: an event from a fixed vocabulary and its facts; numbers shortened, bodies and secrets never."""

import json
import logging
import re
import sys
from typing import Any

from portal import clock

_NUMBER = re.compile(r"\+?\d[\d\s().-]{6,}\d")
_CONTROL = re.compile(r"[\x00-\x1f\x7f\x9b]")


def configure(log_format: str = "text", level: int = logging.INFO) -> None:
    """Send everything to standard error in one shape; called once by the commands."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_Json() if log_format == "json" else _Text())
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


class _Text(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        facts = " ".join(f"{name}={value}" for name, value in _facts(record).items())
        line = f"{clock.rfc3339(clock.now())} {record.levelname.lower()} {masked(record.getMessage())} {facts}".rstrip()
        return line + ("\n" + masked_trace(self, record) if record.exc_info else "")


class _Json(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, Any] = {"at": clock.rfc3339(clock.now()), "level": record.levelname.lower()}
        line |= {"logger": record.name, "event": masked(record.getMessage())} | _facts(record)
        if record.exc_info:
            line["trace"] = masked_trace(self, record)
        return json.dumps(line, ensure_ascii=False)


def masked_trace(formatter: logging.Formatter, record: logging.LogRecord) -> str:
    """The traceback without numbers; newlines stay, so that it can be read."""
    trace = formatter.formatException(record.exc_info) if record.exc_info else ""
    return "\n".join(masked(line) for line in trace.splitlines())
