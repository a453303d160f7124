"""Scripts that run from right to left, as a paper needs them: letters that join take their joined forms, and each line
is put into the order in which it is seen. What is read out or copied stays in the order in which it was written."""

import re
import unicodedata
from collections.abc import Container
from functools import cache

LAM = "\u0644"
_RIGHT_TO_LEFT = re.compile("[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc]")
_MIRRORED = dict(zip("()[]{}<>«»‹›⟨⟩", ")(][}{><»«›‹⟩⟨", strict=True))
_FORMS = {"<isolated>": 0, "<final>": 1, "<initial>": 2, "<medial>": 3}


def is_right_to_left(text: str) -> bool:
    """Whether any of it is: only then the work below is done."""
    return _RIGHT_TO_LEFT.search(text) is not None


def joined(text: str, known: Container[int]) -> str:
    """Arabic letters in the forms their neighbours ask for, where the font has them."""
    made: list[str] = []
    skip = False
    for i, char in enumerate(text):
        if skip or char not in _forms():
            if not skip:
                made.append(char)
            skip = False
            continue
        pair = text[i : i + 2]
        skip = pair in _forms() and char == LAM
        whole = pair if skip else char
        before, after = _neighbour(text, i, -1), _neighbour(text, i + len(whole) - 1, 1)
        form = _form(whole, joins_before=_reaches(before), joins_after=_is_reached(after))
        made.append(form if form and ord(form) in known else whole)
    return "".join(made)


def plain(text: str) -> str:
    """The letters behind their joined forms: what is read out."""
    return "".join(unicodedata.normalize("NFKC", char) if "\ufb50" <= char <= "\ufefc" else char for char in text)


def seen(line: str) -> tuple[str, bool]:
    """The line as it is seen from left to right, and whether it begins at the right."""
    from fpdf.bidi import BidiParagraph, auto_detect_base_direction
    from fpdf.enums import TextDirection

    base = auto_detect_base_direction(line)
    ordered = BidiParagraph(text=line, base_direction=base, preserve_bn_chars=True).get_reordered_characters()
    told = (_MIRRORED.get(each.character, each.character) if each.embedding_level % 2 else each.character
            for each in ordered)  # fmt: skip
    return "".join(told), base is TextDirection.RTL


def _form(whole: str, *, joins_before: bool, joins_after: bool) -> str | None:
    forms = _forms()[whole]
    before, after = joins_before and 1 in forms, joins_after and 2 in forms
    return forms.get((3 if 3 in forms else 1) if before and after else 1 if before else 2 if after else 0)


def _reaches(char: str) -> bool:
    return char == "\u0640" or 2 in _forms().get(char, {})


def _is_reached(char: str) -> bool:
    return char == "\u0640" or 1 in _forms().get(char, {})


def _neighbour(text: str, i: int, way: int) -> str:
    """The next letter that way; marks above and below letters join nothing."""
    i += way
    while 0 <= i < len(text) and unicodedata.category(text[i]) == "Mn":
        i += way
    return text[i] if 0 <= i < len(text) else ""


@cache
def _forms() -> dict[str, dict[int, str]]:
    """From Unicode's own table: letter (or lam with alef) to its isolated, final, initial and medial form."""
    found: dict[str, dict[int, str]] = {}
    for code in (*range(0xFB50, 0xFC00), *range(0xFE80, 0xFEFD)):
        kind, *letters = unicodedata.decomposition(chr(code)).split(" ")
        whole = "".join(chr(int(letter, 16)) for letter in letters)
        if kind in _FORMS and (len(whole) == 1 or whole.startswith(LAM)):
            found.setdefault(whole, {}).setdefault(_FORMS[kind], chr(code))
    return found
