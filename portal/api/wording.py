"""The words of automatic texts: what goes out now, and other words for it. What is missing in them is named."""

from typing import Annotated, Literal

from pydantic import Field
from sqlmodel import Session

from portal.accounts.language import Language
from portal.api.operation import Answer, Call
from portal.api.value import Asked, Given, Told, Words
from portal.messaging import segment, wording, wording_text
from portal.messaging.wording import InForce
from portal.messaging.wording_default import NOTICES, VERSION
from portal.messaging.wording_lint import TYPED

Channel = Literal["sms"]


class NewWording(Given):
    """`text` may hold the `places` of its key. Null goes back to the portal's own words."""

    channel: Channel = "sms"
    language: Literal["en", "es", "fr"]
    text: Annotated[Words, Field(max_length=TYPED)] | None


class WordingPage(Asked):
    """Without `language`, every language."""

    channel: Channel = "sms"
    language: Literal["en", "es", "fr"] | None = None


class Wording(Told):
    """`sample` is the text with its places filled. `own` is false while the portal's words go out; `editable` is false
    for what only members read. `required` names what the text must say."""

    key: str
    channel: Channel
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


class Wordings(Told):
    """Always one page: `next` is null."""

    items: list[Wording]
    next: str | None


def page(session: Session, call: Call) -> Answer:
    query = call.asked(WordingPage)
    languages = [Language(query.language)] if query.language else list(Language)
    items = [_told(call, found) for each in languages for found in wording.all_in_force(session, call.business, each)]
    return Answer(Wordings(items=items + (_fixed() if Language.EN in languages else []), next=None))


def change(session: Session, call: Call) -> Answer:
    """Raises NotFound for an unknown key, Conflict for fixed words, Invalid naming what is missing."""
    wanted, slot = call.given(NewWording), wording.editable(call.business, call.params["key"])
    found = wording.save(
        session, call.business, slot, Language(wanted.language), wanted.text.strip() if wanted.text else None,
        actor=call.actor, ip=call.ip,
    )  # fmt: skip
    return Answer(_told(call, found))


def _told(call: Call, found: InForce) -> Wording:
    sample = wording_text.fill(found.text, wording_text.values(call.business, found.language))
    size = segment.count(sample)
    return Wording(
        key=found.slot.key, channel="sms", language=found.language, text=found.text, sample=sample,
        version=found.version, own=found.number is not None, editable=True,
        required=[str(part) for part in found.slot.required], places=list(found.slot.places), segments=size.segments,
        encoding=size.encoding,
    )  # fmt: skip


def _fixed() -> list[Wording]:
    """Notices are read by members, in English; nothing is sent."""
    return [
        Wording(
            key=key, channel="sms", language=Language.EN, text=text, sample=text, version=f"{key}/en/{VERSION}",
            own=False, editable=False, required=[], places=[], segments=0, encoding="",
        )
        for key, text in NOTICES.items()
    ]  # fmt: skip
