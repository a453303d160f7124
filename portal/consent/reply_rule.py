"""One row of the table of how replies are read, and the words for what it means and how it looks at a text."""

from dataclasses import dataclass
from enum import StrEnum


class Meaning(StrEnum):
    """What a reply means for consent; `review` holds automated texts until a member has looked."""

    OPT_OUT = "opt_out"
    REVIEW = "review"
    START = "start"
    YES = "yes"
    NO = "no"
    HELP = "help"
    NONE = "none"


class How(StrEnum):
    """How a rule looks at a reply."""

    WRITTEN = "the whole message is one of these words, accents and all"
    WHOLE = "the whole message is one of these phrases"
    ONLY = "the message is these words and courtesy"
    SLIP = "the message is a slip of the finger for one of these words"
    EMOJI = "the message is pictures, one of these among them"
    INNOCENT = "these spans are everyday language and are blanked out"
    INSIDE = "a span of the message matches this pattern"
    SHAPE = "a span of the message has these kinds of words"
    NAMED = "a span of the message as written, capital letters and all, matches this pattern"


@dataclass(frozen=True)
class Rule:
    """One row.  `says` is a list separated by " | ", or a pattern over the output of `reply_text.plain`."""

    id: str
    language: str
    meaning: Meaning
    how: How
    says: str
    example: str
    counter_example: str
    is_likely: bool = False
    """Of a row in doubt: whether the sender more likely than not wants no texts (replies/README 6.9)."""

    def phrases(self) -> list[str]:
        return self.says.split(" | ")
