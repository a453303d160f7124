"""How salts and commitments of entries with the same fields are stored, so that they are read without parsing.

Nearly all entries of a ledger have one of a few sets of fields. What a shape takes apart it puts together again in the
spelling that was sealed, and only a hash that fits proves it: a text that was changed anywhere fits no shape, or hashes
to something else.
"""

import json
import re
import struct
from collections.abc import Callable, Sequence
from operator import itemgetter
from typing import Any

from portal.consent.ledger import SALT_BYTES

MOST = 200  # shapes remembered at a time; there are a few dozen
_HASH_DIGITS = 64
_SPELLINGS = (("{", ": ", ", ", "}"), ("{", ":", ",", "}"), ("{ ", " : ", ", ", " }"))
"""How names and values are joined: by us, by SQLite's json_remove, by PostgreSQL's json_object_agg."""
_PLAIN = re.compile(r"\w*", re.ASCII)
_Pick = Callable[[Sequence[str]], tuple[str, ...]]


class Shape:
    """Of salts for `names`, and of commitments to `sealed`, each in stored order. `gone` are the names without a value
    now, `kept` takes the others' commitments from all of them."""

    def __init__(self, names: Sequence[str], sealed: Sequence[str], spelling: Sequence[str]) -> None:
        self.names = tuple(names)
        self.gone = [name for name in sealed if name not in names]
        self.kept: _Pick = _picking([sealed.index(name) for name in names]) if names != sealed else tuple
        self._salts = _pattern(names, SALT_BYTES * 2, spelling)
        self._parted = struct.Struct(f"{SALT_BYTES}s" * len(names))
        self._commitments = _pattern(sealed, _HASH_DIGITS, _SPELLINGS[0])
        order = sorted(range(len(sealed)), key=lambda at: sealed[at])
        self._sorted: _Pick = _picking(order)
        self._canonical: str = "{" + ",".join(f'"{sealed[at]}":"%s"' for at in order) + "}"

    def salts(self, text: str) -> tuple[bytes, ...] | None:
        """None where they are stored differently. Raises ValueError for what is not hex."""
        found = self._salts.fullmatch(text)
        noise = bytes.fromhex("".join(found.groups())) if found else b""
        is_whole = found is not None and len(noise) == self._parted.size  # or there are blanks between the digits
        return self._parted.unpack(noise) if is_whole else None

    def commitments(self, text: str) -> tuple[str, ...] | None:
        """None where they are stored differently."""
        found = self._commitments.fullmatch(text)
        return found.groups() if found else None

    def canonical(self, commitments: tuple[str, ...]) -> str:
        return self._canonical % self._sorted(commitments)


def of(salts: str, commitments: str) -> Shape | None:
    """The shape of these two texts, if they have one. Raises ValueError for what is no JSON, AttributeError for what is
    no object."""
    names, sealed = list(json.loads(salts).keys()), list(json.loads(commitments).keys())
    if not set(names) <= set(sealed) or not all(map(_PLAIN.fullmatch, sealed)):
        return None
    for spelling in _SPELLINGS:
        if _pattern(names, SALT_BYTES * 2, spelling).fullmatch(salts):
            return Shape(names, sealed, spelling)
    return None


def _pattern(names: Sequence[str], width: int, spelling: Sequence[str]) -> re.Pattern[str]:
    opening, colon, comma, closing = map(re.escape, spelling)
    inner = comma.join(f'"{name}"{colon}"(.{{{width}}})"' for name in names)
    return re.compile(opening + inner + closing if names else r"\{\}", re.DOTALL)


def _picking(places: list[int]) -> Any:
    """From a sequence, the items at these places as a tuple."""
    if len(places) > 1:
        return itemgetter(*places)
    return lambda found: tuple(found[at] for at in places)
