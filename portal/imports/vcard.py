"""vCards, as phones and address books write them (RFC 6350 and the 3.0 before it): one row for each card."""

import quopri
import re
from collections.abc import Iterable, Iterator

COLUMNS = ("Name", "E-mail", "Phone", "Other phones", "Birthday")
LONGEST_LINE = 20_000
MOST_LINES = 2_000
_NAME = re.compile(r'((?:[^:"]|"[^"]*")*):(.*)', re.DOTALL)
_ESCAPED = re.compile(r"\\(.)", re.DOTALL)
_NO_PHONE = ("fax", "pager", "modem")


def read(lines: Iterable[str]) -> Iterator[list[str]]:
    """The cells of each card, under COLUMNS. What stands outside of cards is left out."""
    card: list[tuple[str, list[str], str]] | None = None
    for line in _unfolded(lines):
        found = _NAME.fullmatch(line)
        if found is None:
            continue
        name, *parameters = found[1].split(";")
        name, value = name.rpartition(".")[2].strip().upper(), found[2]  # without the group before the dot
        if (name, value.strip().upper()) == ("BEGIN", "VCARD"):
            card = []
        elif (name, value.strip().upper()) == ("END", "VCARD"):
            if card is not None:
                yield _cells(card)
            card = None
        elif card is not None and len(card) < MOST_LINES:
            card.append((name, [each.lower() for each in parameters], value))


def _unfolded(lines: Iterable[str]) -> Iterator[str]:
    """A line that begins with a blank belongs to the one before; so does what follows a quoted-printable `=`."""
    whole = ""
    for raw in lines:
        line = raw.rstrip("\r\n")
        if whole and line[:1] in (" ", "\t"):
            if len(whole) < LONGEST_LINE:  # else every fold would copy it once more, for nothing
                whole = (whole + line[1:])[:LONGEST_LINE]
        elif whole.endswith("=") and "quoted-printable" in whole.lower():
            whole = (whole[:-1] + line)[:LONGEST_LINE]
        else:
            if whole:
                yield whole
            whole = line[:LONGEST_LINE]
    if whole:
        yield whole


def _cells(card: list[tuple[str, list[str], str]]) -> list[str]:
    phones = sorted(
        ((0 if "cell" in said or "mobile" in said else 1, text)
         for kind, said, text in _values(card, "TEL") if not any(word in said for word in _NO_PHONE)),
        key=lambda each: each[0],
    )  # fmt: skip
    numbers = list(dict.fromkeys(text for _, text in phones if text))
    birthday = _first(card, "BDAY")
    compact = re.fullmatch(r"(\d{4})(\d\d)(\d\d)", birthday.partition("T")[0])
    return [
        _name(card), _first(card, "EMAIL"), numbers[0] if numbers else "", "; ".join(numbers[1:]),
        "-".join(compact.groups()) if compact else "" if birthday.startswith("--") else birthday.partition("T")[0],
    ]  # fmt: skip


def _name(card: list[tuple[str, list[str], str]]) -> str:
    """The name as it is shown, or made of its parts (family; given; more; before; after), or the company's."""
    shown = _first(card, "FN")
    if shown:
        return shown
    parts = next((_parts(text) for kind, said, text in card if kind == "N"), [])
    family, given, more, before, after = (parts + [""] * 5)[:5]
    made = " ".join(each for each in (before, given, more, family, after) if each)
    return made or _first(card, "ORG").strip("; ")


def _parts(text: str) -> list[str]:
    return [_plain(part) for part in re.split(r"(?<!\\);", text)]


def _first(card: list[tuple[str, list[str], str]], name: str) -> str:
    return next((text for _, _, text in _values(card, name) if text), "")


def _values(card: list[tuple[str, list[str], str]], name: str) -> Iterator[tuple[str, str, str]]:
    for kind, parameters, value in card:
        if kind != name:
            continue
        said, text = " ".join(parameters), value
        if "quoted-printable" in said:
            text = quopri.decodestring(text.encode("latin-1", "replace")).decode("utf-8", "replace")
        elif kind == "TEL" and text.lower().startswith("tel:"):
            text = text[4:].partition(";")[0]
        yield kind, said, _plain(text)


def _plain(text: str) -> str:
    return _ESCAPED.sub(lambda found: " " if found[1] in "nN" else found[1], text).strip()
