"""JSON that a provider sent, read so that nobody can say two things at once: a name given twice is refused."""

import json
from collections.abc import Iterable
from typing import Any


def load(body: bytes) -> Any:
    """Raises ValueError for what is no JSON, too deep, or names something twice in one object."""
    try:
        return json.loads(body, object_pairs_hook=_once)
    except RecursionError as error:
        raise ValueError("too deep") from error


def _once(pairs: Iterable[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, value in pairs:
        if name in found:
            raise ValueError("a name is given twice")
        found[name] = value
    return found
