"""What Bandwidth's error codes mean for the number, the sender or the next try (rules.md 5.4; its list of 2023).

They come in reports; a refused send has no code but a word and the fields it is about.
"""

from portal.providers.provider import Trouble

_CODES = {
    Trouble.BLOCKED: "4775",
    Trouble.UNDELIVERABLE: "4303 4404 4406 4408 4434 4482 4492 4700 4720 4721",
    Trouble.SENDER: (
        "4001 4302 4401 4403 4405 4407 4409 4420 4421 4431 4432 4433 4451 4452 4481 4493 4740 4780 4790 4791 4792 4793"
    ),
    Trouble.CONTENT: "4301 4350 4410 4411 4412 4435 4470 4750 4751 4752 4770",
    Trouble.TEMPORARY: "4360 4701 4702 4730",
}
_TROUBLE = {code: trouble for trouble, codes in _CODES.items() for code in codes.split()}
_FIELDS = {"to": Trouble.UNDELIVERABLE, "text": Trouble.CONTENT}
_SENTENCES = {
    Trouble.BLOCKED: "The carrier holds a STOP from this number; only START from the phone itself lifts it.",
    Trouble.UNDELIVERABLE: "No text can reach this number; ask for another one.",
    Trouble.SENDER: "The sender or the Bandwidth account is not set up for this text.",
    Trouble.CONTENT: "This text was refused; another wording may pass.",
    Trouble.TEMPORARY: "Bandwidth could not pass this text on just now.",
}
_FAILED = "The text did not arrive."


def trouble_of(code: str) -> Trouble | None:
    """None for a code we do not know: nothing may be concluded about the number from it."""
    if len(code) == 4 and code.startswith("5"):
        return Trouble.TEMPORARY
    return _TROUBLE.get(code)


def of_field(name: str) -> Trouble:
    """Of a send that was refused because of this field."""
    return _FIELDS.get(name, Trouble.SENDER)


def sentence_of(trouble: Trouble | None, said: str) -> str:
    """One line for the business: ours first, then Bandwidth's own words, shortened."""
    shown = " ".join(said.split())[:300]
    ours = _SENTENCES[trouble] if trouble else _FAILED
    return f"{ours} Bandwidth says: {shown}" if shown else ours
