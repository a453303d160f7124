"""The whole table of how replies are read, and what of it is worth trying on a text."""

import re
from collections.abc import Iterator
from functools import cache

from portal.consent import (
    reply_doubts,
    reply_everyday,
    reply_languages,
    reply_requests,
    reply_romance,
    reply_rules,
    reply_scripts,
    reply_shapes,
    reply_tongues,
)
from portal.consent.reply_rule import How, Meaning, Rule

RULES = (
    reply_rules.RULES
    + reply_requests.RULES
    + reply_shapes.RULES
    + reply_everyday.RULES
    + reply_doubts.RULES
    + reply_languages.RULES
    + reply_romance.RULES
    + reply_tongues.RULES
    + reply_scripts.RULES
)

NO_BLANKS = frozenset(("zh", "ja", "ko"))
"""Languages that are written without blanks between words, or with endings grown to them."""

IN_TWO_SCRIPTS = "hi"
OTHER_SCRIPTS = NO_BLANKS | {"ar", "ru"}
SYNTAX = re.compile(r"\\.|\[[^\]]*\]|\(\?<?[:=!]|[a-z](?=[?*{])")
"""What in a pattern is no letter of a word, or one that may be missing."""


@cache
def rows(how: How, meaning: Meaning | None = None) -> tuple[Rule, ...]:
    return tuple(rule for rule in RULES if rule.how is how and meaning in (None, rule.meaning))


@cache
def phrases(how: How) -> dict[str, Rule]:
    """Every phrase of one kind of row; where two rows have it, opting out wins."""
    ordered = sorted(rows(how), key=lambda rule: rule.meaning is Meaning.OPT_OUT)
    return {phrase: rule for rule in ordered for phrase in rule.phrases()}


def sought(how: How, meaning: Meaning, text: str) -> Iterator[tuple[Rule, re.Pattern[str]]]:
    """The rows with patterns that may fit a text, in order; those of another script or without any stem cannot."""
    is_ascii = text.isascii()
    for rule, pattern, stems in _compiled(how, meaning):
        if is_ascii and rule.language in OTHER_SCRIPTS:
            continue
        if not stems or (rule.language == IN_TWO_SCRIPTS and not is_ascii) or any(stem in text for stem in stems):
            yield rule, pattern


@cache
def _compiled(how: How, meaning: Meaning) -> tuple[tuple[Rule, re.Pattern[str], tuple[str, ...]], ...]:
    return tuple((rule, _pattern(rule), stems(rule)) for rule in rows(how, meaning))


def _pattern(rule: Rule) -> re.Pattern[str]:
    """The pattern of a row, tried where a word begins, if its script has such places."""
    if rule.how is How.NAMED or rule.language in NO_BLANKS:
        return re.compile(rule.says)
    return re.compile(r"\b(?=\w)(?:" + rule.says.replace(r"^|\. ", r"^|(?<=\. )") + ")")


def stems(rule: Rule) -> tuple[str, ...]:
    """The runs of letters in the pattern of a row; English and Creole ones are too short to tell."""
    if rule.language in (*OTHER_SCRIPTS, "en", "ht"):
        return ()
    found = set(re.findall(r"[a-z]{3,}", SYNTAX.sub(" ", rule.says)))
    return tuple(sorted(stem for stem in found if not any(stem != other and other in stem for other in found)))
