"""The question as it was rendered, read back from its stored HTML: what stood there, in which order, as what.

Nothing of it is run or fetched; what is no text, choice, field or button leaves no part.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from html.parser import HTMLParser

MOST_PARTS = 200
MOST_TEXT = 20_000

_KINDS = {
    "legend": "legend", "h1": "legend", "h2": "legend", "h3": "legend", "button": "button", "label": "label",
    "option": "choice", "summary": "legend", "p": "words", "li": "words",
}  # fmt: skip
_BLOCKS = frozenset({*_KINDS, "div", "fieldset", "form", "section", "details", "ul", "ol", "table", "tr", "td", "br"})
_SILENT = frozenset({"script", "style", "svg", "template", "title"})
_VOID = frozenset({"br", "input", "img", "hr", "meta", "link", "wbr"})
_CLASSES = {"hint": "hint", "field-error": "error"}


@dataclass(frozen=True)
class Part:
    """`kind` is legend, choice, words, label, hint, error, input or button; `links` are words and their addresses."""

    kind: str
    text: str
    value: str = ""
    is_on: bool = False
    links: Sequence[tuple[str, str]] = ()


def parts(html: str) -> list[Part]:
    """What `html` shows, from top to bottom; broken markup gives what can be read of it."""
    reader = _Reader()
    reader.feed(html)
    reader.close()
    reader.flush()
    return reader.found


def answered(found: Sequence[Part], answer: str | None, typed: str | None) -> list[Part]:
    """The same with the client's own choice and what they typed; nobody's choice is left as it was stored."""
    said, made = (answer or "").strip().casefold(), []
    for part in found:
        if part.kind == "choice" and said:
            made.append(replace(part, is_on=said in (part.value.casefold(), part.text.casefold())))
        elif part.kind == "input" and typed and not part.text:
            made.append(replace(part, text=typed, is_on=True))
            typed = None
        else:
            made.append(part)
    return made


def spoken(found: Sequence[Part]) -> str:
    """The same in a sentence or two, for who cannot see the drawing."""
    chosen = {True: " (chosen)", False: " (not chosen)"}
    return "; ".join(part.text + (chosen[part.is_on] if part.kind == "choice" else "") for part in found if part.text)


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[Part] = []
        self._said: list[str] = []
        self._links: list[tuple[str, str]] = []
        self._link: tuple[str, int] | None = None
        self._kind, self._choice = "words", ("", False, False)
        self._silent = self._size = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if self._silent or tag in _SILENT:
            self._silent += tag not in _VOID
            return
        if tag in _BLOCKS:
            self.flush()
            self._kind = _kind(tag, given)
        if tag == "option":
            self._choice = (given.get("value", ""), "selected" in given, True)
        elif tag == "a":
            self._link = (given.get("href", ""), len(self._said))
        elif tag in ("input", "textarea"):
            self._field(given)
        elif tag == "img" and given.get("alt"):
            self.handle_data(given["alt"])

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """`<use/>` inside a drawing ends where it begins."""
        self.handle_starttag(tag, attrs)
        if tag not in _VOID:
            self.handle_endtag(tag)

    def handle_endtag(self, tag: str) -> None:
        if self._silent:
            self._silent -= tag not in _VOID
            return
        if tag == "a" and self._link:
            href, begin = self._link
            self._links.append((" ".join("".join(self._said[begin:]).split()), href))
            self._link = None
        elif tag in _BLOCKS:
            self.flush()
            self._kind = "words"

    def handle_data(self, data: str) -> None:
        if not self._silent and self._size < MOST_TEXT:
            self._size += len(data)
            self._said.append(data[:MOST_TEXT])

    def flush(self) -> None:
        text = " ".join("".join(self._said).split())
        value, is_on, is_choice = self._choice
        if (text or is_choice) and len(self.found) < MOST_PARTS:
            kind = "choice" if is_choice else self._kind
            self.found.append(Part(kind, text or value, value, is_on, tuple(self._links)))
        self._said, self._links, self._link, self._choice = [], [], None, ("", False, False)

    def _field(self, given: dict[str, str]) -> None:
        kind = given.get("type", "text")
        if kind in ("radio", "checkbox"):
            self._choice = (given.get("value", ""), "checked" in given, True)
        elif kind != "hidden" and len(self.found) < MOST_PARTS:
            self.flush()
            self.found.append(Part("button" if kind == "submit" else "input", given.get("value", "")))


def _kind(tag: str, given: dict[str, str]) -> str:
    named = (_CLASSES[name] for name in given.get("class", "").split() if name in _CLASSES)
    return next(named, _KINDS.get(tag, "words"))
