"""The words of automatic texts: what goes out now, and other words for it. What is missing in them is named."""

from typing import Annotated, Literal

from pydantic import Field
from sqlmodel import Session

from portal.accounts.language import Language
from portal.api.operation import Answer, Call
from portal.api.value import Asked, Given, Told, Words
from portal.messaging import wording, wording_lint, wording_template
from portal.messaging.wording import InForce
from portal.messaging.wording_default import NOTICES, VERSION
from portal.messaging.wording_lint import TYPED
from portal.messaging.wording_slot import Slot

Channel = Literal["sms", "whatsapp"]
Line = Annotated[str, Field(max_length=512)]


class Template(Given):
    """An approved WhatsApp template, by its name and WhatsApp's code for its language."""

    name: Line
    language: Line


class NewWording(Given):
    """`text` may hold the `places` of its key. Null goes back to the portal's own words. `template` is for texts that
    WhatsApp delivers outside its 24 hours; left out, it stays as it is."""

    channel: Channel = "sms"
    language: Literal["en", "es", "fr"]
    text: Annotated[Words, Field(max_length=TYPED)] | None
    template: Template | None = None


class WordingPage(Asked):
    """Without `channel`, every channel of the business; without `language`, every language."""

    channel: Channel | None = None
    language: Literal["en", "es", "fr"] | None = None


class Wording(Told):
    """`sample` is the text with its places filled. `own` is false while the portal's words go out; `editable` is false
    for words that are fixed, and in a branch. `recipient` is who reads it. `required` names what the text must say;
    `warnings` are sentences about what it lacks or costs. `template_status` is what WhatsApp says of the template,
    approved for instance, and empty where nobody knows."""

    key: str
    channel: str
    recipient: Literal["client", "member"]
    language: Language
    text: str
    sample: str
    version: str
    own: bool
    editable: bool
    required: list[str]
    places: list[str]
    segments: int
    encoding: str
    warnings: list[str]
    template: dict[str, str] | None
    template_status: str


class Wordings(Told):
    """Always one page: `next` is null."""

    items: list[Wording]
    next: str | None


def page(session: Session, call: Call) -> Answer:
    query = call.asked(WordingPage)
    languages = [Language(query.language)] if query.language else list(Language)
    channels = [query.channel] if query.channel else wording.channels(call.business)
    items = [
        _told(session, call, found)
        for channel in channels
        for each in languages
        for found in wording.all_in_force(session, call.business, each, channel)
    ]
    has_fixed = "sms" in channels and Language.EN in languages
    return Answer(Wordings(items=items + (_fixed() if has_fixed else []), next=None))


def change(session: Session, call: Call) -> Answer:
    """Raises NotFound for an unknown key, Conflict for fixed words and in a branch, Invalid naming what is missing."""
    wanted = call.given(NewWording)
    slot, language = wording.editable(call.business, call.params["key"], wanted.channel), Language(wanted.language)
    found = wording.save(
        session, call.business, slot, language, wanted.text.strip() if wanted.text else None, actor=call.actor,
        ip=call.ip, channel=wanted.channel, template=_template(session, call, slot, wanted),
    )  # fmt: skip
    return Answer(_told(session, call, found))


def _template(session: Session, call: Call, slot: Slot, wanted: NewWording) -> dict[str, str] | None:
    if "template" in wanted.model_fields_set:
        return wanted.template.model_dump() if wanted.template else None
    return wording.in_force(session, call.business, slot, Language(wanted.language), wanted.channel).template


def _told(session: Session, call: Call, found: InForce) -> Wording:
    slot = found.slot
    report = wording_lint.check(found.text, slot, found.language, call.business, channel=found.channel)
    return Wording(
        key=slot.key, channel=found.channel, recipient="member" if slot.is_notice else "client",
        language=found.language, text=found.text, sample=report.filled, version=found.version,
        own=found.number is not None, editable=call.business.main_id is None,
        required=[str(part) for part in slot.must_say(found.channel)], places=list(slot.places),
        segments=report.size.segments, encoding=report.size.encoding,
        warnings=list(report.warnings), template=found.template,
        template_status=wording_template.status(session, call.business.id, found.template),
    )  # fmt: skip


def _fixed() -> list[Wording]:
    """Notices are read by members, in English; nothing is sent."""
    return [
        Wording(
            key=key, channel="sms", recipient="member", language=Language.EN, text=text, sample=text,
            version=f"{key}/en/{VERSION}",
            own=False, editable=False, required=[], places=[], segments=0, encoding="",
            warnings=[], template=None, template_status="",
        )
        for key, text in NOTICES.items()
    ]  # fmt: skip
