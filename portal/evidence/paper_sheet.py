"""The paper itself: pages, the font, lines of text and simple shapes, each told to screen readers as what it is.

fpdf2 writes the file; lines are broken here, because a thread of a thousand texts is a paper of a hundred pages.
"""

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from portal import folder
from portal.evidence import paper_line, paper_script
from portal.evidence.paper_style import WAIT_SOFT, WHITE, Colour, Style
from portal.evidence.paper_words import Printer

if TYPE_CHECKING:
    from fpdf import FPDF

MARGIN = 54.0
TOP = 76.0
BOTTOM = 56.0
FAMILY = "DejaVu"
_MASKED = re.compile(r"\[[a-z-]+(?: [a-z-]+)* masked\]")


@dataclass(frozen=True)
class Line:
    """One line as it is seen; `written` is what it says where the eye and the ear need different orders."""

    text: str
    style: Style
    begins_right: bool = False
    written: str = ""
    link: str = ""


class Sheet:
    """`y` is where the next thing goes, in points from the top; `left` and `width` are the column that it goes into.
    `begun` are the pages on which a part began."""

    def __init__(self, *, paper: str) -> None:
        from fpdf import FPDF

        self.pdf: FPDF = FPDF(unit="pt", format=paper)
        self.pdf.set_auto_page_break(False)
        self.pdf.alias_nb_pages("")
        for style, name in (("", "DejaVuSans.ttf"), ("B", "DejaVuSans-Bold.ttf")):
            self.pdf.add_font(FAMILY, style, folder.of("static") / "vendor" / name)
        self._faces = {is_bold: _Face(self.pdf, is_bold) for is_bold in (False, True)}
        self.left, self.width, self.y = MARGIN, self.pdf.w - 2 * MARGIN, 0.0
        self.bottom = self.pdf.h - BOTTOM
        self.begun: list[int] = []
        self._tags: dict[int, int] = {}
        self._open: tuple[str, str] | None = None

    def new_page(self) -> None:
        """What is being told goes on there: it is one thing on two pages."""
        told = self._open
        self._close()
        self.pdf.add_page()
        self.y = TOP
        if told:
            self._begin(*told)

    def room(self, height: float) -> bool:
        """Begin a page where `height` does not fit on this one; whether one was begun."""
        is_full = self.y + height > self.bottom
        if is_full:
            self.new_page()
        return is_full

    def begin(self, name: str, level: int) -> None:
        """A part, for the outline that viewers show beside the pages."""
        self.pdf.y = self.y - 12
        self.pdf.start_section(name, level)
        if level == 0:
            self.begun.append(self.pdf.page)

    def lines(self, said: Any, style: Style, width: float, *, link: str = "") -> list[Line]:
        """Ready to be put somewhere; a note about what cannot be printed is the last."""
        face = self._faces[style.is_bold]
        printable = face.printer(said)
        found = self._broken(printable.text, style, width, link)
        if printable.note:
            faint = Style(min(style.size, 7), min(style.leading, 9.5), colour=style.colour)
            found += self._broken(self._faces[False].printer(printable.note).text, faint, width, "")
        return found

    def one_line(self, said: Any, style: Style, width: float) -> Line:
        """The beginning that fits, with an ellipsis where there is more."""
        found = self.lines(" ".join(str(said or "").split()), style, width)
        if len(found) == 1:
            return found[0]
        short = self._broken(found[0].text, style, width - style.size, "")[0].text
        return Line(f"{short.rstrip()}…", style)

    def _broken(self, text: str, style: Style, width: float, link: str) -> list[Line]:
        face, room = self._faces[style.is_bold], width * 1000 / style.size
        if not paper_script.is_right_to_left(text):
            return [Line(line, style, link=link) for line in paper_line.broken(text, room, face.wide)]
        joined = paper_script.joined(text, face.known)
        return [
            Line(*_seen(line, style), written=paper_script.plain(line), link=link)
            for line in paper_line.broken(joined, room, face.wide)
        ]

    def put(self, line: Line, x: float, y: float, width: float = 0, *, is_right: bool = False) -> None:
        """`y` is the top of the line's height."""
        style, end = line.style, width
        self.pdf.set_font(FAMILY, "B" if style.is_bold else "", style.size)
        self.pdf.set_text_color(*style.colour)
        if end and (is_right or line.begins_right or line.link):
            wide = self.measured(line.text, style)
            x = x + end - wide if is_right or line.begins_right else x
            if line.link:
                self.pdf.link(x, y, wide, style.leading, line.link)
        self._mark_masked(line, x, y)
        base = y + style.leading / 2 + style.size * 0.36
        if line.written:
            self.pdf._out(f"/Span <</ActualText <FEFF{line.written.encode('utf-16-be').hex()}>>> BDC")
        self.pdf.text(x, base, line.text)
        if line.written:
            self.pdf._out("EMC")

    def _mark_masked(self, line: Line, x: float, y: float) -> None:
        """A ground behind what was masked: it is not the writer's word."""
        for found in _MASKED.finditer(line.text) if "[" in line.text else ():
            begin = self.measured(line.text[: found.start()], line.style)
            wide = self.measured(found.group(), line.style)
            self.box(x + begin - 1, y + 1, wide + 2, line.style.leading - 2, fill=WAIT_SOFT)

    def measured(self, text: str, style: Style) -> float:
        """Points that one printable line is wide."""
        return sum(map(self._faces[style.is_bold].wide.__getitem__, map(ord, text))) * style.size / 1000

    @contextmanager
    def told(self, kind: str, alt: str = "") -> Iterator[None]:
        """What is drawn inside is a paragraph (`P`), a heading (`H1`) or a `Figure` to who cannot see it."""
        outer = self._open
        self._close()
        self._begin(kind, alt)
        yield
        self._close()
        if outer:
            self._begin(*outer)

    def _begin(self, kind: str, alt: str) -> None:
        page = self.pdf.page
        mark = self._tags.get(page, 0)
        self._tags[page] = mark + 1
        _, parents = self.pdf.struct_builder.add_marked_content(
            page_number=page, struct_type=f"/{kind}", mcid=mark, alt_text=alt or None
        )
        self.pdf.pages[page].struct_parents = parents
        self.pdf._out(f"/{kind} <</MCID {mark}>> BDC")
        self._open = (kind, alt)

    def _close(self) -> None:
        if self._open:
            self.pdf._out("EMC")
        self._open = None

    @contextmanager
    def aside(self) -> Iterator[None]:
        """What is drawn inside is no part of what the paper tells, as its margins are not."""
        self.pdf._out("/Artifact BMC")
        yield
        self.pdf._out("EMC")

    @contextmanager
    def on_page(self, number: int) -> Iterator[None]:
        """Draw on a page that is done: what is only known at the end. fpdf2 knows the pen of one page at a time,
        so it begins anew here, thin and black."""
        pdf = self.pdf
        last, was = pdf.page, (pdf.draw_color, pdf.fill_color, pdf.line_width)
        pdf.page, pdf.current_font_is_set_on_page = number, False
        pdf.draw_color, pdf.fill_color = pdf.DEFAULT_DRAW_COLOR, pdf.DEFAULT_FILL_COLOR
        pdf.line_width = 0
        pdf._out("q 0 G 0 g 0 w")
        yield
        pdf._out("Q")
        pdf.page, pdf.current_font_is_set_on_page = last, False
        pdf.draw_color, pdf.fill_color, pdf.line_width = was

    def box(
        self, x: float, y: float, width: float, height: float, *, fill: Colour | None = WHITE,
        edge: Colour | None = None, radius: float = 0, weight: float = 0.7,
    ) -> None:  # fmt: skip
        if fill:
            self.pdf.set_fill_color(*fill)
        if edge:
            self.pdf.set_draw_color(*edge)
            self.pdf.set_line_width(weight)
        style = ("D" if edge else "") + ("F" if fill else "")
        self.pdf.rect(x, y, width, height, style=style, round_corners=radius > 0, corner_radius=radius)

    def rule(self, x: float, y: float, to_x: float, to_y: float, colour: Colour, weight: float = 0.7) -> None:
        self.pdf.set_draw_color(*colour)
        self.pdf.set_line_width(weight)
        self.pdf.line(x, y, to_x, to_y)

    def dot(self, x: float, y: float, radius: float, *, fill: Colour, edge: Colour, weight: float = 1) -> None:
        self.pdf.set_fill_color(*fill)
        self.pdf.set_draw_color(*edge)
        self.pdf.set_line_width(weight)
        self.pdf.circle(x, y, radius, style="DF")


class _Face:
    """The regular or the bold font: what it can print, and how wide."""

    def __init__(self, pdf: "FPDF", is_bold: bool) -> None:
        font: Any = pdf.fonts[FAMILY.lower() + ("B" if is_bold else "")]
        self.known: Mapping[int, Any] = font.cmap
        self.printer = Printer(self.known)
        self.wide: Mapping[int, float] = font.cw
        """Thousandths of the size, by code point."""


def _seen(line: str, style: Style) -> tuple[str, Style, bool]:
    text, begins_right = paper_script.seen(line)
    return text, style, begins_right
