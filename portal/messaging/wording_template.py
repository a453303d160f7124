"""The approved template behind a text that WhatsApp has to deliver outside its 24 hours (X-30).

The provider's template has {{1}}, {{2}}, … where our words have places, in the same order.
"""

import re
from collections.abc import Mapping
from typing import Any

from portal.accounts.sender import WHATSAPP
from portal.errors import Invalid
from portal.messaging import wording_text
from portal.messaging.wording_slot import Slot

_NAME = re.compile(r"[a-z0-9_]{1,512}")
_LANGUAGE = re.compile(r"[a-z]{2,3}(_[A-Z]{2})?")
LANGUAGES: Mapping[str, str] = {"en": "en_US", "es": "es", "fr": "fr"}
"""WhatsApp's own codes."""


def problem(template: Mapping[str, str] | None, slot: Slot, channel: str) -> str:
    """What is wrong with the choice, as a sentence; "" for nothing."""
    if template is None:
        return ""
    if channel != WHATSAPP or not slot.may_need_template:
        return "No template is needed for this text."
    if not _NAME.fullmatch(template["name"]):
        return "A template's name has small letters, digits and underscores only, as in opt_in_request."
    if not _LANGUAGE.fullmatch(template["language"]):
        return "A template's language is a code such as en_US or es."
    return ""


def check(template: Mapping[str, str] | None, slot: Slot, channel: str) -> None:
    """Raises Invalid."""
    sentence = problem(template, slot, channel)
    if sentence:
        raise Invalid(sentence, fields={"template": [sentence]})


def filled(template: Mapping[str, str], text: str, known: Mapping[str, str]) -> dict[str, Any]:
    """As the outbox wants it: each place once, in the order of the words."""
    names = wording_text.places(text)
    return {**template, "parameters": [known[name] for name in names if name in known]}


def body(text: str) -> str:
    """The words as they are handed in for approval."""
    numbers = {name: f"{{{{{i}}}}}" for i, name in enumerate(wording_text.places(text), 1)}
    return wording_text.fill(text, numbers)
