"""What each of Telnyx's error codes means for the number, the sender or the next try (rules.md 5.1).

The same table reads the refusal of a send and the failure in a `message.finalized`. Meanings: Telnyx's error code page.
"""

from portal.providers.provider import Trouble

_CODES = {
    Trouble.BLOCKED: "40300",
    Trouble.UNDELIVERABLE: "10001 10002 40001 40012 40301 40310",
    Trouble.SENDER: (
        "10009 10010 20014 20015 20016 20017 20100 40003 40010 40013 40016 40017 40018 40100 40150 40151 40305 40306"
        " 40308 40311 40312 40313 40314 40315 40320 40321 40323 40329 40331 40333"
    ),
    Trouble.ROUTE: "40309",
    Trouble.CONTENT: "40002 40007 40009 40015 40302 40304 40316 40317 40319 40322 40328",
    Trouble.TEMPORARY: "10011 40004 40005 40006 40008 40011 40014 40318",
}
_TROUBLE = {code: trouble for trouble, codes in _CODES.items() for code in codes.split()}
_SENTENCES = {
    "40010": "Carriers refuse this number until its 10DLC brand and campaign are registered at Telnyx.",
    "40309": "The messaging profile does not allow texts to this country; allow it at Telnyx.",
    "40312": "The messaging profile is switched off at Telnyx.",
    "40333": "The spending limit of the messaging profile is reached.",
}
_GENERAL = {
    Trouble.BLOCKED: "Telnyx holds a STOP from this number; only START from the phone itself lifts it.",
    Trouble.UNDELIVERABLE: "No text can reach this number; ask for another one.",
    Trouble.SENDER: "The sender or the Telnyx account is not set up for this text.",
    Trouble.CONTENT: "This text was refused; another wording may pass.",
    Trouble.TEMPORARY: "The text could not be taken or delivered now.",
}


def trouble_of(code: str) -> Trouble | None:
    """None for a code we do not know: nothing may be concluded about the number from it."""
    return _TROUBLE.get(code)


def sentence_of(trouble: Trouble, code: str, said: str) -> str:
    """One line for the business: ours first, then Telnyx's own words, shortened."""
    shown = " ".join(said.split())[:300]
    ours = _SENTENCES.get(code, _GENERAL.get(trouble, "Telnyx refused this text."))
    return f"{ours} Telnyx says: {shown}" if shown else ours
