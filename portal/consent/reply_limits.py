"""Rows of the reply table for who wants other or fewer texts, another way or another number, in English."""

from portal.consent.reply_doubts import PERSON
from portal.consent.reply_rule import How, Meaning, Rule
from portal.consent.reply_words import END, KIND, SEND, TEXTS

THEIRS = (
    rf"(?:(?:my|our) (?:{PERSON}|kid|kids|child|old|other|work|ex|boss|parents?|boyfriend|girlfriend|partner)s?"
    r"|her|him|his|their)"
)

# fmt: off
RULES = (
    Rule(
        "some_texts_only", "en", Meaning.REVIEW, How.INSIDE,
        rf"(?<!\bi )(?<!you )(?<!\bwe )\b(?:dont|do not|dnt|never) {SEND}(?: me(?! (?:the (?!texts|messages)|a |an "
        rf"|my |his |her |that |photos|pictures))| us| this| anything| at| before| after| on| during| so| until| late"
        rf"| early| every| my cell| my work)\b|\bno more [\w ]{{0,20}}(?:{TEXTS}|{KIND})\b"
        r"|\b(?:dont|do not|no longer) (?:want|need|send)(?: (?:me|us|any|the|your|these|more|to|get|receive"
        rf"|getting|all|of)){{0,5}}"
        rf" (?:\w+ ){{0,1}}(?:{TEXTS}|{KIND}){END}|\b(?:revoke|withdraw) my (?:consent|permission)\b"
        r"|\b(?:stop|quit|cancel|turn off|unsubscribe from|opt out of|enough|fewer|less)(?: (?:sending|getting"
        rf"|receiving|with|the|all|me|us|these"
        rf"|those|your|any|more|my|of|weekly|daily|monthly|automatic|constant)){{0,4}} {KIND}\b"
        r"|(?:^|\. |\bplease |\band )no (?:more )?(?:promos?|ads?|marketing|promotions?|solicit\w+|sales texts"
        rf"|coupons|spam|deals|offers)\b"
        rf"|\bno (?:texts|messages) (?:on|after|before|at|during|until|while)\b"
        r"|\b(?:only|just) (?:text|message|send|contact)(?: me| us)?(?: about| for| if| the| my| at| in| between| when"
        rf"| after| before| texts about| appointment\w*| \w*day)\b"
        r"|\b(?:text|message|contact) (?:me|us) only\b|\bonly (?:want|need|send|appointment|the"
        rf"|my)[\w ]{{0,16}} ?(?:{KIND}|texts|messages)\b"
        rf"|\b(?:pause|hold|suspend|mute|snooze|hold off on)(?: (?:the|my|these|all|your|sending)){{0,2}} {TEXTS}\b"
        rf"|\b(?:only|just)(?: (?:the|my|send|want|need|appointment|get)){{1,3}} (?:{KIND}|texts|messages)\b"
        rf"|\b(?:keep|just) (?:the )?(?:appointment )?(?:texts|{KIND}) (?:only|and)\b|\bstop remind\w+\b"
        rf"|\btake a break from\b"
        rf"|\bnot interested in[\w ]{{0,12}} {KIND}|\bbut no (?:more )?(?:promos?|ads?|marketing|promotions?"
        rf"|{KIND})\b"
        r"|\b(?:text|message)(?: me)? only (?:during|at|on|for|when|if|after|between|about)\b|\bonly text for\b"
        r"|\bless often\b"
        rf"|\b(?:only|just)(?: text me| send)? {KIND}{END}",
        "Don't text me before 9am please", "don't text and drive", is_likely=True,
    ),
    Rule(
        "another_way", "en", Meaning.REVIEW, How.INSIDE,
        r"\binstead of (?:text|sms|messag)\w*|\b(?:call|email|e mail|phone|mail|ring)(?: me| us)?(?: instead| only"
        r"| rather)\b"
        r"|\btext my \w+ .{0,20}instead\b|\btext my \w+ instead\b|\b(?:only|just) (?:emails|calls|phone calls)(?= \."
        r"|$| please)|\bphone calls only\b|\bemails? only\b"
        r"|\b(?:rather|prefer|like)(?: to)?(?: get| have| receive| be)?(?: an?| by)? (?:e ?mails?|emailed"
        r"|phone calls?|calls?|called)\b"
        r"|\b(?:dont|do not) text (?:\. )?(?:just |please )?(?:call|email)\b|\b(?:i|we) (?:dont|do not|cant"
        rf"|never) (?:text|do texts?|read texts)(?= \.|$)"
        r"|(?:^|\. |please |and )(?:dont|do not|never|stop|quit) (?:call|calling|phoning|email|emailing"
        rf"|ring)(?: (?:me|us|here|this number|my (?:phone|cell|number|house|home|work|office|line))){{0,2}}{END}"
        rf"|^(?:please )?(?:stop|no more|no) (?:the |all )?(?:phone )?calls(?= \.|$| please)"
        r"|\b(?:call|email|e mail|phone)(?: me| us)? (?:from now on|(?:\. )?(?:please )?(?:and )?(?:dont|do not)"
        r" text)(?= \.|$)"
        r"|\b(?:by|use|via|prefer) (?:e ?mail|phone) (?:and )?(?:not|over) (?:text|sms)\w*"
        r"|\bswitch (?:me |us )?to (?:e ?mail|phone|calls)\b|\b(?:contact|text|call|email|reach|message|send"
        r"|get)\b[\w ]{0,30} instead\b(?! of (?:e ?mail|call|phon))"
        r"|\b(?:call|email) (?:\. )?(?:dont|do not) text\b|\b(?:email|calling|a call) is (?:better|best"
        r"|easier)(?= \.|$)",
        "Please call instead of texting", "Please don't call, text me", is_likely=True,
    ),
    Rule(
        "another_number", "en", Meaning.REVIEW, How.INSIDE,
        rf"\b(?:remove|delete|take|get|drop) [\w ]{{0,20}}(?:number|name|me) (?:off|from) (?:your|the"
        rf"|this) [\w ]{{0,12}}list\b"
        rf"|\bget off (?:this|your|the) list\b|\b(?:remove|delete|take) {THEIRS}(?: \w+)? (?:number"
        rf"|off(?! the (?:guest|wait|schedule|invoice|list for))|from (?:your"
        rf"|the|this) list|phone)\b"
        rf"|\b(?:stop|quit) (?:texting|contacting|messaging|sending|bothering)[\w ]{{0,14}} {THEIRS}"
        r"|\b(?:use|text|contact|message)(?: me (?:at|on))? (?:my|the|this) (?:other|new|cell|work|home"
        r"|different) (?:number|phone|cell|one)\b"
        r"|\b(?:my|this is (?:a|an|the|my)|her|his) old (?:number|phone)\b|\bthis is (?:a|my|our) (?:work|business"
        r"|office|home|land) ?(?:phone|line|number"
        r"|cell)\b"
        r"|\btext my (?:husband|wife|mom|dad|son|daughter|partner)\b(?! (?:too|also|as well))[\w ]*(?:instead|at"
        r"|not me|from now)"
        r"|\b(?:wife|husband|mom|dad|son|daughter|mother|father)s? (?:wants?|needs?) (?:off|out|to be)\b"
        rf"|\b(?:remove|drop|take) {THEIRS} (?:\w+ )?from (?:the|these|your) {TEXTS}",
        "Please remove my husband's number from your list", "put me on the list", is_likely=True,
    ),
    Rule(
        "stop_word_left", "en", Meaning.REVIEW, How.INSIDE,
        r"\b(?:stop|stopall|unsubscribe|unsub|opt out|optout|get off this list|get off your list|get out of this list"
        r"|opting out|stop2\w+)\b",
        "what is this stop", "unstoppable", is_likely=True,
    ),
)
# fmt: on
