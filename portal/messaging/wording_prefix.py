"""The usual words of the twelve begin in five ways, one of them without its full stop; this makes them one (X-3)."""

import re
from dataclasses import dataclass

from sqlmodel import Session

from portal.accounts.business import Business
from portal.accounts.language import Language
from portal.messaging import wording, wording_lint
from portal.messaging.wording import InForce

PREFIX = "[Auto Message] "
_ODD = re.compile(r"\s*\[\s*auto(?:mated)?\s+message\s*\]\s*:?\s*", re.IGNORECASE)


@dataclass(frozen=True)
class Tidied:
    """Words that would change, and what they would be."""

    found: InForce
    after: str


def tidy(text: str) -> str:
    """`text` with the one prefix and its full stop; words that have no prefix stay as they are."""
    odd = _ODD.match(text)
    if odd is None:
        return text
    rest = text[odd.end() :].rstrip()
    return PREFIX + (rest if not rest or rest[-1] in ".!?…" else rest + ".")


def changes(session: Session, business: Business, language: Language, channel: str) -> list[Tidied]:
    """What tidying would change of the twelve. Words that could not be saved as they are stay so."""
    return [
        Tidied(found, after)
        for found in wording.all_in_force(session, business, language, channel)
        if found.slot.case
        and (after := tidy(found.text)) != found.text
        and not wording_lint.check(after, found.slot, language, business, channel=channel).errors
    ]


def tidy_all(session: Session, business: Business, language: Language, channel: str, *, actor: str, ip: str) -> int:
    """A new version of each that changes; how many did."""
    found = changes(session, business, language, channel)
    for each in found:
        wording.save(
            session, business, each.found.slot, language, each.after, actor=actor, ip=ip, channel=channel,
            template=each.found.template,
        )  # fmt: skip
    return len(found)
