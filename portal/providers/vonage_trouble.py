"""What Vonage's codes mean for the number, the sender or the next try: one table for the answer to a send, another for
a delivery receipt, because the same figures say different things there.

Both from Vonage's own lists. Of the codes of its Messages API none is known to us: they change nothing.
"""

from collections.abc import Mapping

from portal.providers.provider import Trouble


def _by_code(codes: Mapping[Trouble, str]) -> Mapping[str, Trouble]:
    return {code: trouble for trouble, found in codes.items() for code in found.split()}


# 5 (“internal error”) is missing on purpose: it does not say that nothing was sent
_ANSWERS = _by_code(
    {
        Trouble.UNDELIVERABLE: "7 33",
        Trouble.SENDER: "2 3 4 8 9 11 14 15 23 32",
        Trouble.ROUTE: "22 29",
        Trouble.CONTENT: "6 12",
        Trouble.TEMPORARY: "1 10",
    }
)
_RECEIPTS = _by_code(
    {
        Trouble.BLOCKED: "9",
        Trouble.UNDELIVERABLE: "3 4 12 14",
        Trouble.SENDER: "11 16",
        Trouble.CONTENT: "6 10 13 50 51 52 53 54",
        Trouble.TEMPORARY: "1 2 5 7 8 15 99",
    }
)
_SENTENCES = {
    Trouble.BLOCKED: "This client has asked the carrier for no more texts; only START from the phone itself lifts it.",
    Trouble.UNDELIVERABLE: "No text can reach this number; ask for another one.",
    Trouble.SENDER: "The sender or the Vonage account is not set up for this text.",
    Trouble.ROUTE: "The Vonage account cannot text this network; a trial account texts only its own list.",
    Trouble.CONTENT: "This text was refused; another wording may pass.",
    Trouble.TEMPORARY: "Vonage cannot take the text now; it may be tried again.",
}
_RECEIPT_SENTENCES = {
    "2": "The phone was off or out of reach.",
    "7": "The phone was busy.",
    "13": "The carrier does not give this text to somebody of that age.",
    "15": "The client's prepaid card has no money left.",
}
_FAILED = "The text did not arrive."


def of_answer(code: str) -> Trouble | None:
    """None for a code that does not certainly mean that nothing was sent."""
    return _ANSWERS.get(code)


def of_receipt(code: str) -> Trouble | None:
    """None for a code we do not know: nothing may be concluded about the number from it."""
    return _RECEIPTS.get(code)


def sentence_of(trouble: Trouble, said: str) -> str:
    """One line for the business: ours first, then Vonage's own words, shortened."""
    shown = " ".join(said.split())[:300]
    return f"{_SENTENCES[trouble]} Vonage says: {shown}" if shown else _SENTENCES[trouble]


def receipt_sentence(code: str) -> str:
    """Why a text failed later on. Nobody tries it again by itself then, so no sentence says so."""
    trouble = of_receipt(code)
    if code in _RECEIPT_SENTENCES or trouble in (None, Trouble.TEMPORARY):
        return _RECEIPT_SENTENCES.get(code, _FAILED)
    return _SENTENCES[trouble]
