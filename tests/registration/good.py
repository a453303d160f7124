"""A business whose registration nobody could reject, as a pack without a database."""

from dataclasses import replace
from typing import Any

from portal.accounts.business import Business
from portal.registration import pack
from portal.registration.live import Form, Live, Text
from portal.registration.number import Number
from portal.registration.pack import Pack

URL = "https://portal.example.com"
NUMBER = Number("s1", "+12025550199", "twilio")
TOLL_FREE = Number("s2", "+18445550199", "twilio")
WORDS = {
    "form.confirmation": (
        "Hearth Photography: you're opted in to texts about your appointments and projects. Msg frequency varies. Msg "
        "& data rates may apply. Reply HELP for help, STOP to opt out."
    ),
    "opt_out.confirmation": (
        "Hearth Photography: You are opted out and will receive no more texts from us. Reply START to opt back in."
    ),
    "help": (
        "Hearth Photography: For help call (415) 555-0100. Msg frequency varies. Msg & data rates may apply. "
        "Reply STOP to opt out."
    ),
}
REQUEST = (
    "Hearth Photography would like to text you about your appointments and projects. Msg & data rates may apply. "
    "Reply YES to agree, HELP for help, STOP to opt out."
)


def business(**values: Any) -> Business:
    known = {
        "slug": "hearth-photography", "name": "Hearth Photography", "phone": "(415) 555-0100",
        "email": "hello@hearth.example", "allowed_regions": ["US"], "capabilities": ["texting"],
    }  # fmt: skip
    return Business(**(known | values))


def live(found: Business | None = None, **values: Any) -> Live:
    made = Live(
        found or business(), URL, (NUMBER,), (Form("Before your session", f"{URL}/f/abc"),),
        (Text("a1", "Reminder", "Hello {first_name|there}, {business} sees you {date}. Reply STOP to opt out."),),
        words=WORDS,
    )  # fmt: skip
    return replace(made, **values)


def good(**values: Any) -> Pack:
    """With some fields of the pack different."""
    return replace(pack.of(live()), **values)
