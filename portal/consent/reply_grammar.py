"""Finds the row of the reply table that fits a text: the order of the rules, and what puts a request in doubt.

Everything is linear in the text: fixed patterns, dictionary look-ups, and one bounded spelling distance.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from portal.consent import reply_languages, reply_rules, reply_text
from portal.consent.reply_rule import How, Meaning, Rule
from portal.consent.reply_words import COURTESY, DELIGHT, DELIGHTED, FRAME, LIMIT, LOUD, REAL_WORDS, SPEAKER

RULES = reply_rules.RULES + reply_languages.RULES


@dataclass(frozen=True)
class Match:
    """The row that fits, the words it fits, and the doubt that makes a review of a request."""

    rule: Rule
    matched: str
    doubt: str = ""


def whole(own: str, said: str) -> Match | None:
    """A message that is exactly one phrase of the table."""
    for how, phrase in ((How.WHOLE, reply_text.flat(said)), (How.WRITTEN, reply_text.as_written(own))):
        if rule := _phrases(how).get(phrase):
            return Match(rule, phrase)
    return None


def request(own: str, said: str) -> Match | None:
    """The request in a message that is no single phrase; `own` still has its pictures and its dashes."""
    return _courteous(own, said) or _slip(said) or _pictures(own, said) or _sentence(own, said)


def _courteous(own: str, said: str) -> Match | None:
    """Keywords and courtesy; a name signed behind is courtesy to STOP, while CANCEL may be about an object."""
    found = _keyword(said)
    unsigned = reply_text.without_name(own)
    if found is None and unsigned != own:
        found = _keyword(reply_text.plain(unsigned))
        found = found if found and found.rule.meaning is Meaning.OPT_OUT else None
    if found and DELIGHTED.search(own):
        return Match(found.rule, found.matched, "delight")
    return found


def _keyword(said: str) -> Match | None:
    """The keyword among words of courtesy, opting out first; a short code may stand before it."""
    words = reply_text.flat(said).replace("opt out", "optout").split()
    words = words[1:] if words and words[0].isdecimal() else words
    rules = _phrases(How.ONLY)
    if any(word not in rules and word not in COURTESY for word in words):
        return None
    found = [Match(rules[word], word) for word in words if word in rules]
    return min(found, key=lambda match: match.rule.meaning is not Meaning.OPT_OUT, default=None)


def _slip(said: str) -> Match | None:
    """One misspelt keyword: one letter wrong, missing, added or swapped, up to three in "unsubscribe"."""
    if not (3 <= len(said) <= 14 and said.isalnum()) or said.isdecimal() or said in REAL_WORDS:
        return None
    for keyword, rule in _phrases(How.SLIP).items():
        most = 3 if keyword == "unsubscribe" and said.startswith("un") else 1
        if abs(len(said) - len(keyword)) <= most and _distance(said, keyword) <= most:
            return Match(rule, said)
    return None


def _distance(one: str, other: str) -> int:
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


def _pictures(own: str, said: str) -> Match | None:
    rules = _phrases(How.EMOJI)
    found = [Match(rules[char], char) for char in reply_text.emoji(own) if char in rules] if not said else []
    return min(found, key=lambda match: match.rule.meaning is not Meaning.OPT_OUT, default=None)


def _sentence(own: str, said: str) -> Match | None:
    """A request inside a longer message: the first one without doubt, else the first one with, else a cue."""
    left, innocent = _blanked(said)
    found = [*_bare_clause(own, left), *_requests(left)]
    certain = [match for match in found if not match.doubt]
    return next(iter(certain or found), None) or _cue(left) or innocent


def _blanked(said: str) -> tuple[str, Match | None]:
    """The text with everyday language taken out, and the first row that took any."""
    first: Match | None = None
    for rule in _rows(How.INNOCENT):
        if found := _pattern(rule).search(said):
            first = first or Match(rule, found.group())
            said = _pattern(rule).sub("~", said)
    return said, first


def _bare_clause(own: str, left: str) -> Iterator[Match]:
    """A bare STOP as the last or the first clause of a longer message; as the first one it may be a mere "Stop!"."""
    clauses = left.split(" . ")
    for clause, rest in ((clauses[-1], ""), (clauses[0], left)):
        found = _keyword(clause)
        if found and found.matched in LOUD:
            is_delight = DELIGHTED.search(own) or DELIGHT.search(rest)
            yield Match(found.rule, found.matched, "delight" if is_delight else "limit" if LIMIT.search(rest) else "")


def _requests(left: str) -> Iterator[Match]:
    for rule in _rows(How.INSIDE, Meaning.OPT_OUT):
        for found in _pattern(rule).finditer(left):
            yield Match(rule, found.group(), _doubt(found, left))


def _doubt(found: re.Match[str], left: str) -> str:
    before = left[: found.start()].rpartition(" . ")[2]
    if FRAME.search(before):
        return "frame"
    if SPEAKER.search(before) and found.group().startswith(("stop", "quit", "cease")):
        return "speaker"
    return "limit" if LIMIT.search(left, found.start()) else ""


def _cue(left: str) -> Match | None:
    for rule in _rows(How.INSIDE, Meaning.REVIEW):
        if found := _pattern(rule).search(left):
            return Match(rule, found.group())
    return None


@cache
def _rows(how: How, meaning: Meaning | None = None) -> tuple[Rule, ...]:
    return tuple(rule for rule in RULES if rule.how is how and meaning in (None, rule.meaning))


@cache
def _phrases(how: How) -> dict[str, Rule]:
    """Every phrase of one kind of row; where two rows have it, opting out wins."""
    rows = sorted(_rows(how), key=lambda rule: rule.meaning is Meaning.OPT_OUT)
    return {phrase: rule for rule in rows for phrase in rule.phrases()}


@cache
def _pattern(rule: Rule) -> re.Pattern[str]:
    return re.compile(rule.says)
