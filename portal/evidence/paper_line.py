"""Text into lines that fit: at blanks where there are any, anywhere in a word that is wider than the line."""

from collections.abc import Iterator, Mapping


def broken(text: str, width: float, widths: Mapping[int, float]) -> list[str]:
    """`widths` by code point, in the same unit as `width`."""
    return [line for paragraph in text.split("\n") for line in _filled(paragraph, width, widths)]


def _filled(paragraph: str, width: float, widths: Mapping[int, float]) -> Iterator[str]:
    blank, line, used = widths[32], "", 0.0
    for nth, word in enumerate(paragraph.split(" ")):
        wide = sum(map(widths.__getitem__, map(ord, word)))
        if nth and used + blank + wide <= width:
            line, used = f"{line} {word}", used + blank + wide
            continue
        if nth:
            yield line
        while wide > width and len(word) > 1:
            fits = _fitting(word, width, widths)
            yield word[:fits]
            word = word[fits:]
            wide = sum(map(widths.__getitem__, map(ord, word)))
        line, used = word, wide
    yield line


def _fitting(word: str, width: float, widths: Mapping[int, float]) -> int:
    """How many of its characters fit; at least one, or there would be no end."""
    used = 0.0
    for i, char in enumerate(word):
        used += widths[ord(char)]
        if used > width:
            return max(i, 1)
    return len(word)
