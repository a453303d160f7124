"""A business's own words for Yes and Stop. They come beside YES and STOP, which always count, and no word may take the
meaning of another (behaviours.md M-16, M-17, X-10)."""

from collections.abc import Mapping, Sequence

from sqlmodel import Session

from portal.accounts import business as businesses
from portal.accounts.business import Business
from portal.consent import reply
from portal.consent.reply import Meaning
from portal.errors import Invalid

BUILT_IN = {"opt_in": ("YES",), "opt_out": ("STOP",)}
MOST, LEAST_LETTERS, MOST_LETTERS = 20, 2, 30
_MAY_MEAN = {
    "opt_in": (Meaning.YES, Meaning.NONE),
    "opt_out": (Meaning.OPT_OUT, Meaning.REVIEW, Meaning.NONE),
}
_ALWAYS = {
    Meaning.OPT_OUT: "Stop", Meaning.YES: "Yes", Meaning.START: "Start", Meaning.HELP: "Help", Meaning.NO: "No",
}  # fmt: skip


def of(business: Business) -> dict[str, list[str]]:
    """Every word that counts as such, the built-in ones first."""
    own = own_of(business)
    return {name: [*built_in, *own[name]] for name, built_in in BUILT_IN.items()}


def own_of(business: Business) -> dict[str, list[str]]:
    return {"opt_in": business.opt_in_words, "opt_out": business.opt_out_words}


def problems(business: Business, given: Mapping[str, Sequence[str]]) -> dict[str, str]:
    """What is wrong with words that somebody typed, by place: opt_in.0 is the first one, "" both lists together."""
    found = {
        f"{name}.{i}": sentence
        for name, words in given.items()
        for i, word in enumerate(words)
        if (sentence := _problem(word, name))
    }
    kept = own_of(business) | added(given)
    both = {_plain(word) for word in kept["opt_in"]} & {_plain(word) for word in kept["opt_out"]}
    return found or ({"": f"“{min(both)}” cannot mean both Yes and Stop."} if both else {})


def change(session: Session, business: Business, given: Mapping[str, Sequence[str]]) -> list[str]:
    """What is given replaces the business's own words, in all of its branches; the built-in ones stay. The names of
    what changed. Raises Invalid, and Conflict in a branch."""
    wrong = problems(business, given)
    if wrong:
        sentences = {f"keywords.{where}".rstrip("."): [sentence] for where, sentence in wrong.items()}
        raise Invalid(next(iter(wrong.values())), fields=sentences)
    values = {f"{name}_words": words for name, words in added(given).items()}
    businesses.change_policy(session, business, **values)
    return sorted(values)


def added(given: Mapping[str, Sequence[str]]) -> dict[str, list[str]]:
    """The words beside the built-in ones, each once."""
    return {
        name: list({_plain(word): word for word in words if _plain(word) not in map(_plain, BUILT_IN[name])}.values())
        for name, words in given.items()
    }


def _problem(word: str, name: str) -> str:
    if not LEAST_LETTERS <= len(word) <= MOST_LETTERS:
        return f"“{word}” has {len(word)} letters; a keyword has {LEAST_LETTERS} to {MOST_LETTERS}."
    if not _plain(word):
        return "A keyword needs letters or digits."
    meaning = reply.read(word).meaning
    if meaning in _MAY_MEAN[name]:
        return ""
    if meaning in _ALWAYS:
        return f"“{word}” always means {_ALWAYS[meaning]}, and cannot mean anything else."
    return f"“{word}” already means something else."


def _plain(word: str) -> str:
    """As replies are compared: without case, accents and punctuation."""
    return reply.read(word).normalized
