"""The few sizes and colours of a paper: those of the pages by day, on white, dark enough to be read when copied."""

from dataclasses import dataclass

Colour = tuple[int, int, int]

INK: Colour = (27, 43, 48)
SOFT: Colour = (81, 93, 93)
ACCENT: Colour = (13, 92, 91)
ACCENT_SOFT: Colour = (222, 237, 232)
GOOD: Colour = (28, 101, 58)
GOOD_SOFT: Colour = (225, 241, 226)
BAD: Colour = (155, 44, 27)
BAD_SOFT: Colour = (251, 228, 220)
WAIT: Colour = (122, 75, 0)
WAIT_SOFT: Colour = (251, 236, 205)
NOTE: Colour = (31, 79, 122)
PAPER: Colour = (250, 248, 243)
LINE: Colour = (216, 208, 190)
EDGE: Colour = (133, 124, 105)
WHITE: Colour = (255, 255, 255)


@dataclass(frozen=True)
class Style:
    """`size` and `leading` are points; `leading` is the height of one line."""

    size: float
    leading: float
    is_bold: bool = False
    colour: Colour = INK


TITLE = Style(21, 27, is_bold=True)
LEAD = Style(11.5, 17)
PART = Style(15.5, 21, is_bold=True, colour=ACCENT)
HEAD = Style(11, 16, is_bold=True)
BODY = Style(9.5, 14)
STRONG = Style(9.5, 14, is_bold=True)
SMALL = Style(8, 11.5)
SMALL_STRONG = Style(8, 11.5, is_bold=True)
FAINT = Style(8, 11.5, colour=SOFT)
TINY = Style(6.4, 9, colour=SOFT)
HASH = Style(6, 8.5, colour=SOFT)
"""64 hexadecimal digits on half a page's width."""
LABEL = Style(7.6, 11, is_bold=True, colour=SOFT)
MASKED = Style(8, 11.5, is_bold=True, colour=WAIT)
LINK = Style(8, 11.5, colour=NOTE)
