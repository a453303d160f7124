"""A form as it stood on a phone, drawn from its parts: circles, fields and words where they were."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from portal.evidence.paper_block import Part
from portal.evidence.paper_sheet import Line, Sheet
from portal.evidence.paper_style import (
    ACCENT,
    ACCENT_SOFT,
    BAD,
    EDGE,
    FAINT,
    HEAD,
    INK,
    LINE,
    LINK,
    PAPER,
    SMALL,
    SMALL_STRONG,
    SOFT,
    WHITE,
    Style,
)  # fmt: skip

INSET = 15.0
_ERROR = Style(8, 11.5, colour=BAD)
_ON_ACCENT = Style(8, 11.5, is_bold=True, colour=WHITE)
_ADDRESS = Style(6.8, 9.5, colour=LINK.colour)
_TOP = Style(7.2, 10, colour=SOFT)


@dataclass(frozen=True)
class Piece:
    """`height` points, drawn with its upper left corner where it is told."""

    height: float
    draw: Callable[[float, float], None]


def draw(sheet: Sheet, parts: Sequence[Part], *, x: float, width: float, top: str) -> None:
    """From `sheet.y` on; a form that is longer than the page goes on in a phone on the next."""
    pieces = list(_pieces(sheet, parts, width - 2 * INSET))
    while pieces:
        begin, sheet.y = sheet.y, sheet.y + 34
        sheet.put(sheet.one_line(top, _TOP, width - 2 * INSET), x + INSET, begin + 15, width - 2 * INSET)
        sheet.rule(x + width / 2 - 14, begin + 9, x + width / 2 + 14, begin + 9, EDGE, 1.6)
        while pieces and (sheet.y + pieces[0].height + INSET <= sheet.bottom or sheet.y == begin + 34):
            piece = pieces.pop(0)
            piece.draw(x + INSET, sheet.y)
            sheet.y += piece.height
        sheet.y += INSET
        sheet.box(x, begin, width, sheet.y - begin, fill=None, edge=INK, radius=15, weight=1.5)
        if pieces:
            sheet.new_page()


def bubble(sheet: Sheet, said: str, *, is_own: bool, width: float) -> Piece:
    """One text of a conversation; `is_own` are the client's, at the right."""
    style = Style(8, 11.5, colour=WHITE if is_own else INK)
    wide = width * 0.86
    lines = sheet.lines(said, style, wide - 16)

    def show(x: float, y: float) -> None:
        left = x + (width - wide if is_own else 0)
        sheet.box(left, y, wide, _height(lines) + 12, fill=ACCENT if is_own else ACCENT_SOFT, radius=8)
        _stack(sheet, lines, left + 8, y + 6, wide - 16)

    return Piece(_height(lines) + 20, show)


def conversation(sheet: Sheet, said: Sequence[tuple[str, bool]], *, x: float, width: float, top: str) -> None:
    """Texts in order, each with whether it is the client's own."""
    parts = [Part("own" if is_own else "theirs", text) for text, is_own in said]
    draw(sheet, parts, x=x, width=width, top=top)


def _pieces(sheet: Sheet, parts: Sequence[Part], width: float) -> Iterator[Piece]:
    rest = list(parts)
    while rest:
        part = rest.pop(0)
        if part.kind == "choice":
            beside = rest.pop(0) if rest and rest[0].kind == "choice" and _is_short(sheet, (part, rest[0])) else None
            yield _choices(sheet, [part, beside] if beside else [part], width)
        elif part.kind in ("own", "theirs"):
            yield bubble(sheet, part.text, is_own=part.kind == "own", width=width)
        elif part.kind == "input":
            yield _input(sheet, part, width)
        elif part.kind == "button":
            yield _button(sheet, part, width)
        else:
            yield from _words(sheet, part, width)


def _is_short(sheet: Sheet, both: Sequence[Part]) -> bool:
    return all(len(part.text) <= 12 for part in both)


def _choices(sheet: Sheet, found: Sequence[Part], width: float) -> Piece:
    """One below, or two beside each other; the chosen one is filled."""
    each = (width - 8 * (len(found) - 1)) / len(found)
    told = [sheet.lines(part.text, SMALL_STRONG, each - 32) for part in found]
    height = max(map(_height, told)) + 14

    def show(x: float, y: float) -> None:
        for part, lines in zip(found, told, strict=True):
            edge, fill = (ACCENT, ACCENT_SOFT) if part.is_on else (EDGE, WHITE)
            sheet.box(x, y, each, height, fill=fill, edge=edge, radius=5, weight=1.2 if part.is_on else 0.7)
            sheet.dot(x + 14, y + height / 2, 5, fill=WHITE, edge=edge, weight=1.2)
            if part.is_on:
                sheet.dot(x + 14, y + height / 2, 2.6, fill=ACCENT, edge=ACCENT)
            _stack(sheet, lines, x + 26, y + 7, each - 32)
            x += each + 8

    return Piece(height + 7, show)


def _input(sheet: Sheet, part: Part, width: float) -> Piece:
    line = sheet.one_line(part.text, SMALL, width - 16)

    def show(x: float, y: float) -> None:
        sheet.box(x, y, width, 22, fill=PAPER, edge=EDGE, radius=4)
        sheet.put(line, x + 8, y + 5, width - 16)

    return Piece(29, show)


def _button(sheet: Sheet, part: Part, width: float) -> Piece:
    line = sheet.one_line(part.text, _ON_ACCENT, width - 16)

    def show(x: float, y: float) -> None:
        sheet.box(x, y, width, 24, fill=ACCENT, radius=5)
        sheet.put(line, x + (width - sheet.measured(line.text, _ON_ACCENT)) / 2, y + 6)

    return Piece(31, show)


def _words(sheet: Sheet, part: Part, width: float) -> Iterator[Piece]:
    """Line by line, so that a long question can go on on the next page; the addresses of its links stand under it."""
    style = {"legend": HEAD, "label": SMALL_STRONG, "hint": FAINT, "error": _ERROR}.get(part.kind, SMALL)
    lines = sheet.lines(part.text, style, width)
    for words, address in part.links:
        lines += sheet.lines(f"{words}: {address}", _ADDRESS, width, link=_safe(address))
    for line in lines:
        yield Piece(line.style.leading, _shower(sheet, line, width))
    yield Piece(5, lambda x, y: None)


def _shower(sheet: Sheet, line: Line, width: float) -> Callable[[float, float], None]:
    return lambda x, y: sheet.put(line, x, y, width)


def _safe(address: str) -> str:
    return address if address.startswith(("https://", "http://")) else ""


def _stack(sheet: Sheet, lines: Sequence[Line], x: float, y: float, width: float) -> None:
    for line in lines:
        sheet.put(line, x, y, width)
        y += line.style.leading


def _height(lines: Sequence[Line]) -> float:
    return sum(line.style.leading for line in lines)


def card(sheet: Sheet, lines: Sequence[Line], *, x: float, width: float) -> None:
    """Words that stood on no screen, with a line at their side."""
    begin = sheet.y
    for line in lines:
        if sheet.y + line.style.leading > sheet.bottom:
            sheet.rule(x + 1, begin, x + 1, sheet.y, LINE, 2)
            sheet.new_page()
            begin = sheet.y
        sheet.put(line, x + 10, sheet.y, width - 10)
        sheet.y += line.style.leading
    sheet.rule(x + 1, begin, x + 1, sheet.y, LINE, 2)
