"""Whether words may go out as an automatic text: what is missing or wrong stops them, what is only dear is told.

Pure. rules.md sections 3, 7, 8 and 12: brand, STOP, HELP, rates and frequency, 20 to 320 characters, no advertising.
"""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

from portal.accounts.business import DEFAULT_PURPOSES, Business
from portal.accounts.language import NAMES, Language
from portal.accounts.sender import SMS
from portal.messaging import segment, wording_part, wording_text
from portal.messaging.segment import Segments
from portal.messaging.wording_slot import Part, Slot

LEAST, MOST = 20, 320  # characters of an automatic text that registration accepts
TYPED = 1000  # characters before they are filled
_NAMED = 6  # offending characters that a sentence names
_UNSEEN = {"Cc", "Cf", "Co", "Cs", "Zl", "Zp"}  # kinds of character that nobody sees
_LEFT = re.compile(
    r"<[^<>\n]*[^\W\d_][^<>\n]*>|\[[^\[\]\n]*\b(?:name|date|time|business|phone)\b[^\[\]\n]*\]", re.IGNORECASE
)


@dataclass(frozen=True)
class Report:
    """`filled` is the text as it would leave; `said` which required parts it has."""

    filled: str
    size: Segments
    said: dict[Part, bool]
    errors: tuple[str, ...]
    warnings: tuple[str, ...]


def check(
    text: str, slot: Slot, language: Language, business: Business, *, channel: str = SMS, employee: str = ""
) -> Report:
    """Look at words that somebody typed for `slot`; `employee` stands for the member whose name will be there."""
    all_known = wording_text.values(business, language, employee)
    filled = wording_text.fill(text, {name: value for name, value in all_known.items() if name in slot.places})
    size = segment.count(filled)
    said = {part: _says(text, part, language, business) for part in slot.must_say(channel)}
    if not text.strip():
        return Report(filled, size, said, ("Please write the text, or go back to the standard words.",), ())
    missing = [wording_part.sentence(part, language) for part, is_said in said.items() if not is_said]
    errors = [*missing, *_broken(text, slot), *_hidden(text), *_too_long(filled)]
    if slot.is_notice:
        return Report(filled, size, said, tuple(errors), ())
    errors += [*_too_short(filled), *_forbidden(text, language)]
    warnings = [*_cost(text, filled, size)] if channel == SMS else []
    warnings += [*_doubts(text, slot, language, business), *_unsaid(text, slot, language, business, channel)]
    return Report(filled, size, said, tuple(errors), tuple(warnings))


def _says(text: str, part: Part, language: Language, business: Business) -> bool:
    return wording_part.says(text, part, language, business.name, business.opt_in_words)


def _unsaid(text: str, slot: Slot, language: Language, business: Business, channel: str) -> Iterator[str]:
    """What registration and carriers look for, and the usual words of the twelve lack (X-25); and own words for Yes,
    which nobody types who was not told (M-16)."""
    for part in slot.should_say(channel):
        if not _says(text, part, language, business):
            yield wording_part.advice(part, language)
    words = business.opt_in_words
    if Part.YES in slot.required and words and not wording_part.offered(text, words):
        yield f"It does not name your own word for Yes: {', '.join(words)}."


def _broken(text: str, slot: Slot) -> Iterator[str]:
    """Places that nothing fills, and what is left of some (M-15: no placeholder ever leaves)."""
    may = ", ".join(map(wording_text.written, slot.places))
    unknown = [wording_text.written(name) for name in wording_text.places(text) if name not in slot.places]
    if unknown:
        yield f"Nothing fills {' or '.join(unknown[:5])} here. You may use {may}."
    rest = wording_text.without(text, wording_text.places(text))
    if "{" in rest or "}" in rest:
        yield f"A brace stands alone. Please write a place as one of {may}, and no other braces."
    left = _LEFT.search(rest)
    if left:
        yield f"“{left[0]}” looks like a place that nobody fills. Please use {may}."


def _forbidden(text: str, language: Language) -> Iterator[str]:
    advertised = wording_part.advertising(text, language)
    if advertised:
        yield f"“{advertised}” is advertising, which this text may not hold."
    shortened = wording_part.shortened_link(text)
    if shortened:
        yield f"Carriers block shortened links such as {shortened}. Please write out the address or leave it out."


def _hidden(text: str) -> Iterator[str]:
    hidden = next((char for char in text if char != "\n" and unicodedata.category(char) in _UNSEEN), None)
    if hidden is not None:
        yield f"It holds a character that cannot be seen (U+{ord(hidden):04X}). Please type it again."


def _too_short(filled: str) -> Iterator[str]:
    if len(filled) < LEAST:
        yield f"It has {len(filled)} characters; carriers' registration wants at least {LEAST}."


def _too_long(filled: str) -> Iterator[str]:
    if len(filled) > MOST:
        yield f"It would have {len(filled)} characters, and {MOST} is the most. Please shorten it."


def _cost(text: str, filled: str, size: Segments) -> Iterator[str]:
    odd = list(dict.fromkeys(char for char in filled if not segment.is_gsm(char)))
    if odd:
        named = ", ".join(f"“{char}”" for char in odd[:_NAMED]) + (" and others" if len(odd) > _NAMED else "")
        cheap = segment.count("".join(char if segment.is_gsm(char) else "?" for char in filled)).segments
        cost = (
            f"the text costs {_segments(size.segments)} instead of {cheap}"
            if size.segments > cheap
            else f"a segment then holds {size.per_segment} characters instead of {160 if size.segments == 1 else 153}"
        )
        where = "" if any(char in text for char in odd) else " Your name or what you text about brings this in."
        yield f"{named} {'is' if len(odd) == 1 else 'are'} not in the GSM-7 alphabet: {cost}.{where}"
    if size.segments > 2:
        yield f"It costs {_segments(size.segments)} each time. Two are usual."


def _doubts(text: str, slot: Slot, language: Language, business: Business) -> Iterator[str]:
    places = wording_text.places(text)
    if {"contact", "questions"} & {*places} and not (business.phone or business.email):
        yield "No phone and no e-mail for questions is known, so that place stays empty. Settings has fields for both."
    if "purposes" in places and language != business.language and business.purposes != DEFAULT_PURPOSES:
        yield (
            f"{{purposes}} says “{business.purposes}” in every language. "
            f"Where that is not {NAMES[language]}, write it out instead."
        )
    if Part.NO_MORE in slot.required and not wording_part.says(text, Part.START, language, business.name):
        yield "It does not say how to come back: START does that."
    if wording_part.has_link(text) and not wording_part.shortened_link(text):
        yield "Carriers filter texts with links more often than others."


def _segments(count: int) -> str:
    return "1 segment" if count == 1 else f"{count} segments"
