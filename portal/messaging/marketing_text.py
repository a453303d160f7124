"""What our own texts say about marketing: the request that asks for it too, and the confirmation that includes it.

A YES by text goes as far as the last request said, whoever typed the number into a form: no handset agrees to marketing
that its text did not name (rules.md 1.1).
"""

from collections.abc import Mapping
from typing import Any

from portal.accounts.language import Language
from portal.consent.ledger import Recorded
from portal.consent.purpose import Purpose, covers
from portal.consent.state import Status

ASKED: Mapping[Language, str] = {
    Language.EN: " YES also covers marketing and promotional texts.",
    Language.ES: " SI incluye mensajes de marketing y promociones.",
    Language.FR: " OUI vaut aussi pour les SMS publicitaires.",
}
CONFIRMED: Mapping[Language, str] = {
    Language.EN: " This includes marketing and promotional texts.",
    Language.ES: " Incluye mensajes de marketing y promociones.",
    Language.FR: " Cela comprend les SMS publicitaires.",
}
WIDENED = "The client agreed to marketing and promotional texts too."


def is_asked(text: str) -> bool:
    """Whether this request named marketing."""
    return text.endswith(tuple(ASKED.values()))


def has_begun(recorded: Recorded) -> bool:
    """Whether marketing is allowed by this entry and was not before it."""
    return _is_open(recorded.after) and not _is_open(recorded.before)


def _is_open(state: Any) -> bool:
    return state.status is Status.OPTED_IN and covers(state.scope, Purpose.MARKETING)
