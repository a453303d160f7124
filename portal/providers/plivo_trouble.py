"""What each of Plivo's error codes means for the number, the sender or the next try (rules.md 5.2).

They come with status callbacks only; a refused request has a sentence and no code. Meanings: Plivo's error code page.
"""

from portal.providers.provider import Trouble

_CODES = {
    Trouble.BLOCKED: "200",
    Trouble.UNDELIVERABLE: "50 70",
    Trouble.SENDER: "40 90 201 900 910",
    Trouble.CONTENT: "10 30 60 100 110",
    Trouble.TEMPORARY: "20 80 300 420",
}
_TROUBLE = {code: trouble for trouble, codes in _CODES.items() for code in codes.split()}
_SENTENCES = {
    "10": "The carrier calls this text invalid; another wording may pass.",
    "20": "The carrier's network failed.",
    "30": "The carrier's filter took this text for spam.",
    "40": "Carriers do not accept this sender at Plivo.",
    "50": "This is no number that can get texts; ask for another one.",
    "60": "Plivo saw the same text go back and forth.",
    "70": "No text can reach this number; ask for another one.",
    "80": "The phone could not be reached for now.",
    "90": "Plivo has no way to this number's network from your sender.",
    "100": "The carrier does not allow this text.",
    "110": "This text is too long for Plivo.",
    "200": "Plivo holds a STOP from this number; only START from the phone itself lifts it.",
    "201": "US toll-free numbers cannot text Canadian numbers.",
    "300": "Plivo could not hand the text over.",
    "420": "The text expired before it could be delivered.",
    "900": "The Plivo account has no credit left.",
    "910": "The Plivo account is switched off.",
}


def trouble_of(code: str) -> Trouble | None:
    """None for a code we do not know (and for 000, no error): nothing may be concluded about the number from it."""
    return _TROUBLE.get(code)


def sentence_of(code: str) -> str:
    """One line for the business, empty for a code we have no words for."""
    return _SENTENCES.get(code, "")
