"""Why a scheduled text was not sent: the gate's reasons and those of automations, each as one sentence for members."""

from collections.abc import Mapping

from portal.automations.variable import VARIABLES
from portal.messaging import deferral, gate

AUTOMATION_PAUSED, AUTOMATION_ENDED, STALE = "automation_paused", "automation_ended", "stale"
DATE_MOVED, PROJECT_ARCHIVED, NO_CLIENT, TOO_LONG = "date_moved", "project_archived", "no_client", "too_long"
TEXTING_OFF, BROKEN, RESTORED = "texting_off", "broken", "restored"
BY_MEMBER = "cancelled by a member"
_OURS: Mapping[str, str] = {
    AUTOMATION_PAUSED: "The automation was paused when this was due. What was missed is not sent later.",
    AUTOMATION_ENDED: "The automation had ended before this was due.",
    BROKEN: "A fault of ours: it could not be worked out. The operator finds it in the log.",
    TEXTING_OFF: "Texting is switched off for this business.",
    RESTORED: "A backup was restored after this was due. It may have gone out already, so it is not sent again.",
    STALE: "It could not be sent in time, and would be out of date by now.",
    "expired": "It could not be sent in time, and would be out of date by now.",
    DATE_MOVED: "The date it is about has changed since.",
    PROJECT_ARCHIVED: "The project has been archived.",
    NO_CLIENT: "This contact is no longer part of the project.",
    TOO_LONG: "With the names filled in, the text is too long.",
    BY_MEMBER: "A member cancelled it.",
    **deferral.DROPPED,
}


def in_plain_words(reason: str) -> str:
    """The same where nobody edits the text: without braces and without what to write instead."""
    for name, meaning in VARIABLES.items():
        if reason == f"no value for {{{name}}}":
            return f"There is no value for {meaning}."
    return sentence(reason)


def sentence(reason: str) -> str:
    """For a reason that is not known here, the reason itself."""
    if reason in gate.REFUSALS:
        return gate.REFUSALS[reason][0]
    for name, meaning in VARIABLES.items():
        if reason == f"no value for {{{name}}}":
            return f"There is no value for {{{name}}}, {meaning}. Write {{{name}|…}} with words to use instead."
    return _OURS.get(reason, reason)
