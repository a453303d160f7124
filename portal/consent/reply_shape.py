"""Requests by their shape: each word is one letter for its kind, and a row is a pattern over kinds, not over words.

"Quit blowin up my cell" and "cease messaging this line" are one shape; a new word joins a kind and all its shapes.
"""

import re
from collections.abc import Iterator
from functools import cache, lru_cache

from portal.consent.reply_rule import Meaning, Rule
from portal.consent.reply_slip import distance
from portal.consent.reply_words import COURTESY, REAL_WORDS

_KINDS = {
    "STOP": "stop stopp stpo stahp stawp quit cease discontinue halt desist refrain",
    "KILL": "end cancel terminate kill disable deactivate cut knock lay drop discard silence spare",
    "TURN": "turn shut switch",
    "NEG": "dont dnt nt donot not never nevr neither",
    "WONT": "doesnt dosent doesn cannot cant wont couldnt didnt wouldnt isnt arent",
    "NO": "no zero nomore without",
    "LONGER": "more longer further additional another mo extra",
    "ENOUGH": "enough done finished through overwith",
    "WANT": "preference preferences"
    " love want wanna wants wanting wanted wish wishes need needs needing needed like likes care cares"
    " desire interested"
    " interest prefer prefers rather appreciate mind ",
    "ASK": "ask asks asked asking request requested",
    "TEXT": "text txt message msg mesage messege sms contact communication",
    "TEXTS": "texts txts messages msgs mesages messeges alerts notifications communications smses correspondence",
    "TEXTING": "texting txting textin txtin txtn messaging msging contacting bothering harassing spamming pestering"
    " bugging hounding disturbing smsing hassling",
    "TEXTED": "texted messaged contacted bothered disturbed spammed harassed",
    "BOTHER": "bother disturb harass pester bug spam ping hound annoy hassle write communicate correspond reach",
    "SEND": "send sent snd",
    "SENDING": "sending sendin gettin getting receiving recieving seeing",
    "GET": "get receive recieve see have",
    "KEEP": "keep continue",
    "BE": "be being been is are was were am",
    "ME": "me us",
    "USE": "use using",
    "ENSURE": "sure ensure",
    "GOT": "got gotten gets",
    "FEWER": "less fewer only limit often rarely",
    "LAW": "illegal lawyer lawyers attorney sue suing complaint legal court harassment",
    "SERVICE": "service services program programme participation enrollment enrolment membership feature option"
    " subscription subscriptions",
    "HATE": "hate sick tired dislike unsolicited unwanted annoyed",
    "HIT": "hit hitting blow blowing blowin hittin buzz buzzing blast blasting flood flooding clog clogging",
    "LOSE": "lose forget",
    "GOOD": "fine good great helpful nice lovely perfect useful awesome sweet funny"
    " appreciated best amazing cute welcome",
    "LEAVE": "leave",
    "USED": "used",
    "MY": "my our",
    "PHONE": "number digits fone nr phone cell line mobile landline device cellphone num nmbr numbers",
    "NAME": "name info information contacts data details",
    "IT": "it him her them",
    "REMOVE": "remove delete erase scratch cross strike wipe purge unlist exclude scrub clear take pull rid remov"
    " rmv unenroll deregister expunge drop",
    "BLOCK": "block",
    "OFF": "off out from frm offa",
    "OF": "of",
    "LIST": "list lists computer computers system database records record program rotation registry files"
    " file mailing campaign"
    " campaigns subscribers directory roster blasts thread chat groupchat",
    "HEAR": "hear hearing heard",
    "I": "i we im ive id were ill",
    "HE": "he she they hes shes who whoever people",
    "YOU": "you u yall ya youse yous",
    "YOUR": "your ur yours youre",
    "TO": "to ta 2",
    "FOR": "for at on via by through in with w up",
    "THESE": "these this that those dis dese",
    "THINGS": "stuff crap shit junk garbage nonsense anything nothing things thing bs everything bullshit",
    "ADV": "ever even like really just kindly actually honestly truly so auto robo definitely absolutely under"
    " circumstances dare also simply completely totally do does would will can could should must shall always"
    " constantly repeatedly hereby",
    "ADJ": "any all the other too much damn fucking fuckin fkn freaking effing goddamn bloody friggin frickin daily"
    " weekly monthly constant automated automatic automatically annoying stupid unwanted unsolicited incoming endless"
    " random robot bot computer group mass bulk such some one single next ridiculous silly dumb useless nonstop"
    " continuous continual repeated al",
    "AGAIN": "again anymore ever further already now thanks thank thx ty please pls plz immediately asap today future"
    " henceforth here once forever whatsoever altogether entirely fully permanently effective either back okay ok"
    " lol bro"
    " dude man sir maam sincerely"
    " period regards",
    "BECAUSE": "because bc since cause cuz if or and but its thats theres",
    "MAKE": "make made making",
    "CONSENT": "consent permission authorization authorisation approval allowed authorized permitted",
    "REVOKE": "revoke revoked revoking withdraw withdrawn withdrawing rescind rescinded terminated retract"
    " retracted withdrew cancelled canceled",
    "REPORT": "report reporting reported sue suing block blocking blocked lawyer attorney police fcc"
    " authorities lawyer attorney",
    "MY_WIFE": "wife husband mother mom dad father son daughter grandma grandmother grandpa mum parents",
}
"""The kinds; a word in several belongs to the first, and words of courtesy to none of these are POLITE."""

_LETTERS = {name: chr(0xE000 + place) for place, name in enumerate((*_KINDS, "POLITE", "OTHER"))}
_WORDS = {word: _LETTERS[kind] for kind in reversed(_KINDS) for word in _KINDS[kind].split()}
_OTHER = _LETTERS["OTHER"]
_POLITE = _LETTERS["POLITE"]
_SETS = {
    "FILL": "ADV ADJ THESE YOUR OF AGAIN LONGER BE",
    "LOOSE": "ADV ADJ THESE YOUR OF AGAIN LONGER BE TO GET KEEP SENDING SEND ME FOR YOU IT OFF THINGS",
    "HOW": "ADV AGAIN",
    "NOT": "NEG WONT",
    "SUBJECT": "I HE YOU",
    "MANNERS": "POLITE ADV AGAIN",
    "SUITS": "REPORT LAW",
    "TEXT_OR_BOTHER": "TEXT BOTHER",
    "ANY_TEXT": "TEXT TEXTS",
}


MENDABLE = 5
_OFTEN = (
    *("texting", "messages", "message", "messaging", "sending", "receiving", "remove", "delete", "number", "please"),
    *("harassing", "contacting"),
)
"""Words of requests that are read also where one letter is wrong, if no shorter than `MENDABLE`."""


def _chars(name: str) -> str:
    return "".join(_LETTERS[kind] for kind in _SETS.get(name, name).split())


_NEAR = "".join(map(_chars, ("MY", "ME", "IT", "THESE", "YOU", "YOUR", "PHONE", "ANY_TEXT")))
_PLACE = f"[{_chars('FOR')}{_chars('TO')}{_chars('OFF')}][{_NEAR}]"
_MORE = "".join(
    map(_chars, ("AGAIN", "POLITE", "I", "HE", "YOU", "BECAUSE", "THESE", "BE", "NO", "NEG", "STOP", "ADV"))
)
_END = (
    f"(?=$|\\.|[{_MORE}{_chars('LONGER')}]|[{_chars('ADJ')}][{_chars('LONGER')}]|{_PLACE}"
    f"|[{_chars('FOR')}][{_chars('ADJ')}]?[{_chars('AGAIN')}])"
)
_WRITTEN = {"END": _END, "BEGIN": r"(?:^|(?<=\.))", "ANY": "[^.~]", "SPAN": "[^~]"}


@cache
def pattern(says: str) -> re.Pattern[str]:
    """A row over kinds: names of kinds and sets, `ANY` word, `BEGIN` of a clause, the `END` of a request."""
    named = re.sub(r"[A-Z]\w+|\bI\b", lambda found: _WRITTEN.get(found[0]) or f"[{_chars(found[0])}]", says)
    return re.compile(named.replace(" ", ""))


def shapes(said: str, rules: tuple[Rule, ...], meaning: Meaning) -> Iterator[tuple[Rule, int, str]]:
    """The rows of one meaning that fit, each with where in the text and with its words."""
    words = said.split(" ")
    kinds = "".join(_kind(word) for word in words)
    for rule in rules:
        if rule.meaning is meaning:
            for found in pattern(rule.says).finditer(kinds):
                start = sum(map(len, words[: found.start()])) + found.start()
                yield rule, start, " ".join(words[found.start() : found.end()])


@lru_cache(maxsize=4096)
def _kind(word: str) -> str:
    if word in (".", "~"):
        return word
    return _WORDS.get(word) or (_POLITE if word in COURTESY else _misspelt(word))


def _misspelt(word: str) -> str:
    """The kind of the word of a request that this one is a slip of the finger for."""
    if not MENDABLE <= len(word) <= 2 * MENDABLE + 2 or word in REAL_WORDS or not word.isalpha():
        return _OTHER
    near = (right for right in _OFTEN if right[0] == word[0] and abs(len(right) - len(word)) <= 1)
    return next((_WORDS[right] for right in near if distance(word, right) == 1), _OTHER)
