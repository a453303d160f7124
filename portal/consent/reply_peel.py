"""What the sender of an inbound text wrote himself: phones quote, react and sign, gateways encode, machines answer."""

import base64
import html
import re
import unicodedata
from collections.abc import Sequence
from functools import lru_cache

from portal.consent.reply_text import PADDING, UNSEEN, plain, window

MOJIBAKE = re.compile("â€(?:[œ\x9d\x9c\x98\x99™˜“”]|$)?")
ADDRESS = re.compile(r"\b(?:https?://|www\.)\S+|\S+@\w[\w-]*\.\S+", re.IGNORECASE)
HASH = re.compile(r"\b(my|this|the|wrong|phone|our) #(?!\d)", re.IGNORECASE)
TAG = re.compile(r"</?(?:br|p|div|span|b|i|u|a|em|strong|font|html|body|td|tr)\s?/?>", re.IGNORECASE)

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

QUOTED = (
    r"[\s:]*(?:[“”\"«„].*[”\"»“]|['‘][^\n]*['’]\s*$|[“”\"«„](?:(?!\.\.\.)[^\n])*\.\.\."
    rf"|[“”\"«„][^\n]*?(?:{FOOTER.pattern}|\n|$))"
)
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

SHOUTED = re.compile(r"^(\W{0,9}STOP) (?=(?!Sign|Light|Motion|By\b(?! the))[A-ZÀ-Ý][a-zà-ý’']* )")
"""A STOP that a new sentence follows without a full stop between."""


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
    text = SHOUTED.sub(r"\1. ", text)
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
    """Plain text without clauses of four words or more that we sent lately, whole or cut off; if none is left, all."""
    ours = "".join(_clauses(sent) for sent in recent_outbound)
    clauses = plain_text.split(" . ")
    left = " . ".join(clause for clause in clauses if clause.count(" ") < 3 or f"\n{clause}" not in ours)
    return left or plain_text


@lru_cache(maxsize=1024)
def _clauses(sent: str) -> str:
    """The clauses of a text of ours, one a line, as they come back: as sent, and without its links."""
    return "".join("\n" + plain(each).replace(" . ", "\n") for each in (window(sent), own_words(window(sent))))
