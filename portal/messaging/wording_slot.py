"""Which automatic texts a business may word, when each goes out, and what each must say (CTIA 5.1.2.1, rules.md 7).

A further text is one more row here, with our own words for it in wording_default.py or wording_opt_in.py.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from portal.accounts.sender import CHANNELS, SMS

MO, MT = "MO (you text first)", "MT (client texts first)"
"""The seed's two cases, by its own names (X-1); elsewhere in telecom they mean the opposite."""


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
    EMPLOYEE = "employee"
    MSG_DATA = "msg_data"
    Y_OR_N = "y_or_n"


@dataclass(frozen=True)
class Slot:
    """`title` says what it is, `when` it goes out; `required` is what it must say and `advised` what it should;
    `may_say` are its places beside {business}, {purposes}, {contact} and {questions}. One with `is_notice` is read by
    members only, and one with `is_fixed` in our words. One of the twelve has a `case`. `may_need_template`: WhatsApp
    may have to deliver it outside its 24 hours."""

    key: str
    moment: str
    title: str
    when: str
    required: tuple[Part, ...] = ()
    may_say: tuple[str, ...] = ()
    is_fixed: bool = False
    advised: tuple[Part, ...] = ()
    case: str = ""
    is_notice: bool = False
    may_need_template: bool = False
    channels: tuple[str, ...] = (SMS,)

    @property
    def places(self) -> tuple[str, ...]:
        return ("business", "purposes", "contact", "questions", *self.may_say)

    def must_say(self, channel: str) -> tuple[Part, ...]:
        return _on(channel, self.required)

    def should_say(self, channel: str) -> tuple[Part, ...]:
        return _on(channel, self.advised)


def _on(channel: str, parts: tuple[Part, ...]) -> tuple[Part, ...]:
    """Only carriers bill for single texts and want their frequency told."""
    return tuple(each for each in parts if channel == SMS or each not in (Part.RATES, Part.FREQUENCY))


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
    Slot(
        "reply.confirmation", _BACK, "Confirmation of a START", "After a START that opens texting again.", _CONFIRMS,
        channels=CHANNELS,
    ),
    Slot(
        "opt_out.confirmation", _STOP, "Confirmation of a STOP",
        "Once, within five minutes of a STOP, where the provider does not answer it itself. It may only confirm.",
        (Part.BRAND, Part.NO_MORE), channels=CHANNELS,
    ),
    Slot(
        "clarification", _STOP, "Question about a possible stop",
        "After a reply that probably means stop. Silence is a stop, so it must be valid as its confirmation.",
        (Part.BRAND, Part.STOP, Part.START), channels=CHANNELS,
    ),
    Slot(
        "help", "A client asks for help", "Answer to HELP",
        "At most once in ten minutes, whether or not the client opted in.",
        (Part.BRAND, Part.CONTACT, Part.FREQUENCY, Part.RATES, Part.STOP), channels=CHANNELS,
    ),
    Slot("notice.opted_out", _TEAM, "A client opted out", "In the conversation.", is_fixed=True, is_notice=True),
    Slot("notice.opted_in", _TEAM, "A client opted in", "In the conversation.", is_fixed=True, is_notice=True),
)  # fmt: skip
_ASKED, _AGREED, _REFUSED = "The first message", "The client says Yes", "The client says stop"
_WELL = (Part.BRAND, Part.RATES, Part.HELP)


def _text(
    key: str, case: str, moment: str, title: str, when: str, advised: tuple[Part, ...],
    required: tuple[Part, ...] = (), *, may_need_template: bool = False,
) -> Slot:  # fmt: skip
    return Slot(
        key, moment, title, when, required, ("employee",), advised=advised, case=case, channels=CHANNELS,
        may_need_template=may_need_template,
    )  # fmt: skip


def _notice(key: str, case: str, moment: str, title: str, when: str) -> Slot:
    return Slot(key, moment, title, when, (), ("employee",), case=case, is_notice=True, channels=CHANNELS)


_ASKS = (Part.EMPLOYEE, Part.YES, Part.STOP)
_REFUSES = (Part.BRAND, Part.NO_MORE)
_TWELVE = (
    _text(
        "mt.request.client", MT, _ASKED, "Opt-in request to the client",
        "When a client texts first. Their text waits until they say Yes.", _WELL, _ASKS,
    ),
    _notice(
        "mt.request.user", MT, _ASKED, "Opt-in requested", "To you, when a client texts first and has been asked."
    ),
    _notice("mt.accepted.user", MT, _AGREED, "Opt-in accepted", "To you, when the client says Yes."),
    _text(
        "mt.accepted.client", MT, _AGREED, "Opt-in confirmation to the client", "Right after their Yes.",
        (*_WELL, Part.STOP),
    ),
    _text(
        "mo.request.client", MO, _ASKED, "Opt-in request to the client",
        "When you text a client first. Your text waits until they say Yes.", _WELL, _ASKS, may_need_template=True,
    ),
    _notice("mo.request.user", MO, _ASKED, "Opt-in requested", "To you, when the client has been asked."),
    _notice("mo.accepted.user", MO, _AGREED, "Opt-in accepted", "To you, when the client says Yes."),
    _text(
        "mo.accepted.client", MO, _AGREED, "Opt-in confirmation to the client", "Right after their Yes.",
        (*_WELL, Part.STOP),
    ),
    _notice("mo.rejected.user", MO, _REFUSED, "Opt-in rejected", "To you, when the client says stop, then or later."),
    _text(
        "mo.rejected.client", MO, _REFUSED, "Opt-in rejected, to the client",
        "After their STOP, then or later, where the provider does not answer it itself.", _REFUSES,
    ),
    _notice("mt.rejected.user", MT, _REFUSED, "Opt-in rejected", "To you, when the client says stop, then or later."),
    _text(
        "mt.rejected.client", MT, _REFUSED, "Opt-in rejected, to the client",
        "After their STOP, then or later, where the provider does not answer it itself.", _REFUSES,
    ),
)  # fmt: skip
TWELVE: Mapping[str, Slot] = {each.key: each for each in _TWELVE}
"""What asking before the first text says, to both sides (behaviours.md B2.1, T1 to T12)."""
SLOTS: Mapping[str, Slot] = {each.key: each for each in (*_ROWS, *_TWELVE)}
EDITABLE: Mapping[str, Slot] = {key: each for key, each in SLOTS.items() if not each.is_fixed}
