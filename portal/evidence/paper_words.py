"""Text of strangers on paper: what the font lacks becomes a box and is named, so that nothing raises and nothing
vanishes; what hides or reverses is shown as on the pages (promise P16)."""

import unicodedata
from collections import Counter
from collections.abc import Container
from dataclasses import dataclass
from typing import Any

from portal import glyph

BOX = "▯"
NAMED = 6
_SAME = str.maketrans({"\r": "\n", "\t": "    ", "\u2028": "\n", "\u2029": "\n", "\x0b": "\n", "\x0c": "\n"})
_NO_GLYPH = frozenset({"Cc", "Cs", "Co", "Cn"})


@dataclass(frozen=True)
class Printable:
    """`text` as it can be printed, and a `note` about what of it cannot, or nothing."""

    text: str
    note: str = ""


class Printer:
    """`known` are the code points that the font has; each character is looked at once a paper."""

    def __init__(self, known: Container[int]) -> None:
        self._table = _Table(known)

    def __call__(self, said: Any) -> Printable:
        text = glyph.shown("" if said is None else str(said).replace("\r\n", "\n").translate(_SAME))
        printed = text.translate(self._table)
        if BOX not in printed:
            return Printable(printed)
        missing = Counter(was for was, now in zip(text, printed, strict=True) if now == BOX != was)
        return Printable(printed, _note(missing))


class _Table(dict[int, str]):
    """For `str.translate`: one character for one character."""

    def __init__(self, known: Container[int]) -> None:
        super().__init__()
        self._known = known

    def __missing__(self, code: int) -> str:
        char = chr(code)
        is_there = char == "\n" or (code in self._known and unicodedata.category(char) not in _NO_GLYPH)
        self[code] = char if is_there else BOX
        return self[code]


def _note(missing: Counter[str]) -> str:
    """Their code points, and their names where they have one that says something."""
    count = missing.total()
    if not count:
        return ""
    named = [_named(char) for char in list(missing)[:NAMED]]
    more = [f"and {len(missing) - NAMED} others"] if len(missing) > NAMED else []
    which = "1 character" if count == 1 else f"{count} characters"
    theirs = "it is" if count == 1 else "they are"
    return f"{BOX} stands for {which} this paper cannot print: {', '.join([*named, *more])}; {theirs} in evidence.json."


def _named(char: str) -> str:
    name = unicodedata.name(char, "")
    is_telling = name and f"{ord(char):X}" not in name
    return f"U+{ord(char):04X}" + (f" {name.lower()}" if is_telling else "")
