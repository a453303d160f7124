"""What a PDF of ours says, read from its bytes: the words of each page, in the order in which they are drawn.

No general reader: it knows the one form in which fpdf2 writes pages and fonts, and fails loudly for another.
"""

import re
import zlib

_OBJECT = re.compile(rb"(?:^|\n)(\d+) 0 obj\n(.*?)\nendobj", re.S)
_DRAWN = re.compile(rb"/F(\d+) [\d.]+ Tf|\(((?:\\.|[^\\)])*)\) Tj", re.S)
_ESCAPED = re.compile(rb"\\(.)", re.S)


def pages(pdf: bytes) -> list[str]:
    """One text a page; what was one line is one line here."""
    objects, found = _read(pdf)
    return [_page(objects, body) for body in found]


def contents(pdf: bytes) -> list[str]:
    """What is drawn on each page, as it is written."""
    objects, found = _read(pdf)
    return [_stream(objects[_reference(rb"/Contents", body)]).decode("latin-1") for body in found]


def _read(pdf: bytes) -> tuple[dict[int, bytes], list[bytes]]:
    """All objects, and the pages of them in order."""
    objects = {int(number): body for number, body in _OBJECT.findall(pdf)}
    kids = re.search(rb"/Kids \[([^]]*)\]", objects[1])
    assert kids is not None
    return objects, [objects[int(number)] for number in re.findall(rb"(\d+) 0 R", kids.group(1))]


def text(pdf: bytes) -> str:
    """The whole with single blanks, so that words are found wherever a line was broken."""
    return " ".join(" ".join(pages(pdf)).replace("\u00a0", " ").split())


def _page(objects: dict[int, bytes], body: bytes) -> str:
    fonts = {
        name: _letters(objects[_reference(rb"/ToUnicode", objects[int(number)])])
        for name, number in re.findall(rb"/F(\d+) (\d+) 0 R", objects[_reference(rb"/Resources", body)])
    }
    lines, letters = [], dict[int, str]()
    for font, shown in _DRAWN.findall(_stream(objects[_reference(rb"/Contents", body)])):
        if font:
            letters = fonts[font]
            continue
        codes = _ESCAPED.sub(lambda found: b"\r" if found.group(1) == b"r" else found.group(1), shown)
        lines.append("".join(letters[int.from_bytes(codes[i : i + 2], "big")] for i in range(0, len(codes), 2)))
    return "\n".join(lines)


def _letters(cmap: bytes) -> dict[int, str]:
    """Which character each code of a font stands for."""
    pairs = re.findall(rb"<([0-9A-Fa-f]{4})> <([0-9A-Fa-f]{4,})>", _stream(cmap))
    return {int(code, 16): bytes.fromhex(char.decode()).decode("utf-16-be") for code, char in pairs}


def _reference(name: bytes, body: bytes) -> int:
    found = re.search(name + rb" (\d+) 0 R", body)
    assert found is not None, name
    return int(found.group(1))


def _stream(body: bytes) -> bytes:
    head, _, rest = body.partition(b"stream\n")
    content = rest.removesuffix(b"endstream").removesuffix(b"\n")
    return zlib.decompress(content) if b"/FlateDecode" in head else content
