"""Why a text may not go, in the words a member reads: each refusal with the one thing that would change it."""

from dataclasses import dataclass

from portal.accounts.sender import SMS, WHATSAPP

OWN_PAUSE = "own_pause"


@dataclass(frozen=True)
class Refuse:
    """`reason` is one of interface.md section 5; `sentence` says it to a member, `unlock` what would change it.
    `is_own_pause`: the client asked for quiet, and did not opt out on another number."""

    reason: str
    sentence: str
    unlock: str
    is_own_pause: bool = False

    @property
    def kept_as(self) -> str:
        """The reason that is kept with a text; its sentence is in REFUSALS."""
        return OWN_PAUSE if self.is_own_pause else self.reason


_ASK = "Send them a questionnaire with an opt-in question; texting opens when they answer Yes."
REFUSALS = {
    "opted_out": (
        "This client opted out. Nothing can be sent to this number.",
        "Only the client can change this: by texting START, or by answering Yes in a questionnaire you send them.",
    ),
    "declined": (
        "This client said No to texts.",
        "Only the client can change this, by answering Yes in a questionnaire.",
    ),
    "no_consent": ("This number has not agreed to get texts from you.", _ASK),
    "awaiting_reply": (
        "This number was asked and has not answered yet.",
        "Wait for their YES; texting opens with it.",
    ),
    "not_current": (
        "This number no longer belongs to this contact.",
        "Text the contact's current number, once it has opted in.",
    ),
    "carrier_blocked": (
        "The client agreed, but their carrier still blocks texts from your number.",
        "Ask the client to text START to your number; the block ends at once.",
    ),
    "paused": (
        "This contact opted out on another of their numbers, so this one is paused too.",
        "It opens again when the client opts in with this number, by a questionnaire or by texting START.",
    ),
    OWN_PAUSE: (
        "The client asked for no texts until a later day.",
        "It opens again on that day, or when the client ends the pause on their own page or texts START.",
    ),
    "in_review": (
        "A reply of this client may mean that they want no texts.",
        "Read the reply and decide: keep texting, or opt out.",
    ),
    "undeliverable": ("Texts do not reach this number; it may be a landline.", "Ask the client for a mobile number."),
    "scope": (
        "The client agreed to other kinds of texts, not to this one.",
        "Ask for this kind of text in a questionnaire; offers have a question of their own there.",
    ),
    "window_closed": (
        "On WhatsApp you may write freely for 24 hours after the client's last message, and these are over.",
        "Send an approved template, or wait until they write.",
    ),
    "capped": ("Today's limit of texts is used up.", "It opens again tomorrow."),
    "sender_off": ("There is no active number to send from.", "Ask the operator to add a sender."),
    "quarantine": (
        "Sending is paused: after a restore or a jump of the clock, nothing leaves before somebody has looked.",
        "The operator ends it with “portal reconcile --release”, once the providers were asked what was missed.",
    ),
}  # fmt: skip


ON_WHATSAPP = {
    "undeliverable": (
        "This number could not be reached on WhatsApp.",
        "They may not use it, or not with this number; a text needs its own consent.",
    ),
    "sender_off": (
        "There is no active WhatsApp number to send from.",
        "Switch WhatsApp on in Settings > Features, or ask the operator to add a number.",
    ),
}


def refusal(reason: str, channel: str = SMS) -> Refuse:
    said = ON_WHATSAPP if channel == WHATSAPP and reason in ON_WHATSAPP else REFUSALS
    return Refuse(reason, *said[reason])
