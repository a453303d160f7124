"""One thing that was looked at, and how it is: what pages show and mails tell."""

from dataclasses import dataclass
from enum import IntEnum


class Level(IntEnum):
    WELL = 0
    LOOK = 1
    BROKEN = 2


@dataclass(frozen=True)
class Sign:
    """`words` say what is, `advice` what to do about it; `url` leads there. `is_mailed`: owners are told by mail while
    it is not well."""

    kind: str
    level: Level
    title: str
    words: str
    advice: str = ""
    url: str = ""
    is_mailed: bool = True
