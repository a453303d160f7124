"""Slips of the finger: how far a word is from another, and a text with the words of a request put right."""

import re
from functools import lru_cache

from portal.consent.reply_words import CORRECTED, REAL_WORDS

SHORT = {
    "dnt": "dont",
    "ur": "your",
    "txts": "texts",
    "txt": "text",
    "msgs": "messages",
    "mo": "more",
    "rmv": "remove",
    "da": "the",
    "u": "you",
    "frm": "from",
    "fone": "phone",
    "abt": "about",
}
"""How thumbs write the words of a request."""

MOST_MENDED = 40
"""Words; who writes more has said it twice."""

GLUED = re.compile(
    r"\b(stop|dont|no|please|pls)(?=(?:text|texts|texting|sending|messaging|contacting|stop|more|remove)\b)"
)
NEARLY_STOP = re.compile(r"\b(\w{3,5})(?= (?:texting|sending|messaging|contacting|txting|bothering)\b)")
NEARLY_TEXT = re.compile(r"(?:(?<=\bdont )|(?<=\bdo not )|(?<=\bstop )|(?<=\bplease ))((?!test)\w{3,5})(?= me\b)")


def mended(said: str) -> str:
    """The text with slips of the finger in words of a request put right, to be read when it says nothing as it is."""
    said = (
        " ".join(SHORT.get(word, word) for word in said.split(" "))
        .replace("un subscribe", "unsubscribe")
        .replace("do nt ", "dont ")
    )
    said = GLUED.sub(r"\1 ", said)
    said = NEARLY_STOP.sub(lambda near: "stop" if distance(near[1], "stop") == 1 else near[1], said)
    said = NEARLY_TEXT.sub(lambda near: "text" if distance(near[1], "text") == 1 else near[1], said)
    words = said.split(" ")
    return " ".join([*map(_nearest, words[:MOST_MENDED]), *words[MOST_MENDED:]])


@lru_cache(maxsize=4096)
def _nearest(word: str) -> str:
    if not 5 <= len(word) <= 12 or word.endswith("d") or word in REAL_WORDS or word in CORRECTED:
        return word
    near = (right for right in CORRECTED if right[0] == word[0] and abs(len(right) - len(word)) <= 1)
    return next((right for right in near if distance(word, right) == 1), word)


def distance(one: str, other: str) -> int:
    """How many letters to add, drop, change or swap with the next one, each letter touched once."""
    before: list[int] = []
    last = list(range(len(other) + 1))
    for row, char in enumerate(one, 1):
        line = [row]
        for column, wanted in enumerate(other, 1):
            cost = min(last[column] + 1, line[-1] + 1, last[column - 1] + (char != wanted))
            if row > 1 and column > 1 and char == other[column - 2] and one[row - 2] == wanted:
                cost = min(cost, before[column - 2] + 1)
            line.append(cost)
        before, last = last, line
    return last[-1]
