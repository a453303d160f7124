"""Picks parts out of JSON that somebody else wrote: each is of the kind it should be, or a ValueError says so."""

import json
from collections.abc import Mapping
from typing import Any


def said(body: bytes) -> Mapping[str, Any]:
    """The JSON object of an answer, empty when there is none."""
    try:
        found = json.loads(body)
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def inside(owner: Mapping[str, Any], name: str, inner: str) -> str:
    """The text `owner[name][inner]`. Raises ValueError when there is none."""
    return text(part(owner, name), inner)


def part(owner: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    """The object `owner[name]`. Raises ValueError for anything else."""
    found = owner.get(name)
    if not isinstance(found, dict):
        raise ValueError(f"{name} is no object")
    return found


def text(owner: Mapping[str, Any], name: str) -> str:
    """Raises ValueError for anything but a text."""
    found = owner.get(name)
    if not isinstance(found, str):
        raise ValueError(f"{name} is no text")
    return found


def plain(said: object) -> str:
    """Without NUL and halves of characters, which no database takes."""
    return str(said).replace("\0", "").encode("utf-8", "replace").decode() if isinstance(said, str) else ""


def items(owner: Mapping[str, Any], name: str) -> list[Any]:
    found = owner.get(name)
    return found if isinstance(found, list) else []


def as_object(found: Any) -> Mapping[str, Any]:
    if not isinstance(found, dict):
        raise ValueError("no object")
    known: Mapping[str, Any] = found
    return known
