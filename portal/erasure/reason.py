"""Why somebody is erased, in the words of a list: a typed reason could name the person who is to be forgotten."""

from enum import StrEnum


class Reason(StrEnum):
    """`NEVER_TEXT` keeps their numbers suppressed whatever they had agreed to."""

    ASKED = "asked"
    NEVER_TEXT = "never_text"
    FORMER = "former"
    MISTAKE = "mistake"
    OTHER = "other"


WORDS = {
    Reason.ASKED: "They asked to be erased",
    Reason.NEVER_TEXT: "They asked to be erased, and never to be texted again",
    Reason.FORMER: "They are no client of ours any more",
    Reason.MISTAKE: "We should never have had their data",
    Reason.OTHER: "Another reason",
}


def of(typed: str) -> Reason:
    """A program's own words are not kept: they could name the person."""
    return Reason(typed) if typed in set(Reason) else Reason.OTHER
