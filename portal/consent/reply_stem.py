"""What must stand in a text for a pattern to match it, read from the pattern: most rows need not be tried at all.

It knows the syntax that the rows use: groups, classes, look-arounds, `?`, `*`, `+`, `{m,n}`.
"""

import re

_PIECE = re.compile(r"\((?:\?<?[=!]|\?:)?|\[\^?\]?(?:\\.|[^\]\\])*\]|\\.|[)|]|.", re.DOTALL)
_QUANTIFIER = re.compile(r"[?*+]|\{(\d*),?\d*\}")
_ZERO_WIDTH = frozenset((r"\b", "^", "$"))

Stems = frozenset[str]
"""One of these occurs in every text that matches; none are known where it is empty."""


def alternatives(says: str) -> list[str]:
    """The branches of a pattern that stand outside of every group."""
    parts, depth = [""], 0
    for found in _PIECE.finditer(says):
        piece = found[0]
        depth += piece.startswith("(") - (piece == ")")
        if piece == "|" and depth == 0:
            parts.append("")
        else:
            parts[-1] += piece
    return parts


def needed(says: str) -> Stems:
    return _branches(says, 0)[0]


def _branches(says: str, at: int) -> tuple[Stems, int]:
    """Of a group, or of the whole pattern: the stems of all branches, if each has some."""
    found: list[Stems] = []
    while True:
        stems, at = _sequence(says, at)
        found.append(stems)
        if at >= len(says) or says[at] == ")":
            return (frozenset().union(*found) if all(found) else frozenset()), at + 1
        at += 1


def _sequence(says: str, at: int) -> tuple[Stems, int]:
    """Of one branch: its most telling part, and where the branch ends."""
    candidates: list[Stems] = []
    run = ""
    while at < len(says) and says[at] not in "|)":
        piece, start = _piece_at(says, at), at
        at += len(piece)
        inner: Stems = frozenset()
        if piece.startswith("("):
            inner, at = _branches(says, at)
        is_needed, at = _quantified(says, at)
        if piece in _ZERO_WIDTH or piece.startswith(("(?=", "(?!", "(?<")):
            continue
        letter = _letter(piece) if is_needed else ""
        run += letter
        if not letter or (says[at - 1 : at] in ("+", "}") and at - start > len(piece)):
            candidates += [frozenset((run,)), inner if is_needed else frozenset()]
            run = ""
    return max([*candidates, frozenset((run,))], key=_weight), at


def _piece_at(says: str, at: int) -> str:
    found = _PIECE.match(says, at)
    return found[0] if found else says[at]


def _quantified(says: str, at: int) -> tuple[bool, int]:
    """Whether what stands before must occur, and where to read on."""
    found = _QUANTIFIER.match(says, at)
    if not found:
        return True, at
    return found[0] == "+" or found[1] not in (None, "", "0"), found.end()


def _letter(piece: str) -> str:
    """The one letter that a piece stands for, or "" for a class of them."""
    if len(piece) == 1:
        return "" if piece in ".()|" else piece
    return piece[1] if len(piece) == 2 and piece[0] == "\\" and not piece[1].isalnum() else ""


def _weight(stems: Stems) -> tuple[int, int]:
    return min((len(stem.strip()) + 2 * (not stem.isascii()) for stem in stems), default=0), -len(stems)
