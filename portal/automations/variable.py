"""The few words that stand for others in an automatic text; no answer typed into a questionnaire is among them (law 7).

`{first_name|there}` says what to write where there is no value. Without it, a text that lacks a value is not sent.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass

VARIABLES: Mapping[str, str] = {
    "first_name": "the first word of the client's name",
    "name": "the client's name",
    "business": "the name of your business",
    "project": "the name of the project",
    "date": "the day it is about",
}
_SHOWN: Mapping[str, str] = {
    "first_name": "first name", "name": "name", "business": "your business", "project": "project", "date": "day",
}  # fmt: skip
NAMES = frozenset({"first_name", "name"})
_PLACE = re.compile(r"\{([^{}|]*)(?:\|([^{}|]*))?\}")


@dataclass(frozen=True)
class Missing:
    """The text cannot be written: this variable has neither a value nor a word in its place."""

    variable: str

    @property
    def reason(self) -> str:
        return f"no value for {{{self.variable}}}"


def fill(text: str, facts: Mapping[str, str]) -> str | Missing:
    """`text` with its variables replaced once: braces inside a value stay as they are. Blank values count as none."""
    pieces, at = [], 0
    for place in _PLACE.finditer(text):
        name, instead = place[1].strip(), place[2]
        value = facts.get(name, "").strip() or instead
        if value is None:
            return Missing(name)
        pieces += [text[at : place.start()], value]
        at = place.end()
    return "".join([*pieces, text[at:]])


def shown(text: str, facts: Mapping[str, str] | None = None) -> str:
    """For members to read, without braces: with `facts` as it would be filled in, and what has no value as its name in
    brackets; without them every variable so."""

    def words(place: re.Match[str]) -> str:
        name, instead = place[1].strip(), place[2] if facts is not None else None
        value = (facts or {}).get(name, "").strip() or instead
        return f"[{_SHOWN.get(name, name)}]" if value is None else value

    return _PLACE.sub(words, text)


def used(text: str) -> set[str]:
    """The names in braces, known or not."""
    return {place[1].strip() for place in _PLACE.finditer(text)}


def needed(text: str) -> set[str]:
    """Those without a word in their place."""
    return {place[1].strip() for place in _PLACE.finditer(text) if place[2] is None}


def unknown(text: str) -> list[str]:
    """Names in braces that are no variables, in order."""
    return sorted(used(text) - set(VARIABLES))
