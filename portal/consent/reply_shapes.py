"""Rows of the reply table that are shapes: requests in English by the kinds of their words (see `reply_shape`)."""

from portal.consent.reply_rule import How, Meaning, Rule
from portal.consent.reply_rules import OPT_OUT

TEXTS = (
    "(?:BOTHER? TEXT? TEXTS|TEXT (?:THINGS|SERVICE|LIST)?"
    "|TEXTING (?:SERVICE|LIST)|(?:SERVICE|LIST) (?:FOR|OF|TO) (?:ADJ|THESE|YOUR)? (?:TEXTS|TEXT? TEXTING|TEXT TEXTS?))"
)
"""What is not wanted: texts, text messages, that text thing, the text service."""

NO_TEXTS = (
    "(?:BOTHER? TEXT? TEXTS (?:END|MY|(?:OTHER|THINGS) (?:$|\\.))|TEXT (?:THINGS)? END|(?:TEXT|TEXTING) (?:SERVICE"
    "|LIST) END"
    "|(?:SERVICE|LIST) (?:FOR|OF|TO) (?:ADJ|THESE|YOUR)? (?:TEXTS|TEXT? TEXTING|TEXT TEXTS?) END)"
)
"""Texts at the end of a request; one unknown word may close it, a name or a sigh."""

MINE = "(?:ME|MY PHONE{1,2}|MY TEXT? NAME|THESE OTHER? PHONE{1,2}|PHONE)"
"""Whom a request is about: me, my number, this phone."""

# fmt: off
RULES = (
    Rule(
        "shape.stop_texting", "en", OPT_OUT, How.SHAPE,
        f"STOP (?:ANY){{0,3}} (?:TEXTING|(?:SEND|SENDING) ME? FILL* ANY_TEXT) (?:{MINE} END|ME (?:YOUR|OTHER (?:$"
        f"|\\.))|IT? END)",
        "stop with your robo texting us", "Stop humming and texting Bob",
    ),
    Rule(
        "shape.stop_texts", "en", OPT_OUT, How.SHAPE,
        f"STOP (?:LOOSE|MY|TEXTING)* (?:OTHER)? (?:LOOSE|MY)* {NO_TEXTS}",
        "quit it with those corny messages", "stop the text animation",
    ),
    Rule(
        "shape.stop_sending", "en", OPT_OUT, How.SHAPE,
        "STOP (?:SENDING|SEND) (?:LOOSE)+ (?:THINGS)? END"
        "|(?:ANY_TEXT|TEXTING) (?:SPAN){0,14} STOP (?:SENDING|SEND)? IT (?:END|TO ME)",
        "quit sending to us that bloody stuff", "stop sending those flowers",
    ),
    Rule(
        "shape.stop_that", "en", OPT_OUT, How.SHAPE,
        "^(?:MANNERS)* STOP (?:THESE|IT|SEND|SENDING|ADV|ADJ|AGAIN|TEXT|THINGS|TO|POLITE)* $|"
        "ANY_TEXT (?:SPAN){0,6} (?:MAKE IT STOP|STOP SENDING) END|(?:THESE|PHONE) (?:SPAN){0,6} (?:AGAIN|POLITE)"
        " STOP SENDING $|"
        "(?:BEGIN|POLITE|ADV|YOU) MAKE THESE (?:ANY_TEXT)? STOP END",
        "quit that already", "you can stop",
    ),
    Rule(
        "shape.do_not_text", "en", OPT_OUT, How.SHAPE,
        f"(?<!SUBJECT)NEG TO? (?:HOW|ADJ)* (?:KEEP TO)? TEXT_OR_BOTHER (?:FOR|TO|OFF)* (?:{MINE}|IT(?=AGAIN)) END"
        "|PHONE (?:SPAN){0,8} NEG (?:HOW)* TEXT IT END"
        f"|(?:WANT|ASK|POLITE|ADV|ADJ) NEG TEXTING {MINE} END"
        "|BEGIN (?:MANNERS)* NEG (?:HOW)* (?:TEXT|SEND) END|NEG (?:HOW)* SEND ME? (?:THESE|IT) AGAIN"
        f"|(?<!SUBJECT)(?:STOP|NEG) (?:HOW)* HIT FOR? (?:{MINE}) FOR?"
        "|(?<!SUBJECT)NEG (?:HOW)* (?:OTHER|GET|KEEP|BE) (?:ME|MY PHONE{1,2}) FOR (?:LOOSE)* (?:ADJ|TEXT)* (?:TEXTS"
        "|LIST"
        "|TEXTING) END"
        "|NEG (?:BE|KEEP) (?:SENDING|SEND|TEXTING) (?:LOOSE)+ (?:TEXTS|THINGS)? END"
        "|(?:BEGIN (?:HOW)*|(?<=AGAIN)|(?<=POLITE)) NEG (?:HOW)* SEND (?:ADJ|THESE|YOUR|LONGER)* TEXTS END"
        "|LOSE YOU (?:HOW)* (?:GET|GOT) (?:MY|THESE) PHONE"
        "|(?<!SUBJECT)NEG (?:HOW)* USE (?:MY|THESE) PHONE{1,2} (?:END|FOR ANY_TEXT)",
        "do not under any circumstances text this cell", "Remember, we do not text clients",
    ),
    Rule(
        "shape.no_need_to_text", "en", OPT_OUT, How.SHAPE,
        f"(?:NO|NEG) WANT TO (?:KEEP)? (?:TEXT|TEXTING|BOTHER) (?:{MINE})? AGAIN",
        "no need to text us anymore", "no need to text him, I will",
    ),
    Rule(
        "shape.do_not_want_texts", "en", OPT_OUT, How.SHAPE,
        f"(?<!YOU)(?:NOT (?:ADV|LONGER)*|NO (?:LONGER)?|(?<=I) NEG) (?:WANT)? BE? WANT (?:LOOSE|MY)* (?:{TEXTS}"
        f"|TEXTED|TEXTING {MINE}) (?:{MINE})? END"
        "|(?:NOT (?:ADV|LONGER)*|NO (?:LONGER)?) WANT (?:LOOSE)* HEAR OFF (?:YOU|YOUR|THESE)"
        "|(?:NOT (?:HOW)*|NO LONGER) WANT (?:TO|GET|SENDING|ADV|FOR)* THESE AGAIN"
        "|(?:NOT|NO LONGER) (?:HOW)* WANT (?:FOR)? (?:SENDING|TO GET) (?:HOW)* (?:THESE|IT|THINGS) (?:THINGS)? END"
        "|NOT WANT (?:ANY){1,5} BECAUSE ADJ+ TEXTS END|WANT (?:TO|NEG){2,3} (?:GET|SENDING) (?:LOOSE)* (?:TEXTS|THESE"
        " AGAIN)"
        "|NOT (?:LONGER)? WANT TO BE TEXTED|WANT NEG TO? BE TEXTED|WANT NO OTHER? (?:LOOSE)* (?:TEXTS|TEXTING)"
        f"|ENSURE (?:ANY){{0,3}} GET NO (?:LOOSE)* {TEXTS} END|ENSURE (?:ANY){{0,3}} NOT (?:GET|SEND|SENDING|BE)"
        f" (?:LOOSE)* (?:{TEXTS}|TEXTED) END",
        "My husband doesn't want any more of your texts", "I don't want texts on the cards",
    ),
    Rule(
        "shape.no_more_texts", "en", OPT_OUT, How.SHAPE,
        f"(?:BEGIN|(?<=POLITE)|(?<=ADV)|(?<=AGAIN)|(?<=WANT)|(?<=ASK)|(?<=OTHER)|(?<=BECAUSE)) NO (?:LONGER"
        f" (?:LOOSE)*|THESE"
        f" (?:HOW)*|ADJ+) (?:{TEXTS}|TEXTING ME) END"
        "|(?:BEGIN|(?<=TO)|(?<=POLITE)|(?<=ADV)|(?<=AGAIN)|(?<=WANT)) NO (?:TEXTS|TEXT|TEXTING ME) (?!FOR MY) END"
        "|WANT (?:BE|TO) NO TEXTS END"
        "|^(?:MANNERS|ENOUGH|\\.)* NO LONGER (?:MANNERS|\\.)* $|ENOUGH (?:AGAIN)? (?:FOR|OF) (?:LOOSE)* ANY_TEXT END",
        "thanks but no such messages", "I see no messages",
    ),
    Rule(
        "shape.off_the_list", "en", OPT_OUT, How.SHAPE,
        "(?<!NEG)(?<!TEXT)(?<!SEND) (?:REMOVE|GET|KEEP|KILL|BLOCK|OTHER|BE|WANT|MAKE|LEAVE|REVOKE) (?:ME|(?:MY|THESE)"
        " PHONE{1,2}) OFF"
        " (?:LOOSE|TEXT|TEXTING)* (?:LIST|TEXTS|PHONE|THINGS|(?:TEXT|TEXTING) (?:THINGS|SERVICE|LIST|OTHER)?) END"
        f"|(?:MY|THESE) PHONE{{1,2}} (?:SPAN){{0,9}} REMOVE IT END|REMOVE OFF {MINE} END|(?:REVOKE|REMOVE|KILL) OFF"
        f" (?:LOOSE)* (?:TEXT|TEXTING) (?:LIST|SERVICE|TEXTING)"
        f" END|BEGIN (?:MANNERS)* (?:REMOVE|BLOCK) (?:HOW)* (?:{MINE} END|MY PHONE OTHER $)"
        f"|REMOVE (?:ME|MY PHONE) (?:OF|OFF) (?:LOOSE)* LIST END"
        "|REMOVE ME OFF (?:OF)? THESE END"
        "|TO GET OFF (?:OF|ADJ)* (?:THESE END|YOUR (?:TEXTING|TEXTS|TEXT|LIST)|THESE (?:TEXTING|TEXTS|TEXT|LIST))"
        "|BEGIN (?:MANNERS)* OFF (?:OF)? (?:ADJ|YOUR|THESE)+ (?:TEXT|TEXTING) LIST END",
        "bump me off ur text list", "bump me off the guest list",
    ),
    Rule(
        "shape.turn_off_texts", "en", OPT_OUT, How.SHAPE,
        f"(?<!SUBJECT)(?:KILL|TURN OFF) (?:LOOSE|MY)* (?:{NO_TEXTS}|{TEXTS} OFF END)|TURN (?:LOOSE|MY|TEXT)*"
        f" (?:TEXTS|THESE) OFF END",
        "disable texts for this line", "turn off text wrapping",
    ),
    Rule(
        "shape.no_consent", "en", OPT_OUT, How.SHAPE,
        "CONSENT (?:ADV|ADJ|TO|GET|BE|FOR|SEND|SENDING|ANY_TEXT|POLITE|YOU|ME){0,7} REVOKE END"
        "|NEG CONSENT TO (?:ANY_TEXT|BOTHER|SEND ME)"
        "|NOT (?:GET|ADV)* (?:MY|ADJ)? CONSENT (?:FOR YOU)? TO (?:USE|ANY_TEXT|BOTHER)"
        "|REVOKE (?:ADV|ADJ|MY|THESE|OTHER){0,3} CONSENT (?:FOR|YOU|THESE|OTHER){0,4} TO (?:ADV|BE|GET|SEND)*"
        " (?:ANY_TEXT|TEXTED)",
        "Permission to message me is withdrawn", "I withdraw my permission to publish the photos",
    ),
    Rule(
        "shape.or_else", "en", OPT_OUT, How.SHAPE,
        "REPORT (?:ANY){0,8} BECAUSE YOU (?:HOW)* TEXT ME AGAIN|BECAUSE YOU (?:HOW)* TEXT ME AGAIN (?:ANY){0,6} REPORT",
        "if you text me again the police will hear of it", "if you text me again I will reply",
    ),
    Rule(
        "shape.not_wanted", "en", Meaning.REVIEW, How.SHAPE,
        "BEGIN (?:MANNERS|I)* (?:NEG|NO LONGER) (?:HOW)* WANT THESE END"
        "|PHONE (?:SPAN){0,8} REMOVE IT END|THESE \\. (?:HOW)* REMOVE (?:HOW)* $"
        "|\\. (?:MANNERS)* (?:REMOVE|TURN OFF) (?:MANNERS)* $",
        "we don't want these", "we don't want these frames", is_likely=True,
    ),
    Rule(
        "shape.texts_and_the_law", "en", Meaning.REVIEW, How.SHAPE,
        "SUITS (?:SPAN){0,8} (?:TEXTS|TEXTING)|(?:TEXTS|TEXTING) (?:SPAN){0,8} SUITS",
        "these texts are a matter for the police", "my lawyer will contact you", is_likely=True,
    ),
    Rule(
        "shape.texts_refused", "en", Meaning.REVIEW, How.SHAPE,
        "(?:BEGIN (?:HOW)*|(?<=AGAIN)|(?<=POLITE)) NEG (?!GET|GOT|SENDING)(?:LOOSE|MY|OTHER|WANT){0,4} (?:TEXTS"
        "|TEXTING ME)"
        "|(?<!YOU)NOT (?:HOW)* BE? WANT (?:LOOSE|MY|OTHER|WANT){0,5} (?:TEXTS|TEXTING ME|TEXTED)"
        "|(?:REMOVE|GET) (?:ANY){1,3} OFF (?:LOOSE)* (?:TEXT|TEXTING) LIST|TEXTS (?:ANY){0,4} NEG (?:GOOD|AGAIN)"
        "|(?:STOP|KILL|REMOVE|REVOKE|HATE) (?:ANY){0,5} (?:TEXTS|TEXTING|TEXT (?:SERVICE|LIST|TEXTS))"
        "|BEGIN (?:MANNERS)* NO OTHER TEXTS END|BEGIN (?:MANNERS)* NO TEXTING (?:ME|MY)|STOP (?:ANY){0,2} TEXTING"
        " (?:MY|IT|ADJ) (?:OTHER|MY_WIFE)"
        "|(?:THESE|YOUR) TEXTS BE (?!(?:ADV|ADJ|OTHER){0,2}GOOD)(?:SENDING|ADV|ADJ|OTHER|ENOUGH) (?!GOOD)"
        "|(?<!I)(?<!YOU)NEG (?:HOW)* SEND ME (?:LOOSE)* ANY_TEXT",
        "texts at night are not fine", "never got your texts", is_likely=True,
    ),
    Rule(
        "shape.fewer_texts", "en", Meaning.REVIEW, How.SHAPE,
        "(?<!I)(?<!I ADV)FEWER (?:LOOSE|MY){0,3} (?:TEXT ME|TEXT END|TEXT(?=FEWER)|TEXTS|TEXTING)"
        "|TEXT ME? (?:ADV|ADJ|OTHER){0,2} FEWER|WANT YOU (?:ANY){1,5} TEXT$",
        "can you only text once a week", "I can only text you", is_likely=True,
    ),
    Rule(
        "shape.leave_me", "en", Meaning.REVIEW, How.SHAPE,
        "BEGIN (?:MANNERS)* LEAVE ME OFF (?:OF)? (?:THESE|YOUR|IT)|PHONE USED TO BE",
        "leave me out of this", "leave me out of the photo", is_likely=True,
    ),
)
# fmt: on
