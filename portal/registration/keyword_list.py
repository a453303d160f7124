"""The words that always work, the best known first, with the business's own behind them."""

from portal.accounts.business import Business
from portal.consent import reply


def stop(business: Business) -> tuple[str, ...]:
    return (*built_in("stop"), *business.opt_out_words)


def start(business: Business) -> tuple[str, ...]:
    """YES counts only where it was asked for (rules.md row 20), and is what we ask for."""
    return ("YES", *built_in("start"), *business.opt_in_words)


def built_in(action: str) -> tuple[str, ...]:
    """Words for `stop`, `start` or `help`; YES starts nothing unless we asked."""
    found = [word.upper() for word, does in reply.PROVIDER_KEYWORDS.items() if does == action and word != "yes"]
    return tuple(sorted(found, key=lambda word: (word != action.upper(), word)))
