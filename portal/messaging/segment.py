"""How many parts a text costs on the air: GSM-7 or UCS-2, and which character forced the dearer one.

rules.md section 8.  The composer shows this while typing and the spend guard counts with it.
"""

from dataclasses import dataclass
from typing import Literal

BASIC = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
EXTENDED = frozenset("^{}[]~\\|€\f")
"""Characters that GSM-7 writes as an escape and a letter: two units that stay in one segment."""

SINGLE = {"GSM-7": 160, "UCS-2": 70}
PART = {"GSM-7": 153, "UCS-2": 67}
"""Units per part of a longer text: the rest of each part carries the header that joins them."""

Encoding = Literal["GSM-7", "UCS-2"]


@dataclass(frozen=True)
class Segments:
    """The size of one text.

    `units` are septets in GSM-7 and UTF-16 units in UCS-2; `remaining_in_segment` is how many more
    units fit before the text costs one part more.
    """

    encoding: Encoding
    units: int
    segments: int
    per_segment: int
    first_non_gsm: str | None
    remaining_in_segment: int


def is_gsm(char: str) -> bool:
    return char in BASIC or char in EXTENDED


def count(text: str) -> Segments:
    """Measure a text; an empty one has no segment."""
    first_non_gsm = next((char for char in text if char not in BASIC and char not in EXTENDED), None)
    encoding: Encoding = "UCS-2" if first_non_gsm else "GSM-7"
    sizes = [_size(char, encoding) for char in text]
    units = sum(sizes)
    if units <= SINGLE[encoding]:
        room = SINGLE[encoding]
        return Segments(encoding, units, min(units, 1), room, first_non_gsm, room - units)
    segments, filled = _pack(sizes, PART[encoding])
    return Segments(encoding, units, segments, PART[encoding], first_non_gsm, PART[encoding] - filled)


def _size(char: str, encoding: Encoding) -> int:
    wide = ord(char) > 0xFFFF if encoding == "UCS-2" else char in EXTENDED
    return 2 if wide else 1


def _pack(sizes: list[int], room: int) -> tuple[int, int]:
    """Parts needed and units in the last one; an escape or surrogate pair never straddles two parts."""
    segments, filled = 1, 0
    for size in sizes:
        if filled + size > room:
            segments, filled = segments + 1, 0
        filled += size
    return segments, filled
