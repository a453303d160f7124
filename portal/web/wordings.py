"""`/settings/wordings`: every text that goes out by itself, by the moment when it does, in one language at a time and
on one channel; what asks before the first text, in its two cases; and the words that count as answers."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlmodel import Session

from portal.accounts import business as businesses
from portal.accounts import sender
from portal.accounts.language import NAMES, Language
from portal.accounts.sender import SMS, WHATSAPP
from portal.messaging import keyword, segment, wording, wording_prefix, wording_template, wording_text
from portal.messaging.segment import Segments
from portal.messaging.wording import InForce
from portal.messaging.wording_default import NOTICES
from portal.messaging.wording_slot import MO, MT, SLOTS, Slot
from portal.web.page import Answer, Page
from portal.web.visit import Visit

_ANSWERED = {
    "opt_out.confirmation": "stop", "mo.rejected.client": "stop", "mt.rejected.client": "stop", "help": "help",
}  # fmt: skip
"""Texts that a provider may send in our place, and the bare word that it answers (rules.md 5.7)."""
CHANNELS: Mapping[str, str] = {SMS: "SMS", WHATSAPP: "WhatsApp"}
_EVENTS = ("request", "accepted", "rejected")


@dataclass(frozen=True)
class Entry:
    """One text as it is now. `note` says where the provider answers instead; `number` is None while they are ours."""

    slot: Slot
    text: str
    size: Segments
    number: int | None
    note: str
    template: str


@dataclass(frozen=True)
class Answering:
    """Who answers a bare STOP: `provider` by its name where it does, "" where we do; None without a number."""

    provider: str | None
    number: str = ""


def show(session: Session, visit: Visit) -> Answer:
    business = visit.business
    channel, chosen = wording.asked(business, visit.query.get("channel", ""), visit.query.get("language", ""))
    entries = _entries(session, visit, chosen, channel)
    context: dict[str, Any] = {
        "chosen": chosen, "languages": NAMES, "channel": channel,
        "channels": {each: CHANNELS[each] for each in wording.channels(business)},
        "cases": _cases(entries), "moments": _moments(entries), "notices": _notices() if channel == SMS else [],
        "has_odd_prefixes": bool(wording_prefix.changes(session, business, chosen, channel)),
        "keywords": keyword.of(business), "answering": _answering(session, visit, channel),
        "main": businesses.get(session, business.policy_id) if business.main_id else None,
    }  # fmt: skip
    return Page("wordings/page.html", context)


def _entries(session: Session, visit: Visit, chosen: Language, channel: str) -> list[Entry]:
    known = wording_text.values(visit.business, chosen, visit.member.name)
    notes = _notes(session, visit, channel)
    return [
        _entry(each, known, notes, _template(session, visit, each))
        for each in wording.all_in_force(session, visit.business, chosen, channel)
    ]


def _entry(each: InForce, known: dict[str, str], notes: dict[str, str], template: str) -> Entry:
    text = wording_text.fill(each.text, known)
    return Entry(each.slot, text, segment.count(text), each.number, notes.get(each.slot.key, ""), template)


def _template(session: Session, visit: Visit, each: InForce) -> str:
    """Its name, and what WhatsApp says of it."""
    if each.template is None:
        return ""
    return (
        f"{each.template['name']}, {wording_template.status(session, visit.business.id, each.template) or 'not known'}"
    )


def _cases(entries: list[Entry]) -> dict[str, list[Entry]]:
    """The twelve, by who texts first and in the order in which they happen; nothing where nothing asks."""
    twelve = sorted((each for each in entries if each.slot.case), key=_turn)
    return {case: found for case in (MO, MT) if (found := [each for each in twelve if each.slot.case == case])}


def _turn(entry: Entry) -> tuple[int, bool]:
    _, event, _ = entry.slot.key.split(".")
    return _EVENTS.index(event), entry.slot.is_notice


def _moments(entries: list[Entry]) -> dict[str, list[Entry]]:
    """The others by their moment, both in the order of the table of slots."""
    found: dict[str, list[Entry]] = {}
    for each in entries:
        if not each.slot.case:
            found.setdefault(each.slot.moment, []).append(each)
    return found


def _notes(session: Session, visit: Visit, channel: str) -> dict[str, str]:
    """Exactly one answer to a STOP: where the provider sends it, ours is for other words than the bare one."""
    return {
        key: f"Your provider answers the bare word {word.upper()} itself; this one answers any other way to say it."
        for key, word in _ANSWERED.items()
        if _answers(session, visit, channel, word)
    }


def _answering(session: Session, visit: Visit, channel: str) -> Answering:
    """Shown beside the words (interface.md 6.4)."""
    ours = sender.of(session, visit.business.id, channel)
    if ours is None:
        return Answering(None)
    return Answering(ours.provider.capitalize() if _answers(session, visit, channel, "stop") else "", ours.number)


def _answers(session: Session, visit: Visit, channel: str, word: str) -> bool:
    ours = sender.of(session, visit.business.id, channel)
    provider = visit.state.providers.get(ours.provider) if ours else None
    return provider is not None and provider.answers(word, ours.number)


def _notices() -> list[tuple[Slot, str]]:
    return [(SLOTS[key], text) for key, text in NOTICES.items()]
