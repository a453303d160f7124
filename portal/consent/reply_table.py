"""The whole table of how replies are read, and what of it is worth trying on a text."""

import re
from collections.abc import Iterator
from functools import cache

from portal.consent import (
    reply_doubts,
    reply_everyday,
    reply_languages,
    reply_limits,
    reply_requests,
    reply_romance,
    reply_rules,
    reply_scripts,
    reply_shapes,
    reply_stem,
    reply_tongues,
)
from portal.consent.reply_rule import How, Meaning, Rule

RULES = (
    reply_rules.RULES
    + reply_requests.RULES
    + reply_shapes.RULES
    + reply_everyday.RULES
    + reply_doubts.RULES
    + reply_limits.RULES
    + reply_languages.RULES
    + reply_romance.RULES
    + reply_tongues.RULES
    + reply_scripts.RULES
)

NO_BLANKS = frozenset(("zh", "ja", "ko"))
"""Languages that are written without blanks between words, or with endings grown to them."""

OTHER_SCRIPTS = NO_BLANKS | {"ar", "ru"}
LEAST = 2
"""Letters that a stem must have to be worth looking for; one in another script tells as much."""


@cache
def rows(how: How, meaning: Meaning | None = None) -> tuple[Rule, ...]:
    return tuple(rule for rule in RULES if rule.how is how and meaning in (None, rule.meaning))


@cache
def phrases(how: How) -> dict[str, Rule]:
    """Every phrase of one kind of row; where two rows have it, opting out wins."""
    ordered = sorted(rows(how), key=lambda rule: rule.meaning is Meaning.OPT_OUT)
    return {phrase: rule for rule in ordered for phrase in rule.phrases()}


def sought(how: How, meaning: Meaning, text: str) -> Iterator[tuple[Rule, re.Pattern[str]]]:
    """The patterns of rows that may fit a text, in order; those without any of their stems in it cannot."""
    branches, places = _compiled(how, meaning, text.isascii())
    fitting = {place for stem in places if stem in text for place in places[stem]}
    for place in sorted(fitting):
        yield branches[place]


Branch = tuple[Rule, re.Pattern[str]]


@cache
def _compiled(how: How, meaning: Meaning, is_ascii: bool) -> tuple[list[Branch], dict[str, list[int]]]:
    """The branches of the rows of one kind, and by stem which of them it is needed for; every text has the stem ""."""
    branches: list[Branch] = []
    places: dict[str, list[int]] = {}
    for rule in rows(how, meaning):
        if not (is_ascii and rule.language in OTHER_SCRIPTS):
            for pattern, stems in _branches(rule):
                for stem in stems or {""}:
                    places.setdefault(stem, []).append(len(branches))
                branches.append((rule, pattern))
    return branches, places


def _branches(rule: Rule) -> Iterator[tuple[re.Pattern[str], reply_stem.Stems]]:
    """A row in as few patterns as need different stems."""
    by_stems: dict[reply_stem.Stems, list[str]] = {}
    for says in reply_stem.alternatives(rule.says):
        stems = reply_stem.needed(says)
        is_telling = all(len(stem.strip()) >= LEAST or not stem.isascii() for stem in stems)
        by_stems.setdefault(stems if is_telling else frozenset(), []).append(says)
    for stems, parts in by_stems.items():
        yield _pattern(rule, "|".join(parts)), stems


def _pattern(rule: Rule, says: str) -> re.Pattern[str]:
    """A pattern of a row, tried where a word begins, if its script has such places."""
    if rule.how is How.NAMED or rule.language in NO_BLANKS:
        return re.compile(says)
    return re.compile(r"\b(?=\w)(?:" + says.replace(r"^|\. ", r"^|(?<=\. )") + ")")
