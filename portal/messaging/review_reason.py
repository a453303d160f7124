"""Why a reply came into doubt, in plain words for members, and its words with the decisive ones marked."""

import re
import unicodedata
from collections.abc import Mapping
from typing import Any

from portal.messaging import reply_language

LANGUAGES = {
    "ar": "Arabic", "de": "German", "en": "English", "es": "Spanish", "fr": "French", "hi": "Hindi",
    "ht": "Haitian Creole", "it": "Italian", "ja": "Japanese", "ko": "Korean", "pl": "Polish", "pt": "Portuguese",
    "ru": "Russian", "tl": "Tagalog", "vi": "Vietnamese", "zh": "Chinese",
}  # fmt: skip
RULES = {
    "unclear_word": "One word alone that some people use to stop texts.",
    "cancel_and_courtesy": "“Cancel” may mean an appointment, or the texts.",
    "refusing_emoji": "A picture of refusal alone.",
    "soft_no": "A “no, thank you”: perhaps to an offer, perhaps to all texts.",
    "insult": "Hard words; many people mean by them that they want no texts.",
    "wrong_number": "They may not be the person you mean to reach.",
    "another_name": "They may not be the person you mean to reach.",
    "deceased": "The person you mean to reach may have died.",
    "complaint": "A complaint about the texts.",
    "some_texts_only": "They may want fewer texts, or other ones.",
    "another_way": "They may want to hear from you in another way than by text.",
    "another_number": "They may speak of another number than their own.",
    "stop_word_left": "A word for stopping stands in it, in no phrase that is known.",
    "unclear": "It may mean an appointment, or the texts.",
    "not_wanted": "They may not want the texts any more.",
    "texts_and_the_law": "They speak of the law because of the texts.",
    "texts_refused": "They object to the texts, or to some of them.",
    "fewer_texts": "They may want fewer texts, or other ones.",
    "leave_me": "They may want to be left alone.",
    "not_interested": "A “no, thank you”: perhaps to an offer, perhaps to all texts.",
    "how_to_stop": "They ask how to stop the texts.",
    "doubt": "It may mean that they want no texts, or that this is a wrong number.",
}
DOUBTS = {
    "frame": "It speaks of stopping in a question, or tells how somebody could.",
    "limit": "It asks to stop, but with a limit: a time, a kind of texts, or another way.",
    "delight": "“Stop” may be said in delight.",
    "speaker": "Somebody stops something, perhaps not the texts.",
    "start": "It says both stop and start.",
    "shouted": "A “no” said loudly, to nothing that we had asked.",
    "everyday": "The word for stopping may be everyday language here.",
}
UNKNOWN = "It may mean that they want no texts."

Piece = tuple[str, bool]
"""A part of a text, and whether it is what made the reply doubtful."""


def why(reading: Mapping[str, Any] | None) -> str:
    """One sentence for what the rule saw in the reply."""
    rule, _, doubt = str((reading or {}).get("rule", "")).partition("/")
    name = rule.rpartition(".")[2]
    return DOUBTS.get(doubt) or RULES.get(rule) or RULES.get(name.removesuffix("_word")) or RULES.get(name) or UNKNOWN


def rule(reading: Mapping[str, Any] | None) -> str:
    """The rule by name with the language it is about, as in `portal read`; empty where none is known."""
    found = str((reading or {}).get("rule", ""))
    language = LANGUAGES.get(reply_language.code(found), "")
    return f"{found} ({language})" if found and language else found


def marked(text: str, reading: Mapping[str, Any] | None) -> tuple[Piece, ...]:
    """`text` in pieces. What was matched is kept without case, accents and punctuation, and is found again so."""
    matched = str((reading or {}).get("matched", ""))
    span = _span(text, matched)
    if span is None:
        return ((text, False),)
    start, end = span
    pieces = ((text[:start], False), (text[start:end], True), (text[end:], False))
    return tuple(piece for piece in pieces if piece[0])


def _span(text: str, matched: str) -> tuple[int, int] | None:
    plain, places = _plain(text)
    wanted = _plain(matched)[0].strip()
    if wanted:
        found = re.search(rf"(?<!\w){re.escape(wanted)}(?!\w)", plain) or re.search(re.escape(wanted), plain)
        return (places[found.start()], places[found.end() - 1] + 1) if found else None
    at = text.find(matched) if matched else -1  # a picture
    return (at, at + len(matched)) if at >= 0 else None


def _plain(text: str) -> tuple[str, list[int]]:
    """Small letters, digits and single blanks, and where in `text` each of them stands. Apostrophes are no blanks."""
    chars: list[str] = []
    places: list[int] = []
    for at, char in enumerate(text):
        for each in unicodedata.normalize("NFKD", char).casefold():
            if unicodedata.combining(each) or each in "'’‘`":
                continue
            shown = each if each.isalnum() or unicodedata.category(each)[0] == "M" else " "
            if shown != " " or (chars and chars[-1] != " "):
                chars.append(shown)
                places.append(at)
    return "".join(chars), places
