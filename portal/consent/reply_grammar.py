"""Finds the row of the reply table that fits a text: the order of the rules, and what puts a request in doubt.

Everything is linear in the text: fixed patterns, dictionary look-ups, and one bounded spelling distance.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain

from portal.consent import reply_peel, reply_shape, reply_slip, reply_text
from portal.consent.reply_rule import How, Meaning, Rule
from portal.consent.reply_table import RULES, phrases, rows, sought
from portal.consent.reply_words import (
    ALL,
    CHANNEL,
    COURTEOUS,
    COURTESY,
    DELIGHT,
    DELIGHTED,
    FRAME,
    LAUGHING,
    LIMIT,
    LOUD,
    PIECE,
    REAL_WORDS,
    REASON,
    RUN_ON,
    SPEAKER,
    STILL,
    UPSET,
)

THING = re.compile(
    r"\W{0,9}STOP (?!(?i:signs?|lights?|by|at|in|on|over|motion|watch|work|gap|loss|payments?|and|n)\b|&"
    r"|\d+ (?:on|is|of|the)\b|the (?:presses|press|car|bus)\b)"
)
"""A STOP in capital letters before anything but a place may be two sentences run together."""

CLAUSE = re.compile(r" (?:\.|but) ")

LIKELY_DOUBTS = frozenset(("limit", "frame"))
"""A part of the texts, and how to stop them; delight and everyday language are soft."""

GUSHING = frozenset(("stop_said", "stop_at_the_end", "stop_it_all", "shape.stop_that"))
"""Rows that read a mere "stop", which is also said in delight."""

ASKED = re.compile(FRAME.pattern + r"|\b(?:reply|text|txt|send|type|respond)(?: with)? (?:stop|unsubscribe)$")
"""A question, or an instruction to text STOP."""


@dataclass(frozen=True)
class Match:
    """The row that fits, the words it fits, and the doubt that makes a review of a request."""

    rule: Rule
    matched: str
    doubt: str = ""


def is_likely(rule_id: str) -> bool:
    """Of the rule of a verdict in doubt, with what put it in doubt: replies/README 6.9."""
    name, _, doubt = rule_id.partition("/")
    return doubt in LIKELY_DOUBTS if doubt else any(rule.is_likely for rule in RULES if rule.id == name)


def whole(own: str, said: str) -> Match | None:
    """A message that is exactly one phrase of the table."""
    flat = reply_text.flat(said)
    for how, phrase in ((How.WHOLE, flat), (How.WRITTEN, reply_text.as_written(own))):
        if rule := phrases(how).get(phrase):
            return Match(rule, phrase)
    torn = flat.replace(" ", "")
    rule = phrases(How.WHOLE).get(torn) if torn in reply_text.DRESSED_UP else None
    return Match(rule, torn) if rule and rule.meaning is Meaning.OPT_OUT else None


def request(own: str, said: str) -> Match | None:
    """The request in a message that is no single phrase; `own` still has its pictures and its dashes."""
    found = _courteous(own, said) or _slip(said) or _pictures(own, said) or _sentence(own, said)
    if found and found.rule.meaning is Meaning.REVIEW and found.rule.how is How.ONLY:
        found = next(filter(_is_certain, _requests(said)), found)
    if found and _is_certain(found):
        return found
    mended = reply_slip.mended(said)
    again = _courteous("", mended) or _sentence(own, mended) if mended != said else None
    return again if again and (found is None or again.rule.meaning is Meaning.OPT_OUT) else found


def _is_certain(match: Match) -> bool:
    return match.rule.meaning is Meaning.OPT_OUT and not match.doubt


def _courteous(own: str, said: str) -> Match | None:
    """Keywords and courtesy; a name signed behind is courtesy to STOP, while CANCEL may be about an object."""
    found = _keyword(said)
    unsigned = reply_peel.without_name(own)
    if found is None and unsigned != own:
        found = _keyword(reply_text.plain(unsigned))
        found = found if found and found.rule.meaning is Meaning.OPT_OUT else None
    if found and (DELIGHTED.search(own) or LAUGHING.match(said)):
        return Match(found.rule, found.matched, "delight")
    return found


def _keyword(said: str) -> Match | None:
    """The keyword among words of courtesy, opting out first; a short code may stand before it."""
    words = COURTEOUS.sub(" ", reply_text.flat(said).replace("opt out", "optout")).split()
    words = [
        word for word in words[words[:1] != [] and words[0].isdecimal() :] if not word.isdecimal() or len(word) < 7
    ]
    rules = phrases(How.ONLY)
    if any(word not in rules and word not in COURTESY for word in words):
        return None
    found = [Match(rules[word], word) for word in words if word in rules]
    first = min(found, key=lambda match: match.rule.meaning is not Meaning.OPT_OUT, default=None)
    is_taken_back = any(match.rule.meaning is Meaning.NONE for match in found)
    if first and first.rule.meaning is Meaning.OPT_OUT and is_taken_back:
        return Match(first.rule, first.matched, "start")
    return first


def _slip(said: str) -> Match | None:
    """One misspelt keyword: one letter wrong, missing, added or swapped, up to three in "unsubscribe".

    Courtesy may stand around it, but then CANCEL is not what was meant; "opt out" may be two words.
    """
    words = reply_text.flat(said).split()
    bare = [word for word in words if word not in COURTESY]
    if len(bare) == 2 and len(words) == 2 and bare[0][:2] in ("op", "un"):
        bare = ["".join(bare)]
    if len(bare) != 1 or len(words) > 4:
        return None
    found = _misspelt(bare[0]) if len(words) == 1 or bare[0] not in phrases(How.SLIP) else None
    return None if found and len(words) > 1 and "cancel" in found.rule.phrases() and _is_near(bare[0]) else found


def _is_near(word: str) -> bool:
    return reply_slip.distance(word, "cancel") <= 1


def _misspelt(said: str) -> Match | None:
    if not (3 <= len(said) <= 14 and said.isalnum()) or said.isdecimal() or said in REAL_WORDS:
        return None
    for keyword, rule in phrases(How.SLIP).items():
        most = 3 if keyword == "unsubscribe" and said.startswith("un") else 1
        if abs(len(said) - len(keyword)) <= most and reply_slip.distance(said, keyword) <= most:
            return Match(rule, said)
    return None


def _pictures(own: str, said: str) -> Match | None:
    rules = phrases(How.EMOJI)
    found = [Match(rules[char], char) for char in reply_text.emoji(own) if char in rules] if not said else []
    return min(found, key=lambda match: match.rule.meaning is not Meaning.OPT_OUT, default=None)


def _sentence(own: str, said: str) -> Match | None:
    """A request inside a longer message: the first one without doubt, else the first one with, else a cue."""
    left, innocent = _blanked(said)
    first: Match | None = None
    for match in chain(_bare_clause(own, left), _requests(left), _shouted(own, left), _run_on(left)):
        first = first or match
        if not match.doubt:
            return match
    return first or _cue(own, left) or innocent


def _shouted(own: str, left: str) -> Iterator[Match]:
    """A STOP in capital letters before or behind other words; one that looks like everyday language is in doubt."""
    own = own.strip()
    if own.isupper() or ("STOP" not in own and "UNSUBSCRIBE" not in own):
        return
    for rule, pattern in sought(How.NAMED, Meaning.OPT_OUT, own):
        if found := pattern.search(own):
            is_first = own.lstrip('"“*-').startswith("STOP")
            if is_first and not left.startswith("stop") and not THING.match(own):
                continue
            is_plain = left.startswith("stop") or left.endswith(("stop", "unsubscribe"))
            is_delight = DELIGHTED.search(own) or DELIGHT.search(left)
            doubt = "delight" if is_delight else "limit" if _is_limited(left) else "frame" if ASKED.search(left) else ""
            yield Match(rule, found.group()[:40], doubt if is_plain else "everyday")


def _run_on(left: str) -> Iterator[Match]:
    """A complaint that ends in "stop", without a full stop between."""
    if left.endswith(RUN_ON) and not left.endswith(("to stop", "not stop", "dont stop", "wont stop", "cant stop")):
        cue = _cue("", left.rpartition(" stop")[0] or left.rpartition(" no more")[0])
        if cue and cue.rule.id in UPSET:
            yield Match(phrases(How.ONLY)["stop"], "stop")


def _blanked(said: str) -> tuple[str, Match | None]:
    """The text with everyday language taken out, and the first row that took any."""
    first: Match | None = None
    for rule, pattern in sought(How.INNOCENT, Meaning.NONE, said):
        if found := pattern.search(said):
            first = first or Match(rule, found.group())
            said = pattern.sub("~", said)
    return said, first


def _bare_clause(own: str, left: str) -> Iterator[Match]:
    """A bare STOP as the last or the first clause of a longer message; as the first one it may be a mere "Stop!"."""
    clauses = CLAUSE.split(left)
    for clause, rest in ((clauses[-1], ""), (clauses[0], left)):
        found = _keyword(clause)
        if found and found.matched in LOUD:
            is_delight = DELIGHTED.search(own) or DELIGHT.search(rest)
            yield Match(found.rule, found.matched, "delight" if is_delight else "limit" if _is_limited(rest) else "")


def _requests(left: str) -> Iterator[Match]:
    for rule, pattern in sought(How.INSIDE, Meaning.OPT_OUT, left):
        for found in pattern.finditer(left):
            yield Match(rule, found.group(), _doubt(rule, found.start(), found.group(), left))
    for rule, start, matched in reply_shape.shapes(left, rows(How.SHAPE), Meaning.OPT_OUT):
        yield Match(rule, matched, _doubt(rule, start, matched, left))


def _doubt(rule: Rule, start: int, matched: str, left: str) -> str:
    before = left[:start].rpartition(" . ")[2]
    if FRAME.search(before):
        return "frame"
    if SPEAKER.search(before) and matched.startswith(("stop", "quit", "cease")):
        return "speaker"
    if matched.endswith((" text", " sms")) and CHANNEL.search(left[:start]):
        return "limit"
    if rule.id in GUSHING and DELIGHT.search(left):
        return "delight"
    return "limit" if _is_limited(left[start:]) else ""


def _is_limited(wish: str) -> bool:
    """Whether a request is for a part only; behind it stands another matter as often as a limit."""
    first, *rest = PIECE.split(REASON.split(wish, maxsplit=1)[0])
    is_part = LIMIT.search(first) and not ALL.search(wish)
    return bool(is_part or any(map(STILL.search, rest)))


def _cue(own: str, left: str) -> Match | None:
    for how, text in ((How.INSIDE, left), (How.NAMED, own)):
        for rule, pattern in sought(how, Meaning.REVIEW, text):
            if found := pattern.search(text):
                return Match(rule, found.group())
    for rule, _, matched in reply_shape.shapes(left, rows(How.SHAPE), Meaning.REVIEW):
        return Match(rule, matched)
    return None
