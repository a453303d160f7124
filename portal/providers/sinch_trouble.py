"""What Sinch's codes mean for the number, the sender or the next try (rules.md 5.5; its own codes begin with 4).

The carriers' codes come through as they are and mean different things with different carriers, so of those only 257
(“user opted out”) is read.
"""

from portal.providers.provider import Trouble

_CODES = {
    Trouble.BLOCKED: "257",
    Trouble.SENDER: "402 410 412",
    Trouble.CONTENT: "405 408 411",
    Trouble.TEMPORARY: "403 404 406",
}
_TROUBLE = {code: trouble for trouble, codes in _CODES.items() for code in codes.split()}
_SENTENCES = {
    Trouble.BLOCKED: "The carrier holds a STOP from this number; only START from the phone itself lifts it.",
    Trouble.UNDELIVERABLE: "No text can reach this number; ask for another one.",
    Trouble.SENDER: "The sender or the Sinch account is not set up for this text.",
    Trouble.CONTENT: "This text was refused; another wording may pass.",
    Trouble.TEMPORARY: "Sinch could not pass this text on just now.",
}
_BY_STATUS = {
    "expired": "The phone was not reached before the time for this text was over.",
    "deleted": "The carrier dropped this text: the number may not exist, or may have opted out there.",
    "cancelled": "This text was cancelled at Sinch.",
}
_FAILED = "The text did not arrive."


def trouble_of(code: str) -> Trouble | None:
    """None for a code we do not know: nothing may be concluded about the number from it."""
    return _TROUBLE.get(code)


def refusal(trouble: Trouble, said: str) -> str:
    """One line for the business about a send: ours first, then Sinch's own words, shortened."""
    shown = " ".join(said.split())[:300]
    return f"{_SENTENCES[trouble]} Sinch says: {shown}" if shown else _SENTENCES[trouble]


def failure(code: str, word: str) -> str:
    """Why a text did not arrive, by its code or else by Sinch's word for its state."""
    trouble = trouble_of(code)
    return _SENTENCES[trouble] if trouble else _BY_STATUS.get(word, _FAILED)
