"""A number to register, and what its kind is asked for: 10DLC campaigns and toll-free verification are two roads."""

from dataclasses import dataclass

from portal.accounts.sender import REHEARSAL

_TOLL_FREE = tuple(f"+1{area}" for area in (800, 833, 844, 855, 866, 877, 888))
"""The same as in providers/toll_free.py, which only app.py may know."""
TOLL_FREE, LOCAL, ABROAD, PRETEND = "toll_free", "10dlc", "abroad", "rehearsal"
KINDS = {
    TOLL_FREE: "Toll-free number",
    LOCAL: "Local number (10DLC)",
    ABROAD: "Number outside the United States and Canada",
    PRETEND: "Rehearsal",
}
ASKS = {
    TOLL_FREE: (
        "A toll-free verification: your legal name, address and website, a contact person, what you text about, a "
        "sample text, how clients opt in with the public page below, texts a month, and since 15 September 2026 the "
        "links to your privacy policy and your SMS terms. Until it is approved, the network blocks its texts."
    ),
    LOCAL: (
        "A brand (legal name, tax number, address and website of your business, not of this portal) and a campaign: "
        "the description, the message flow, two to five sample texts, the three answers with their words, and the "
        "links below. Until it is approved, carriers block or charge more for its texts."
    ),
    ABROAD: "Nothing of this is asked there. Ask your provider what that country wants.",
    PRETEND: "Nothing: no text leaves this computer. Add a real number when you begin.",
}


@dataclass(frozen=True)
class Number:
    """A number that texts leave from."""

    id: str
    number: str
    provider: str

    @property
    def kind(self) -> str:
        if self.provider == REHEARSAL:
            return PRETEND
        if self.number.startswith(_TOLL_FREE):
            return TOLL_FREE
        return LOCAL if self.number.startswith("+1") else ABROAD

    @property
    def kind_in_words(self) -> str:
        return KINDS[self.kind]

    @property
    def asks(self) -> str:
        return ASKS[self.kind]
