"""What each of Twilio's error codes means for the number, the sender or the next try (rules.md 4.6).

The same table reads the refusal of a send and the failure in a status callback.
"""

from portal.providers.provider import Trouble

_CODES = {
    Trouble.BLOCKED: "21610",
    Trouble.UNDELIVERABLE: "21211 21614 21635 30005 30006",
    Trouble.SENDER: "20003 21606 30002 30024 30032 30034",
    Trouble.ROUTE: "21408 21612",
    Trouble.CONTENT: "21602 21617 30004 30007",
    Trouble.TEMPORARY: "20429 21611 30001 30003 30008",
}
_TROUBLE = {code: trouble for trouble, codes in _CODES.items() for code in codes.split()}
_SENTENCES = {
    Trouble.BLOCKED: "The carrier holds a STOP from this number; only START from the phone itself lifts it.",
    Trouble.UNDELIVERABLE: "No text can reach this number; ask for another one.",
    Trouble.SENDER: "The sender or the Twilio account is not set up for this text.",
    Trouble.ROUTE: "Your sender may not text this number's country; Twilio's geo permissions allow it.",
    Trouble.CONTENT: "This text was refused; another wording may pass.",
    Trouble.TEMPORARY: "Twilio cannot take the text now; it may be tried again.",
}


def trouble_of(code: str) -> Trouble | None:
    """None for a code we do not know: nothing may be concluded about the number from it."""
    return _TROUBLE.get(code)


def sentence_of(trouble: Trouble, said: str) -> str:
    """One line for the business: ours first, then Twilio's own words, shortened."""
    shown = " ".join(said.split())[:300]
    return f"{_SENTENCES[trouble]} Twilio says: {shown}" if shown else _SENTENCES[trouble]
