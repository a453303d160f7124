"""In which encoding a file of text was written: told by its first bytes, or guessed so that nothing is ever lost."""

import codecs
from typing import BinaryIO

from portal.errors import Invalid

SAMPLE = 64 * 1024
PIECE = 1024 * 1024
NO_TEXT = "This is not a text file. Please save the list as CSV (or vCard) and choose that file."
WORKBOOK = "This is a workbook. Please open it in your spreadsheet, save it as CSV, and choose that file."


def guess(source: BinaryIO) -> str:
    """The name of a codec; the file stands at its beginning again. Raises Invalid for what is no text."""
    source.seek(0)
    sample = source.read(SAMPLE)
    source.seek(0)
    if sample.startswith(codecs.BOM_UTF8):
        return "utf-8-sig"
    if sample.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    if sample.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0")):
        raise refused(WORKBOOK)
    if b"\x00" in sample:
        return _wide(sample)
    return "utf-8" if _is_utf8(source) else _western(source)


def refused(sentence: str) -> Invalid:
    """What every refusal of a file is, so that its sentence stands at the field."""
    return Invalid(sentence, fields={"file": [sentence]})


def _wide(sample: bytes) -> str:
    """UTF-16 without its mark: in most languages every second byte is nought."""
    even, odd = sample[::2].count(0), sample[1::2].count(0)
    if max(even, odd) * 4 < len(sample) or min(even, odd):
        raise refused(NO_TEXT)
    return "utf-16-le" if odd else "utf-16-be"


def _is_utf8(source: BinaryIO) -> bool:
    decoder = codecs.getincrementaldecoder("utf-8")()
    try:
        while piece := source.read(PIECE):
            decoder.decode(piece)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    finally:
        source.seek(0)
    return True


def _western(source: BinaryIO) -> str:
    """What Windows writes in western countries; latin-1 where a byte means nothing there."""
    try:
        while piece := source.read(PIECE):
            piece.decode("cp1252")
    except UnicodeDecodeError:
        return "latin-1"
    finally:
        source.seek(0)
    return "cp1252"
