"""Labelled replies: the open set, and our own in the families of replies/README, in the same six columns."""

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

PUBLIC = {"stop": "opt_out", "stop_review": "review"}
OPEN = "replies.tsv"
OWN = "replies_own.tsv"


@dataclass(frozen=True)
class Reply:
    """One row; `right` are all meanings a careful reader may give it, `family` is what the set is sliced by."""

    text: str
    label: str
    language: str
    family: str
    right: frozenset[str]


def unescaped(text: str) -> str:
    def char(found: re.Match[str]) -> str:
        code = found[1]
        return {"\\": "\\", "n": "\n", "r": "\r", "t": "\t"}.get(code) or chr(int(code[1:], 16))

    return re.sub(r"\\(\\|n|r|t|u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8})", char, text)


@cache
def every(file: str) -> tuple[Reply, ...]:
    lines = (Path(__file__).parent / file).read_text(encoding="utf-8").split("\n")[1:-1]
    return tuple(_reply(*line.split("\t")) for line in lines)


def _reply(_id: str, text: str, label: str, language: str, _source: str, note: str) -> Reply:
    right = frozenset(PUBLIC.get(word, word) for word in (label, *re.findall(r"alt=(\w+)", note)))
    return Reply(unescaped(text), label, language, note.partition(";")[0], right)


def labelled(file: str, *labels: str) -> tuple[Reply, ...]:
    return tuple(reply for reply in every(file) if reply.label in labels)
