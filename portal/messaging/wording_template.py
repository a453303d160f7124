"""The approved template behind a text that WhatsApp has to deliver outside its 24 hours (X-30).

The provider's template has {{1}}, {{2}}, … where our words have places, in the same order.
"""

from collections.abc import Mapping
from typing import Any

from sqlmodel import Session

from portal.accounts.business import Business
from portal.accounts.sender import WHATSAPP
from portal.errors import Invalid
from portal.messaging import whatsapp_template, wording_text
from portal.messaging.whatsapp_template import Standing, WhatsappTemplate
from portal.messaging.wording_slot import Slot

LANGUAGES: Mapping[str, str] = {"en": "en_US", "es": "es", "fr": "fr"}
"""WhatsApp's own codes."""


def known(session: Session, business_id: str, template: Mapping[str, str] | None) -> WhatsappTemplate | None:
    """The business's own record of a template; None where nobody has written it down."""
    if template is None:
        return None
    chosen = (template["name"], template["language"])
    return next(
        (each for each in whatsapp_template.of(session, business_id) if (each.name, each.language) == chosen), None
    )


def status(session: Session, business_id: str, template: Mapping[str, str] | None) -> str:
    """What WhatsApp says of it: approved, pending, rejected or paused; "" where nobody knows."""
    found = known(session, business_id, template)
    return found.status if found else ""


def problem(
    session: Session, business: Business, template: Mapping[str, str] | None, slot: Slot, channel: str, text: str
) -> str:
    """What is wrong with the choice, as a sentence; "" for nothing. The words kept here must be the approved ones,
    since these are what the client reads."""
    if template is None:
        return ""
    if channel != WHATSAPP or not slot.may_need_template:
        return "No template is needed for this text."
    if not whatsapp_template.NAME.fullmatch(template["name"]):
        return "A template's name has small letters, digits and underscores only, as in opt_in_request."
    if not whatsapp_template.LANGUAGE.fullmatch(template["language"]):
        return "A template's language is a code such as en_US or es."
    found = known(session, business.id, template)
    if found is not None and found.body.split() != body(text).split():
        return f"The template says something else: “{found.body}”. The words here must be the same."
    return ""


def check(
    session: Session, business: Business, template: Mapping[str, str] | None, slot: Slot, channel: str, text: str
) -> None:
    """Raises Invalid."""
    sentence = problem(session, business, template, slot, channel, text)
    if sentence:
        raise Invalid(sentence, fields={"template": [sentence]})


def usable(session: Session, business: Business, template: Mapping[str, str] | None) -> Mapping[str, str] | None:
    """The template, unless WhatsApp is known not to take it now."""
    known_status = status(session, business.id, template) if template else ""
    return template if known_status in ("", Standing.APPROVED) else None


def filled(template: Mapping[str, str], text: str, known: Mapping[str, str]) -> dict[str, Any]:
    """As the outbox wants it: each place once, in the order of the words."""
    names = wording_text.places(text)
    return {**template, "parameters": [known[name] for name in names if name in known]}


def body(text: str) -> str:
    """The words as they are handed in for approval."""
    numbers = {name: f"{{{{{i}}}}}" for i, name in enumerate(wording_text.places(text), 1)}
    return wording_text.fill(text, numbers)
