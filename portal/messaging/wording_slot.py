"""Which automatic texts a business may word, when each goes out, and what each must say (CTIA 5.1.2.1, rules.md 7).

A further text is one more row here, with our own words for it in wording_default.py.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class Part(StrEnum):
    """One thing a text has to say."""

    BRAND = "brand"
    PURPOSES = "purposes"
    FREQUENCY = "frequency"
    RATES = "rates"
    HELP = "help"
    STOP = "stop"
    START = "start"
    YES = "yes"
    CODE = "code"
    CONTACT = "contact"
    NO_MORE = "no_more"


@dataclass(frozen=True)
class Slot:
    """`title` says what it is, `when` it goes out; `required` is what it must say; `may_say` are its places beside
    {business}, {purposes}, {contact} and {questions}. One with `is_fixed` is read by members only, in our words."""

    key: str
    moment: str
    title: str
    when: str
    required: tuple[Part, ...] = ()
    may_say: tuple[str, ...] = field(default=())
    is_fixed: bool = False

    @property
    def places(self) -> tuple[str, ...]:
        return ("business", "purposes", "contact", "questions", *self.may_say)


_CONFIRMS = (Part.BRAND, Part.PURPOSES, Part.FREQUENCY, Part.RATES, Part.HELP, Part.STOP)
_YES, _BACK, _STOP = "A client says Yes", "A client comes back", "A client says stop"
_TEAM = "Only your team reads this"
_ROWS = (
    Slot("form.confirmation", _YES, "Confirmation of a Yes", "Right after a Yes, before any other text.", _CONFIRMS),
    Slot(
        "form.request", _YES, "Request to confirm a Yes",
        "After a Yes in a questionnaire that asks the phone itself to confirm it.",
        (Part.BRAND, Part.PURPOSES, Part.YES, Part.RATES, Part.HELP, Part.STOP),
    ),
    Slot(
        "form.code", _YES, "Code to confirm a Yes",
        "After a Yes in a questionnaire that asks for a one-time code from the phone.",
        (Part.BRAND, Part.CODE, Part.PURPOSES, Part.YES, Part.RATES, Part.HELP, Part.STOP), ("code",),
    ),
    Slot("reply.confirmation", _BACK, "Confirmation of a START", "After a START that opens texting again.", _CONFIRMS),
    Slot(
        "opt_out.confirmation", _STOP, "Confirmation of a STOP",
        "Once, within five minutes of a STOP, where the provider does not answer it itself. It may only confirm.",
        (Part.BRAND, Part.NO_MORE),
    ),
    Slot(
        "clarification", _STOP, "Question about a possible stop",
        "After a reply that probably means stop. Silence is a stop, so it must be valid as its confirmation.",
        (Part.BRAND, Part.STOP, Part.START),
    ),
    Slot(
        "help", "A client asks for help", "Answer to HELP",
        "At most once in ten minutes, whether or not the client opted in.",
        (Part.BRAND, Part.CONTACT, Part.FREQUENCY, Part.RATES, Part.STOP),
    ),
    Slot("notice.opted_out", _TEAM, "A client opted out", "In the conversation.", is_fixed=True),
    Slot("notice.opted_in", _TEAM, "A client opted in", "In the conversation.", is_fixed=True),
)  # fmt: skip
SLOTS: Mapping[str, Slot] = {each.key: each for each in _ROWS}
EDITABLE: Mapping[str, Slot] = {key: each for key, each in SLOTS.items() if not each.is_fixed}
