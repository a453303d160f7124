"""What a call sends, read once and strictly: JSON that two readers could understand differently is refused.

Broken JSON is a 400. What JSON allows and no value here can be is a 422 that names it: half a character (a surrogate
alone), NUL, the same name twice in one object. Everything else is the declared fields' business.
"""

import json
import re
from typing import Any

from pydantic import BaseModel, ValidationError

from portal.errors import BadRequest, Invalid, Problem

_SENTENCES = {"missing": "Please give this.", "extra_forbidden": "There is no such field here."}
_SURROGATE = re.compile(rb"\\u[dD][89a-fA-F]")
_HALF = "A character is incomplete: \\ud800 to \\udfff come in pairs only."


def understood(kind: type[BaseModel] | None, raw: bytes) -> BaseModel | Problem | None:
    """The value, or what is wrong with it; None where the call takes no body."""
    if kind is None:
        return None
    try:
        found = kind.model_validate_json(raw)
        json.loads(raw, object_pairs_hook=_checked)
    except ValidationError as error:
        return _refused("body", _HALF) if _has_half(raw) else problem(error)
    except Invalid as refused:
        return refused
    except ValueError:  # digits beyond what any program reads
        return BadRequest("The body is not JSON.")
    return found


def problem(error: ValidationError) -> Problem:
    """A 422 names each field, with dots between its parts."""
    fields: dict[str, list[str]] = {}
    for each in error.errors(include_url=False, include_context=False, include_input=False):
        if each["type"] == "json_invalid":
            return BadRequest("The body is not JSON.")
        name = ".".join(str(part)[:40] for part in each["loc"]) or "body"
        fields.setdefault(name, []).append(_SENTENCES.get(each["type"]) or each["msg"].removeprefix("Value error, "))
    return Invalid(f"Please look again at: {', '.join(fields)}.", fields=fields)


def _has_half(raw: bytes) -> bool:
    """Whether a surrogate alone is all that is wrong with it as JSON."""
    if not _SURROGATE.search(raw):
        return False
    try:
        text = json.dumps(json.loads(raw.decode()), ensure_ascii=False)
    except (ValueError, RecursionError):
        return False
    return any("\ud800" <= char <= "\udfff" for char in text)


def _checked(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Called for each object of the body, the inner ones first. Raises Invalid."""
    found: dict[str, Any] = {}
    for name, value in pairs:
        if name in found:
            raise _refused(name[:40], "Please give it once.")
        if any("\x00" in each for each in _texts(value)):
            raise _refused(name[:40], "NUL is no character of a text.")
        found[name] = value
    return found


def _texts(value: Any) -> list[str]:
    parts = value if isinstance(value, list) else [value]
    return [each for each in parts if isinstance(each, str)]


def _refused(name: str, sentence: str) -> Invalid:
    return Invalid(f"Please look again at: {name}.", fields={name: [sentence]})
