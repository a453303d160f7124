"""The vocabulary of the reply table: word lists and the phrases that put a request in doubt."""

import re

TEXTS = (
    r"(?:texts|txts|sms|msgs|messages|texting|messaging|communications|notifications"
    r"|(?:text|sms) (?:messages|communications|msgs))"
)
TEXTING = (
    r"(?:text|texting|textin|txt|txting|txtn|txtin|tecting|messaging|messagin|msging|contacting|harassing|bothering"
    r"|bugging|pestering|spamming)"
)
SEND = r"(?:text|txt|message|msg|contact|sms|bother|call or text|text or call|call me or text|call or message)"
ME = r"(?:me|us|to me|to us|my phone|my number|my cell|this number|this phone|here)"
POLITE = r"(?:please|pls|plz|kindly|hi|hello|ok|okay|just|thanks|thank you|thx|now|asap|immediately|sir|maam)"
END = (
    r"(?= \.|$| (?:again|any ?more|any longer|ever|now|please|pls|plz|already|immediately|at all|thanks?|thx|asap|today"
    r"|right now|from (?:you|yall|this|now)|to (?:me|this|my)|because|since|i|im|this is|sir|maam|bro)\b)"
)
"""What may follow a request for it to be complete; "don't text me the code" is another thing."""

TO_ME = rf"(?:(?: {ME}){{1,2}}(?:{END}|(?= (?:and|or|you|u)\b))|{END})"
"""The end of a request, with or without the person it is about; "don't text and drive" is another thing."""

_COURTESY = (
    "please pls plz plse kindly now it this just already ok okay k hi hello hey yo sorry no thanks thank you thx ty"
    " sir maam mam madam man dude bro guys omg god ffs asap immediately right away today forever for good permanently"
    " everything all any more anymore again ever me text reply info siri at once so svp gracias merci danke bitte po"
    " porfavor por favor"
)
COURTESY = frozenset(_COURTESY.split())
"""Words around a keyword that change nothing, those of a copied instruction among them."""

_REAL = (
    "shop step spot stow slop swop atop top sop tops stops stoop stomp strop stoup stob estop stopt scop sto stup stap"
    " stip stot stoa stod stog stok stol stom ston stor stoy stopa stoep shtop quite quits quid quip quiz quill quint"
    " quilt quirt quoit qui uit quiet quin quia quis quito quita suit squit huit nuit ruit duit qbit cancels cancer"
    " cancela cancele cancelo chancel evoke revoked revokes revoker removed removes remover remote"
)
REAL_WORDS = frozenset(_REAL.split())
"""Words one letter from a keyword that people mean, or may mean: never a slip."""

LOUD = frozenset(("stop", "stopp", "stopall", "unsubscribe", "unsub", "optout"))
"""Keywords that count as the first or last clause of a longer message; "end" and "quit" do not."""

LIMIT = re.compile(
    r"\b(?:but|except|only|until|till|unless|after|before|during|while (?:i|im|we|you)|instead|about|past \d+"
    r"|reminders?|promos?|promotions?|promotional|marketing|on (?:my|the) work|at (?:night|work|\d+)|next week)\b"
)
"""In or after a request these narrow it: a member has to look."""

FRAME = re.compile(
    r"^(?:did|does|is|are|was|were|has|when|where|who|which|what)\b"
    r"|\b(?:if (?:i|we|you)|what happens|how (?:do|can|could|would|to|does)|do i (?:have|need)|should (?:i|we)|can we"
    r"|is there (?:a|any)|(?:it|page|link|site|message|text|sign|button) (?:says|said)|(?:he|she) (?:says|said)"
    r"|(?:hit|pressed|clicked|typed|sent|wrote) (?:the )?$|(?:stop|end|quit|cancel|unsubscribe) to $)"
)
"""Before a request these make it a question or a quotation, such as of a footer."""

SPEAKER = re.compile(
    r"\b(?:(?:i|we|he|she|they|him|her|them|ill|well|lets|id|going|gonna)"
    r"(?: (?:need|have|had|will|should|must|gotta|can|cant|could|would|am going|am gonna|finally))?(?: to)?"
    r"|wont|doesnt|never|not|cant|cannot|didnt|dont) $"
)
"""Before "stop texting" these tell what somebody does, as in "I had to stop texting" or "he won't stop texting me"."""

DELIGHTED = re.compile(r"[😂🤣😍😭😆🥰🤩😅❤♥]")
DELIGHT = re.compile(
    r"\b(?:love|loving|beautiful|gorgeous|amazing|cute|sweet|kind|funny|hilarious|best|crying|adorable|haha|lol|lmao"
    r"|perfect|stunning|wow|kidding|blush|blushing|dying|obsessed)\b"
)
"""Beside a bare "stop" these make it an exclamation."""
