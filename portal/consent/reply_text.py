"""What the sender of an inbound text wrote himself, in plain letters.

Phones quote, decorate and sign; keyboards disguise.  `own_words` peels off what is not the sender's,
`plain` writes the rest as lower-case words with " . " between clauses.  The rules never see anything else.
"""

import base64
import html
import re
import unicodedata
from collections.abc import Sequence

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
DASH = re.compile(r"\s[-~]+\s")
APOSTROPHES = frozenset("'’‘ʼ`´\u201b")
BREAKS = frozenset(".!?;,\n…。、؟،؛।॥¿¡|—–")

MOJIBAKE = re.compile("â€(?:[œ\x9d\x9c\x98\x99™˜“”]|$)?")
ADDRESS = re.compile(r"\b(?:https?://|www\.)\S+|\S+@\w[\w-]*\.\S+", re.IGNORECASE)
HASH = re.compile(r"\b(my|this|the|wrong|phone|our) #(?!\d)", re.IGNORECASE)
TAG = re.compile(r"</?(?:br|p|div|span|b|i|u|a|em|strong|font|html|body|td|tr)\s?/?>", re.IGNORECASE)

QUOTED = r"[\s:]*(?:[“”\"«„].*[”\"»“]|['‘][^\n]*['’]\s*$|[“”\"«„][^…\n]*…?)"
THING = (
    rf"(?:{QUOTED}|\s*(?:an?|\d+|une?|eine?n?|um|uma|un|una) (?:image|movie|audio message|video|attachment|sticker"
    rf"|photo"
    r"|file|link|voice message|location|contact|imagen|foto|bild|imagem|immagine|images|photos|videos)\b)"
)
TAPBACKS = tuple(
    re.compile(pattern + THING, re.IGNORECASE | re.DOTALL)
    for pattern in (
        r"\s*(?:you )?(?:liked|loved|disliked|laughed at|emphasi[sz]ed|questioned|hearted)",
        r"\s*(?:removed|added) .{1,30}? (?:from|to)",
        r"\s*reacted .{1,20}? to",
        r"\s*[^\w\s\"“]{1,8}\s+(?:to|a|à|zu)",
        r"\s*a attribué la mention «[^»]{1,20}» à",
        r"\s*(?:n['’])?a (?:pas )?(?:aimé|adoré|ri de|souligné|questionné|réagi .{1,20}? à|ajouté .{1,20}? à)",
        r"\s*(?:no )?(?:le|te|me) (?:gustó|encantó|dio .{1,15}? a|dio risa)",
        r"\s*(?:se rio de|se rió de|enfatizó|destacó|cuestionó|reaccionó .{1,20}? a|quitó .{1,20}? de)",
        r"\s*(?:gefällt(?: mir)?|liebt|lacht über|betont|hat(?: mit .{1,12}? auf)?)",
        r"\s*(?:não )?(?:gostou de|amou|riu de|enfatizou|curtiu|reagiu .{1,20}? a)",
        r"\s*(?:(?:non )?piace|adora|ha riso di|ha (?:messo|reagito|aggiunto) .{1,20}? a)",
    )
)
"""What phones send for a reaction, with the text it is about; words behind the last quotation mark still count."""

NOT_HIS = (
    re.compile(r"^\s*(?:re|fwd?|aw|tr)\s*:\s*", re.IGNORECASE),
    re.compile(r"^\s*>(?!\w+<).*$", re.MULTILINE),
    re.compile(r"^on .{5,80} wrote:\s*$", re.IGNORECASE | re.MULTILINE),
    re.compile(r"\(sent with [\w ]{1,30}\)", re.IGNORECASE),
    re.compile(
        r"^\s*(?:sent from|sent via|get outlook|enviado (?:desde|do|de)|envoyé de(?:puis)?|inviato da|gesendet von"
        r"|von meinem"
        r"|verzonden)(?: (?!stop|unsub|opt|please|don)\S{1,30}){1,6}",
        re.IGNORECASE | re.MULTILINE,
    ),
    re.compile(r"^-- ?$.*", re.MULTILINE | re.DOTALL),
)
"""Quoted lines and the signatures that devices add."""

FORWARDED = re.compile(r"^-{2,} ?(?:original|forwarded) message ?-*", re.IGNORECASE | re.MULTILINE)
ANSWER = (
    r"\b(?:reply(?: help for \w+ or)?|text|txt|send|respond[ae]?|env[ií]e|répondez|envoyez|antworten sie|rispondi"
    r"|invia|responda)"
)
FOOTER = re.compile(
    ANSWER + r"(?: with| the word| con| par| mit)? [\"“'«]?\s?(?:stop|alto|sair|parar|unsubscribe)\b[\"”'»]?"
    r"(?:\s+(?:to|2|para|pour|zum|per)\s+\w+)?(?:\s+(?:out|from|texts?|messages?|msgs|receiving|these|our|all|future"
    r"|alerts"
    r"|at any ?time|anytime|vous désabonner|désabonner|abmelden|annullare|help for \w+))*",
    re.IGNORECASE,
)
"""What businesses write below their texts; not the sender's when he quotes, forwards or is a machine."""

QUOTED_FOOTER = re.compile(
    r"[“\"«„][^”\"»“\n]{0,400}(?:" + FOOTER.pattern + r"|回复|回覆|返信|회신)[^”\"»“\n]{0,200}[”\"»“]", re.IGNORECASE
)
AUTOMATIC = re.compile(
    r"\b(?:thank(?:s| you) for (?:contacting|reaching|calling|texting|messaging|your (?:message|text|inquiry))"
    r"|auto(?:matic|mated)?[- ]?(?:reply|response|responder)|out of (?:the )?office|you(?:'|’)?(?:ve| have) reached"
    r"|(?:message|text) (?:has been|was) received|(?:office|we) (?:is|are) (?:currently |now )?closed|not monitored"
    r"|(?:message|msg) (?:&|and) data rates|get back to you|network msg|free ?msg|gracias por (?:contactar|comunicar"
    r"|escrib)"
    r"|merci d['’]avoir contact|respuesta automática|réponse automatique|automatische (?:antwort|nachricht)"
    r"|you are (?:now |already )?subscribed|invalid keyword|subscription confirmed|obrigado por entrar"
    r"|grazie per averci|resposta automática|risposta automatica)",
    re.IGNORECASE,
)
"""Words of machines that answer us: their footers are not a request, whatever else they say is read as usual."""

ENCODED = re.compile(r"=\?utf-8\?b\?([A-Za-z0-9+/=]{2,400})\?=", re.IGNORECASE)
BASE64 = re.compile(r"[A-Za-z0-9+/]{40,}={0,2}")
NAME = re.compile(
    r"\s(?:[-–—~] ?|(?:best|thanks|thank you|regards|cheers|sincerely),?\n)(?!\w*(?:day|nes"
    r"|tes)\b)[A-Z][a-z]+(?: [A-Z][a-z]+)?\.?\s*$",
    re.MULTILINE,
)


def window(text: str) -> str:
    """The part of the text that is read; padding around it does not push the words out of sight."""
    text = text.strip(PADDING)
    return text if len(text) <= LONGEST + TAIL else text[:LONGEST] + "\n" + text[-TAIL:]


def own_words(text: str) -> str:
    """The text without reactions, quotations, addresses and device signatures."""
    text = html.unescape(MOJIBAKE.sub('"', _decoded(text)).replace("%20", " "))
    text = window(UNSEEN.sub("", unicodedata.normalize("NFKC", text)))
    text = HASH.sub(r"\1 number", TAG.sub(" ", ADDRESS.sub(" ", text)))
    for tapback in TAPBACKS:
        if found := tapback.match(text):
            text = text[found.end() :]
            break
    for pattern in NOT_HIS:
        text = pattern.sub("\n", text)
    if FORWARDED.search(text) or AUTOMATIC.search(text):
        return FOOTER.sub(" ", FORWARDED.sub("\n", text))
    left = QUOTED_FOOTER.sub(" ", text)
    return left if left.strip(PADDING + ".!") else text


def _decoded(text: str) -> str:
    """Text that a gateway passed on as base64 (replies/README 6.2); any other text as it is."""
    text = ENCODED.sub(lambda found: _from_base64(found[1]) or found[0], text)
    return (_from_base64(text) or text) if BASE64.fullmatch(text) else text


def _from_base64(text: str) -> str:
    try:
        found = base64.b64decode(text, validate=True).decode()
    except ValueError:
        return ""
    return found if found.replace("\n", " ").replace("\r", " ").isprintable() else ""


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
        joined += [keyword] if keyword in DRESSED_UP else spelled
        spelled = []
        joined.append(word)
    return joined


def _undisguised(word: str) -> str:
    keyword = word.translate(LOOK_ALIKES)
    return keyword if keyword in DRESSED_UP else word
