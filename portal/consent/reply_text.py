"""What the sender of an inbound text wrote himself, in plain letters.

Phones quote, decorate and sign; keyboards disguise.  `own_words` peels off what is not the sender's,
`plain` writes the rest as lower-case words with " . " between clauses.  The rules never see anything else.
"""

import html
import re
import unicodedata
from collections.abc import Sequence

LONGEST = 1000
TAIL = 300
"""Of a very long text only its beginning and its end are read (replies/README 6.4)."""

PADDING = "\0\t\n\v\f\r \x85\xa0\u200b\u200c\u200d\u200e\u200f\u2060\u3000\ufeff"

KEYWORDS = "stop stopall unsubscribe unsub cancel end quit revoke optout remove arret start unstop yes help info"
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
APOSTROPHES = frozenset("'’‘ʼ`´\u201b")
BREAKS = frozenset(".!?;,\n…。、؟،؛।॥¿¡|—–")

MOJIBAKE = re.compile("â€(?:[œ\x9d\x9c\x98\x99™˜“”]|$)?")
ADDRESS = re.compile(r"\b(?:https?://|www\.)\S+|\S+@\w[\w-]*\.\S+", re.IGNORECASE)
TAG = re.compile(r"</?[a-z]{1,10}/?>", re.IGNORECASE)

QUOTED = r"\s*[“”\"«„].*?(?:[”\"»“](?=[^”\"»“]*$)|$)"
THING = rf"(?:{QUOTED}|\s*an? (?:image|movie|audio message|video|attachment|sticker|photo|file)\b)"
TAPBACKS = tuple(
    re.compile(pattern + THING, re.IGNORECASE | re.DOTALL)
    for pattern in (
        r"\s*(?:liked|loved|disliked|laughed at|emphasi[sz]ed|questioned)",
        r"\s*removed an? [\w ]{1,20} from",
        r"\s*reacted .{1,12} to",
        r"\s*[^\w\s\"“]{1,8} to",
        r"\s*a attribué la mention «[^»]{1,20}» à",
        r"\s*a réagi avec .{1,12} à",
        r"\s*(?:le|te) (?:gustó|encantó|dio risa)",
    )
)
NOT_HIS = (
    re.compile(r"^\s*>.*$", re.MULTILINE),
    re.compile(r"^on .{5,80} wrote:\s*$", re.IGNORECASE | re.MULTILINE),
    re.compile(r"\(sent with [\w ]{1,30}\)", re.IGNORECASE),
    re.compile(
        r"^\s*(?:sent from|get outlook|enviado desde|envoyé de|gesendet von|von meinem)"
        r"(?: (?!stop|unsub|opt|please|don)\S{1,30}){1,6}",
        re.IGNORECASE | re.MULTILINE,
    ),
    re.compile(r"^-- ?$.*", re.MULTILINE | re.DOTALL),
)
"""Quoted lines and the signatures that devices add."""

FORWARDED = re.compile(r"^-{2,} ?(?:original|forwarded) message ?-*", re.IGNORECASE | re.MULTILINE)
FOOTER = re.compile(r"\b(?:reply|text|txt|send)(?: with| the word)? [\"“]?stop\b[^.\n]*", re.IGNORECASE)
NAME = re.compile(r"\s[-–—~] ?(?!\w*(?:day|nes|tes)\b)[A-Z][a-z]+(?: [A-Z][a-z]+)?\.?\s*$")


def window(text: str) -> str:
    """The part of the text that is read; padding around it does not push the words out of sight."""
    text = text.strip(PADDING)
    return text if len(text) <= LONGEST + TAIL else text[:LONGEST] + "\n" + text[-TAIL:]


def own_words(text: str) -> str:
    """The text without reactions, quotations, addresses and device signatures."""
    text = html.unescape(MOJIBAKE.sub('"', text).replace("%20", " "))
    text = window(UNSEEN.sub("", unicodedata.normalize("NFKC", text)))
    text = TAG.sub(" ", ADDRESS.sub(" ", text))
    for tapback in TAPBACKS:
        if found := tapback.match(text):
            text = text[found.end() :]
            break
    for pattern in NOT_HIS:
        text = pattern.sub("\n", text)
    return FOOTER.sub(" ", FORWARDED.sub("\n", text)) if FORWARDED.search(text) else text


def without_name(text: str) -> str:
    """The text without a name signed at its end, as in "Stop - Maria"."""
    return NAME.sub("", text)


def without_ours(plain_text: str, recent_outbound: Sequence[str]) -> str:
    """Plain text without clauses of four words or more that we sent lately; if nothing else is left, all of it."""
    ours = {clause for sent in recent_outbound for clause in plain(window(sent)).split(" . ") if clause.count(" ") > 2}
    left = " . ".join(clause for clause in plain_text.split(" . ") if clause not in ours)
    return left or plain_text


def plain(text: str) -> str:
    """Lower-case words without accents on Latin letters, emoji or punctuation; " . " between clauses."""
    text = re.sub(r"([^\W\d_])\1{2,}", r"\1", "".join(_letters(_folded(text))))
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
        joined += [keyword] if keyword in DRESSED_UP else spelled
        spelled = []
        joined.append(word)
    return joined


def _undisguised(word: str) -> str:
    keyword = word.translate(LOOK_ALIKES)
    return keyword if keyword in DRESSED_UP else word
