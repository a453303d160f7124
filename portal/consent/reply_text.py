"""A text in plain letters: lower-case words with " . " between clauses, whatever keyboards and fonts did to them.

The rules never see anything else.
"""

import re
import unicodedata

LONGEST = 1000
TAIL = 300
"""Of a very long text only its beginning and its end are read (replies/README 6.4)."""

PADDING = "\0\t\n\v\f\r \x85\xa0\u200b\u200c\u200d\u200e\u200f\u2060\u3000\ufeff"

KEYWORDS = (
    "stop stopall unsubscribe unsub cancel end quit revoke optout remove arret start unstop yes help info opt texting"
)
DRESSED_UP = frozenset(KEYWORDS.split())
"""Words that people disguise: spelled out (S T O P) or with letters of another alphabet (ЅТОР)."""

SMALL_CAPITALS = "ᴀʙᴄᴅᴇꜰɢʜɪᴊᴋʟᴍɴᴏᴘʀꜱᴛᴜᴠᴡʏᴢ"
STYLED = (
    dict(zip(map(ord, SMALL_CAPITALS), "abcdefghijklmnoprstuvwyz", strict=True))
    | {first + step: chr(ord("a") + step) for first in (0x1F150, 0x1F170) for step in range(26)}
    | str.maketrans("đĐøØłŁı", "dDoOlLi")
)
"""Letters that normalisation leaves as they are: small capitals, white on black, strokes."""

LOOK_ALIKES = str.maketrans(
    "авеѕԁһіјкмнорԛгстухԝαεικνορτυχμ0135",
    "abesdhijkmhopqrctyxwaeikvoptyxuoies",
)
"""Letters of other alphabets and digits that look Latin; used only to recognise one whole keyword."""

INVISIBLE = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0\ufffc\u20e3\u0640")
UNSEEN = re.compile("[\u00ad\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]")
MONEY = re.compile(r"(?<=[A-Za-z])\$+(?=[A-Za-z])")
"""Dollar signs for the letter s, as people disguise rude words."""

SPELLED = re.compile(r"(please|stop|texting|texts|text|messages|messaging|me|unsubscribe|remove|my|number|now|no|more)")
DASH = re.compile(r"\s[-~]+\s")
APOSTROPHES = frozenset("'’‘ʼ`´\u201b")
BREAKS = frozenset(".!?;,\n…。、؟،؛।॥¿¡|—–")


def window(text: str) -> str:
    """The part of the text that is read; padding around it does not push the words out of sight."""
    text = text.strip(PADDING)
    return text if len(text) <= LONGEST + TAIL else text[:LONGEST] + "\n" + text[-TAIL:]


def plain(text: str) -> str:
    """Lower-case words without accents on Latin letters, emoji or punctuation; " . " between clauses."""
    text = MONEY.sub(lambda found: "s" * len(found[0]), text)
    text = re.sub(r"([^\W\d_])\1{2,}", r"\1", "".join(_letters(DASH.sub(" . ", _folded(text)))))
    words = [_undisguised(word) for word in _joined(text.split())]
    clauses = [clause.strip() for clause in " ".join(words).split(".")]
    return " . ".join(filter(None, clauses))


def flat(plain_text: str) -> str:
    """Plain text as one clause, to compare a whole message with a phrase."""
    return plain_text.replace(" . ", " ")


def as_written(text: str) -> str:
    """The text in lower case with its accents, for words that another word becomes without them."""
    return unicodedata.normalize("NFC", text).casefold().strip(" \n.!?\"“”'")


def emoji(text: str) -> str:
    """The pictures in a text, in order."""
    return "".join(char for char in text if unicodedata.category(char) == "So")


def _folded(text: str) -> str:
    if text.isascii():
        return text.lower()
    text = unicodedata.normalize("NFKC", text.translate(STYLED))
    return unicodedata.normalize("NFKD", text.casefold())


def _letters(text: str) -> list[str]:
    """Letters, digits and the marks that belong to them; everything else becomes a blank or a clause break."""
    kept: list[str] = []
    base = ""
    for char in text:
        kind = unicodedata.category(char)
        if kind[0] == "M":
            is_accent = base.isascii() or "\u064b" <= char <= "\u0670"
            kept.append("" if is_accent or char in INVISIBLE or "\ufe00" <= char <= "\ufe0f" else char)
        elif char in BREAKS:
            kept.append(" . ")
        elif kind[0] in "LN" and char not in INVISIBLE:
            base = char
            kept.append(char)
        elif not (kind in ("Cf", "Cc", "Co", "Cs") or char in APOSTROPHES or char in INVISIBLE) or char.isspace():
            kept.append(" ")
    return list(unicodedata.normalize("NFC", "".join(kept)))


def _joined(words: list[str]) -> list[str]:
    """Write a keyword that was spelled out in single letters as one word."""
    joined: list[str] = []
    spelled: list[str] = []
    for word in [*words, ""]:
        if len(word) == 1:
            spelled.append(word)
            continue
        keyword = "".join(spelled).replace(".", "").translate(LOOK_ALIKES)
        parts = SPELLED.findall(keyword)
        is_spelled = keyword in DRESSED_UP or (len(parts) > 1 and "".join(parts) == keyword)
        joined += ([keyword] if keyword in DRESSED_UP else parts) if is_spelled else spelled
        spelled = []
        joined.append(word)
    return joined


def _undisguised(word: str) -> str:
    keyword = word.translate(LOOK_ALIKES)
    return keyword if keyword in DRESSED_UP else word
