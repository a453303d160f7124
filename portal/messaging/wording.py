"""The words of automatic texts and notices. No typed answer of a client is ever among them (law 7)."""

from collections.abc import Mapping
from dataclasses import dataclass

from portal.accounts.business import Business


@dataclass(frozen=True)
class Wording:
    """`version` is kept with every text that used it."""

    key: str
    text: str
    version: str


VERSION = "default-1"

# the stars of `form.code` become the code when its text leaves (one_time_code.py)
DEFAULTS: Mapping[str, str] = {
    "form.confirmation": (
        "{business}: you're opted in to texts about {purposes}. Msg frequency varies. Msg & data rates may apply. "
        "Reply HELP for help, STOP to opt out."
    ),
    "form.request": (
        "{business}: reply YES to get texts about {purposes}. Msg frequency varies. Msg & data rates may apply. "
        "Reply HELP for help, STOP to refuse."
    ),
    "form.code": (
        "{business}: ****** is your code for texts about {purposes}. Type it on our page or reply YES. "
        "Msg & data rates may apply. Reply HELP for help, STOP to refuse."
    ),
    "reply.confirmation": (
        "{business}: you're opted in again to texts about {purposes}. Msg frequency varies. "
        "Msg & data rates may apply. Reply HELP for help, STOP to opt out."
    ),
    "opt_out.confirmation": (
        "{business}: You are opted out and will receive no more texts from us. Reply START to opt back in."
    ),
    "help": "{business}: {contact}Msg frequency varies. Msg & data rates may apply. Reply STOP to opt out.",
    "notice.opted_out": (
        "Your contact has opted out. No further messages can be sent to this contact until they have provided their "
        "consent again."
    ),
    "notice.opted_in": "Your contact has opted in. You may continue to send messages.",
}


def automatic(business: Business, key: str) -> Wording:
    """The text of `key` with the business's own particulars filled in. Raises KeyError for an unknown key."""
    values = {"business": business.name, "purposes": business.purposes, "contact": _contact(business)}
    return Wording(key, DEFAULTS[key].format(**values), VERSION)


def longest(business: Business) -> int:
    """Characters of the longest automatic text that may go out for it; notices stay in the house."""
    return max(len(automatic(business, key).text) for key in DEFAULTS if not key.startswith("notice."))


def _contact(business: Business) -> str:
    """How to reach a person, for HELP (CTIA 5.1.2.1); the privacy page where nothing else is known."""
    ways = []
    if business.phone:
        ways.append(f"call {business.phone}")
    if business.email:
        ways.append(f"email {business.email}")
    return f"For help {' or '.join(ways)}. " if ways else ""
