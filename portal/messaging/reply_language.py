"""In which language a client is answered: their own where they wrote it and we speak it, else the business's."""

from collections.abc import Mapping
from functools import cache

from portal.accounts import language
from portal.accounts.language import Language
from portal.consent import reply_table


def of(rule: str) -> Language | None:
    """`rule` is a verdict's. STOP and HELP are English words in every language, so English rules say nothing."""
    found = language.known(code(rule))
    return None if found is Language.EN else found


def code(rule: str) -> str:
    """The language that a rule of the table is about; empty for one that is about none."""
    return _codes().get(rule.partition("/")[0], "")


@cache
def _codes() -> Mapping[str, str]:
    return {each.id: each.language for each in reply_table.RULES}
