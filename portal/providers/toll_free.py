"""Toll-free numbers of North America: their network itself acts on a few bare words, whoever sends for them (rules.md
4.1, 5.3, 5.4, 5.5).

That its reply is the same for every provider is taken from Twilio's description of it; no other provider says so in
a text we have seen. Were it silent, a client would get no confirmation, never two.
"""

_AREAS = tuple(f"+1{area}" for area in (800, 833, 844, 855, 866, 877, 888))
WORDS = frozenset({"stop", "start", "unstop"})


def is_toll_free(number: str) -> bool:
    return number.startswith(_AREAS)


def answers(keyword: str, number: str) -> bool:
    """Whether the network replies to this bare word; HELP is left to whoever owns the number."""
    return is_toll_free(number) and keyword.strip().casefold() in WORDS
