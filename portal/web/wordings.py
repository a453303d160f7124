"""`/settings/wordings`: every text that goes out by itself, by the moment when it does, in one language at a time."""

from dataclasses import dataclass

from sqlmodel import Session

from portal.accounts import language, sender
from portal.accounts.language import NAMES, Language
from portal.messaging import segment, wording, wording_text
from portal.messaging.segment import Segments
from portal.messaging.wording import InForce
from portal.messaging.wording_default import NOTICES
from portal.messaging.wording_slot import SLOTS, Slot
from portal.web.page import Answer, Page
from portal.web.visit import Visit

_ANSWERED = {"opt_out.confirmation": "stop", "help": "help"}
"""Texts that a provider may send in our place, and the bare word that it answers (rules.md 5.7)."""


@dataclass(frozen=True)
class Entry:
    """One text as it is now. `note` says where the provider answers instead; `number` is None while they are ours."""

    slot: Slot
    text: str
    size: Segments
    number: int | None
    note: str


def show(session: Session, visit: Visit) -> Answer:
    business = visit.business
    chosen = language.known(visit.query.get("language", "")) or Language(business.language)
    return Page(
        "wordings/page.html",
        {"moments": _moments(session, visit, chosen), "chosen": chosen, "languages": NAMES, "notices": _notices()},
    )


def _moments(session: Session, visit: Visit, chosen: Language) -> dict[str, list[Entry]]:
    """The entries by their moment, both in the order of the table of slots."""
    known = wording_text.values(visit.business, chosen)
    notes = _notes(session, visit)
    found: dict[str, list[Entry]] = {}
    for each in wording.all_in_force(session, visit.business, chosen):
        found.setdefault(each.slot.moment, []).append(_entry(each, known, notes))
    return found


def _entry(each: InForce, known: dict[str, str], notes: dict[str, str]) -> Entry:
    text = wording_text.fill(each.text, known)
    return Entry(each.slot, text, segment.count(text), each.number, notes.get(each.slot.key, ""))


def _notes(session: Session, visit: Visit) -> dict[str, str]:
    """Exactly one answer to a STOP: where the provider sends it, ours is for other words than the bare one."""
    ours = sender.of(session, visit.business.id)
    if ours is None:
        return {}
    provider = visit.state.providers.get(ours.provider)
    return {
        key: f"Your provider answers the bare word {word.upper()} itself; this one answers any other way to say it."
        for key, word in _ANSWERED.items()
        if provider.answers(word, ours.number)
    }


def _notices() -> list[tuple[Slot, str]]:
    return [(SLOTS[key], text) for key, text in NOTICES.items()]
