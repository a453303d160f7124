"""The words of automatic texts: our own, or a business's in one of its languages, on each channel. Every version is
kept; the newest is in force, and going back to ours is a version too. No typed answer of a client is ever among them
(law 7). A branch uses the words of its main business."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from sqlmodel import Session

from portal.accounts import audit
from portal.accounts import business as businesses
from portal.accounts import language as languages
from portal.accounts.business import Business, Capability
from portal.accounts.language import Language
from portal.accounts.sender import CHANNELS, SMS, WHATSAPP
from portal.errors import Conflict, Invalid, NotFound
from portal.messaging import wording_lint, wording_template, wording_text, wording_version
from portal.messaging.wording_default import DEFAULTS, NOTICES, VERSION
from portal.messaging.wording_slot import EDITABLE, SLOTS, Slot

Template = dict[str, str]


@dataclass(frozen=True)
class Wording:
    """A text ready to go. `version`, as in form.confirmation/en/3, is kept with every text that used it. `template` is
    what WhatsApp needs for it outside its 24 hours: name, language and parameters in their order."""

    key: str
    text: str
    version: str
    template: Mapping[str, Any] | None = None


@dataclass(frozen=True)
class InForce:
    """The words of one slot in one language with their places unfilled. `number` is None while they are ours."""

    slot: Slot
    language: Language
    text: str
    number: int | None
    channel: str = SMS
    template: Template | None = None

    @property
    def version(self) -> str:
        return f"{self.slot.key}/{self.language}/{self.number or VERSION}"


def automatic(
    session: Session,
    business: Business,
    key: str,
    language: Language | None = None,
    *,
    channel: str = SMS,
    employee: str | Callable[[], str] = "",
) -> Wording:
    """The text of `key` with the business's own particulars filled in, in its language where none is given. `employee`
    is a member's name as it was entered, never anything typed by a client, or looks it up: only where the words have a
    place for it. Raises KeyError for an unknown key. A business that wrote no words of its own costs no query."""
    found = in_force(session, business, EDITABLE[key], language or Language(business.language), channel)
    if callable(employee):
        employee = employee() if "employee" in wording_text.places(found.text) else ""
    known = wording_text.values(business, found.language, employee)
    chosen = wording_template.usable(session, business, found.template)
    template = wording_template.filled(chosen, found.text, known) if chosen else None
    return Wording(key, wording_text.fill(found.text, known), found.version, template)


def notice(
    session: Session,
    business: Business,
    key: str,
    channel: str = SMS,
    language: Language | None = None,
    employee: str | Callable[[], str] = "",
) -> Wording:
    """What members read in the conversation. Raises KeyError for an unknown key and for what clients read."""
    if key in NOTICES:
        return Wording(key, NOTICES[key], f"{key}/{Language.EN}/{VERSION}")
    if not SLOTS[key].is_notice:
        raise KeyError(key)
    return automatic(session, business, key, language, channel=channel, employee=employee)


def in_force(session: Session, business: Business, slot: Slot, language: Language, channel: str = SMS) -> InForce:
    """What goes out now: the business's own version, or ours; ours too where a version is missing, since a STOP must
    never fail over words."""
    number = business.wordings.get(_mark(slot, language, channel))
    identity = _identity(business, slot, language, channel)
    kept = None if number is None else wording_version.one(session, identity, number)
    if kept is not None:
        return InForce(slot, language, str(kept.text), number, channel, kept.template)
    return InForce(slot, language, DEFAULTS[language][slot.key], None, channel)


def all_in_force(session: Session, business: Business, language: Language, channel: str = SMS) -> Iterator[InForce]:
    """Every slot that the business may word on this channel, in the order of the page."""
    for slot in slots(business, channel):
        yield in_force(session, business, slot, language, channel)


def slots(business: Business, channel: str) -> list[Slot]:
    """Those of what it was granted (M-6): nothing of WhatsApp without WhatsApp, and the twelve messages of asking
    before the first text only where something asks."""
    if channel not in channels(business):
        return []
    may_ask = business.has_whatsapp or business.may_use(Capability.FIRST_MESSAGE_GATE)
    return [each for each in EDITABLE.values() if channel in each.channels and (may_ask or not each.case)]


def channels(business: Business) -> list[str]:
    return [each for each in CHANNELS if each != WHATSAPP or business.has_whatsapp]


def asked(business: Business, channel: str, code: str) -> tuple[str, Language]:
    """The channel and language that an address names, SMS and the business's own where it names none. Raises NotFound
    for a channel that the business does not have."""
    if channel and channel not in channels(business):
        raise NotFound("There is no such text.")
    return channel or SMS, languages.known(code) or Language(business.language)


def editable(business: Business, key: str, channel: str = SMS) -> Slot:
    """Raises NotFound for a key that this business does not have, Conflict for words that are fixed."""
    if key in SLOTS and key not in EDITABLE:
        raise Conflict("These words are fixed.", reason="fixed")
    if key not in SLOTS or SLOTS[key] not in slots(business, channel):
        raise NotFound("There is no such text.")
    return SLOTS[key]


def longest(session: Session, business: Business) -> int:
    """Characters of the longest text that may go out for it: in its language, and where it wrote words of its own."""
    texts = (
        automatic(session, business, slot.key, language, channel=channel).text
        for channel in channels(business)
        for language in Language
        for slot in slots(business, channel)
        if not slot.is_notice and (language == business.language or _mark(slot, language, channel) in business.wordings)
    )
    return max(map(len, texts))


def versions(session: Session, business: Business, slot: Slot, language: Language, channel: str = SMS) -> list[Any]:
    """The newest first: number, text (None: back to ours), template, when and by whom."""
    return wording_version.newest(session, _identity(business, slot, language, channel))


def save(
    session: Session,
    business: Business,
    slot: Slot,
    language: Language,
    text: str | None,
    *,
    actor: str,
    ip: str,
    channel: str = SMS,
    template: Template | None = None,
) -> InForce:
    """A new version, in force from now on in every branch; None goes back to ours. Words that are in force already add
    nothing. Raises Invalid, naming what is missing, and Conflict in a branch."""
    businesses.require_main(business)
    if text is not None:
        report = wording_lint.check(text, slot, language, business, channel=channel)
        if report.errors:
            raise Invalid("This text cannot go out yet.", fields={"text": report.errors})
        wording_template.check(session, business, template, slot, channel, text)
    business = wording_version.locked(session, business)
    before = in_force(session, business, slot, language, channel)
    if (before.text, before.template) == (text, template) or (text is None and before.number is None):
        return before
    number = wording_version.add(
        session, _identity(business, slot, language, channel), text, template if text else None, by=actor
    )
    _put_in_force(session, business, _mark(slot, language, channel), None if text is None else number)
    audit.note(
        session, "wording.changed", actor=actor, business_id=business.id, object=_mark(slot, language, channel), ip=ip,
        version=number, is_ours=text is None,
    )  # fmt: skip
    return in_force(session, business, slot, language, channel)


def _put_in_force(session: Session, business: Business, mark: str, number: int | None) -> None:
    others = {name: kept for name, kept in business.wordings.items() if name != mark}
    businesses.change_policy(session, business, wordings=others if number is None else others | {mark: number})
    session.flush()


def _identity(business: Business, slot: Slot, language: Language, channel: str) -> wording_version.Identity:
    return {"business_id": business.policy_id, "channel": channel, "key": slot.key, "language": str(language)}


def _mark(slot: Slot, language: Language, channel: str) -> str:
    return f"{channel}/{slot.key}/{language}"
