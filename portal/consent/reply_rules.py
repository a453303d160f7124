"""The table of how replies are read: each rule with a text that it reads and one that it must not.

English here, other languages in `reply_languages`; every row is run as a test.  Rows are tried by kind,
in the order of `How`, and within a kind from top to bottom.
"""

from portal.consent.reply_rule import How, Meaning, Rule
from portal.consent.reply_words import END, POLITE, SEND, TEXTING, TEXTS, TO_ME

OPT_OUT, REVIEW, START, YES, NO, HELP, NONE = Meaning

# fmt: off
RULES = (
    # Whole messages: the exact list of behaviours.md X-10 and rules.md 13.1 to 13.4.
    Rule(
        "stop_word", "en", OPT_OUT, How.WHOLE,
        "stop | stopall | stop all | unsubscribe | unsub | cancel | end | quit | revoke | optout | opt out | remove"
        " | exit | exit please | please exit | stop to opt out | stop full stop | stop period | stop2quit"
        " | stop 2 quit | stop quit | stop to quit",
        "STOP!!", "Stop by at 5?",
    ),
    Rule("start_word", "en", START, How.WHOLE, "start | unstop | un stop", "START.", "What time do we start?"),
    Rule("yes_word", "en", YES, How.WHOLE, "yes | y", "\"YES\"", "Yesterday was great"),
    Rule("no_word", "en", NO, How.WHOLE, "no | n", "No.", "No problem"),
    Rule("help_word", "en", HELP, How.WHOLE, "help | info", "HELP?", "Can you help with the album?"),
    Rule(
        "unclear_word", "en", REVIEW, How.WHOLE,
        "x | s | td | off | delete | delet | please delete | delete please | block | unfollow | stoop | sop | stod"
        " | stop l | i want to cancel | cancel subscription | cancel my subscription | no soliciting"
        " | no need to keep texting",
        "delete", "please delete the second photo",
    ),
    Rule(
        "soft_no", "en", REVIEW, How.WHOLE,
        "no thanks | no thank you | not interested | no longer interested | im not interested | not interested thanks"
        " | not interested thank you | no thanks not interested",
        "Not interested.", "Thanks, the blue one does not interest her",
    ),
    Rule(
        "insult", "en", REVIEW, How.WHOLE,
        "screw you | fuck you | fuck off | piss off | go away | get lost | go to hell | shut up | eat shit",
        "Screw you!!", "Go away party at 5",
    ),
    # Keywords with courtesy around them: replies/README 6.5.
    Rule(
        "stop_and_courtesy", "en", OPT_OUT, How.ONLY,
        "stop | stopp | stawp | stopall | unsubscribe | unsub | optout | quit",
        "no stop please", "stop it you guys are the best",
    ),
    Rule("cancel_and_courtesy", "en", REVIEW, How.ONLY, "cancel | end", "cancel asap", "cancel order 1123"),
    Rule(
        "slip", "en", OPT_OUT, How.SLIP,
        "stop | quit | cancel | revoke | remove | optout | unsubscribe",
        "stpo", "Shop",
    ),
    Rule("stop_sign", "", OPT_OUT, How.EMOJI, "🛑", "🛑🛑", "👍"),
    Rule("refusing_emoji", "", REVIEW, How.EMOJI, "✋ | 🤚 | 🚫 | ⛔ | 🔕 | 🙅 | 👎 | 🖕 | ❌", "🙅🏽", "❤️"),
    # Everyday language that only looks like a request.
    Rule(
        "stop_somewhere", "en", NONE, How.INNOCENT,
        r"\bstop(?:ping)? (?:(?:by|in|at|over|off|on|for|there|here|into|along|near|outside|around)\b(?! once| texting)"
        r"|(?:and|n|to) (?:grab|get|pick|eat|see|look|chat|buy|shop|say|visit|check|drop|have|take)"
        r"|shop|sign|light|watch|motion|gap|loss|payment|work|working|the (?:presses|press|car|bus|music|clock)"
        r"|(?:number )?\d+)\b",
        "Can you stop by Tuesday?", "Stop texting me",
    ),
    Rule(
        "a_stop", "en", NONE, How.INNOCENT,
        r"\b(?:bus|truck|full|non|pit|rest|next|last|first|second|third|one|gas|tram|train|subway|metro|each|every|our"
        r"|a|the|any|f|door|quick|short|long|final|tour) stops?\b(?! (?:texting|sending|messaging|contacting)\b)",
        "pit stop then we're there", "texts stop",
    ),
    Rule(
        "do_not_stop", "en", NONE, How.INNOCENT,
        r"(?<!you )(?<!\bu )(?<!texts )(?<!messages )(?<!they )(?<!\bit )\b(?:(?:dont|do not|never)(?: ever)? stop"
        rf"(?: (?:{TEXTING}|sending)(?: me| us)?)?|(?:dont|do not|didnt|not|cant|cannot|wont|never|no need to)"
        r" (?:gonna |going to |want to |want you to )?(?:stop|stopping|unsubscribe|opt out|quit|cancel)"
        rf"(?! (?:these|the|your|this|getting|receiving|sending|{TEXTING})\b)"
        r"|(?:dont|do not|didnt|never) (?:ever )?(?:remove|delete|take|lose|forget|erase|opt|revoke|withdraw))\b",
        "Please don't stop texting me, I forget", "you never stop texting me",
    ),
    Rule(
        "opt_out_of_thing", "en", NONE, How.INNOCENT,
        r"\bopt(?:ing)? out of (?:the |that |this |my |our |a )(?!text|sms|message|list|program|thread)\w+",
        "Can I opt out of the album?", "opt out of the texts",
    ),
    Rule(
        "other_list", "en", NONE, How.INNOCENT,
        r"\b(?:remove|take|get) (?:me|us|my name) (?:off|from) (?:of )?(?:the |your |this )?(?:e ?mail|mailing|hold"
        r"|newsletter|guest|wait|waiting|vip|waitlist|schedule)\b(?: list)?",
        "Can you take me off the email list? Texts are better", "Take me off your texting list",
    ),
    Rule(
        "automatic_reply", "en", NONE, How.INNOCENT,
        r"\byou have (?:successfully )?been unsubscribed\b|\bwill not receive any more messages from this number\b"
        r"|\breply start to resubscribe\b|\bto stop receiving these (?:replies|emails|e mails|alerts)\b",
        "You have successfully been unsubscribed.", "unsubscribe me",
    ),
    # Requests in plain English: rules.md 13.5 and replies/README 6.6.
    Rule(
        "remove_and_courtesy", "en", OPT_OUT, How.INSIDE,
        rf"^(?:{POLITE} )*(?:remove|revoke)(?: me)?(?: (?:\. )?{POLITE})*$",
        "Please remove. Thanks.", "Please remove it",
    ),
    Rule(
        "stop_texting", "en", OPT_OUT, How.INSIDE,
        r"\b(?:stop|stopp|stawp|quit|cease|discontinue)(?: and desist)?(?: (?:all|the|these|those|this|your|any|with|w"
        r"|getting|receiving|sending|send|my|me|us|from|of|further|future|more|annoying|stupid|damn)){0,4}"
        rf" (?:{TEXTS}|{TEXTING}){TO_ME}",
        "Please stop texting me!", "Please stop texting my husband",
    ),
    Rule(
        "stop_sending", "en", OPT_OUT, How.INSIDE,
        r"\b(?:stop|quit) sending (?:(?:me|us)(?: (?:this|these|those|that|stuff|things|anything|crap|spam|junk|shit))?"
        rf"|(?:this |these |your )?(?:crap|spam|junk|shit)){END}",
        "stop sending me this", "You can stop sending, we have all the photos",
    ),
    Rule(
        "stop_complaint", "en", OPT_OUT, How.INSIDE,
        r"^(?:stop|unsubscribe) (?:i (?:already|never|didnt|dont want|am not|said)|you creep|wrong number"
        r"|too (?:many|much|expensive)|not interested|bothering|harassing)\b",
        "STOP I ALREADY PAID", "Stop I love it",
    ),
    Rule(
        "stop_the_texts", "en", OPT_OUT, How.INSIDE,
        rf"\b(?:want|need|like|get) (?:these |the |your |all |all these )?{TEXTS} to (?:stop|end){END}"
        rf"|\b(?:end|cancel) (?:all |the |these |your |my ){{0,2}}{TEXTS}{END}",
        "I want these texts to stop", "cancel the messages workshop",
    ),
    Rule(
        "do_not_text", "en", OPT_OUT, How.INSIDE,
        r"(?<!\bi )(?<!\bwe )(?<!you )(?<!they )(?<!\bhe )(?<!she )(?<!who )(?<!why )(?<!if )(?<!ple )(?<!nts )"
        r"(?<!ids )(?<!nds )\b(?:dont|do not|donot|never|not to)(?: (?:ever|please|dare))?"
        rf" {SEND}(?= (?:me|us|this|my|here)){TO_ME}"
        rf"|(?:^|\. |\b(?:please|pls|plz|kindly|and|just|so|ok|hi) )(?:dont|do not|never)(?: ever)? {SEND}{TO_ME}"
        rf"|\b(?:ask\w{{0,3}}|told|want|like|tell\w{{0,3}}) (?:you |u )?not to {SEND}{TO_ME}",
        "Don't ever text me again you hear me", "My parents don't text",
    ),
    Rule(
        "do_not_send", "en", OPT_OUT, How.INSIDE,
        r"(?<!\bi )(?<!you )(?<!they )\b(?:dont|do not|never) send(?: me| us)(?: (?:any ?more|any|anything|these|this"
        rf"|another|{TEXTS}|text|message)){{0,3}}{END}",
        "Dont send me anymore", "Please don't send the invoice until Monday",
    ),
    Rule(
        "remove_me", "en", OPT_OUT, How.INSIDE,
        r"\b(?:remove|delete|(?:take|get)(?= [\w ]{1,20} (?:off|out of)\b)) "
        r"(?:me|my (?:phone |cell )?(?:number|name|cell|info|contact)|this (?:phone )?number)"
        r"(?: (?:off|from|out of|off of)(?: (?:all|of|the|this|that|ur|your|yall|any|these|future|text|texting|sms|call"
        r"|message|messaging|contact|calling|phone|marketing|customer|client|subscriber|distribution)){0,4}"
        rf" (?:lists?|texts?|system|database|records|contacts|{TEXTS})| off)?"
        r"(?= \.|$| (?:please|pls|plz|now|asap|immediately|thanks?|thx|or|i|today)\b)",
        "Please remove this number from your list", "Remove my middle name from the contract",
    ),
    Rule(
        "lose_my_number", "en", OPT_OUT, How.INSIDE,
        r"(?<!you )(?<!\bi )\b(?:lose|forget|erase) (?:my|this) (?:phone )?number\b"
        rf"|\bleave me (?:the \w+ )?alone{END}",
        "Lose my number", "Did you lose my number?",
    ),
    Rule(
        "opt_me_out", "en", OPT_OUT, How.INSIDE,
        r"(?:\bopt (?:me |us |this number )?out|\bunsubscribe(?: me| us| this number)?"
        r"|\b(?:i (?:want|wish|need|asked|would like)|id like) to be (?:removed|taken off))"
        rf"(?: (?:of|from)(?: (?:all|the|these|your|this|any|future)){{0,3}} (?:list|{TEXTS}))?{END}",
        "unsubscribe me from all texts", "How does one opt out of the draw?",
    ),
    Rule(
        "revoke_consent", "en", OPT_OUT, How.INSIDE,
        r"\b(?:revoke|revoking|withdraw|withdrawing|rescind|take back) (?:my|all|any) (?:consent|permission)"
        rf"(?:{END}| to (?:be |receive |get |send )?(?:text|contact|message|sms|call))",
        "I take back my permission to text me", "I withdraw my permission to publish the photos",
    ),
    Rule(
        "no_more_texts", "en", OPT_OUT, How.INSIDE,
        rf"(?:^|\. |\b(?:please|pls|and|so|want|need|ok) )no more(?: of)?(?: these| your)? {TEXTS}{END}"
        r"|\bif i (?:didnt|did not|never) (?:get|receive) any more of (?:these|your) (?:texts|messages)\b",
        "no more texts please", "I see no more messages",
    ),
    Rule(
        "do_not_want", "en", OPT_OUT, How.INSIDE,
        r"\b(?:dont|do not|no longer|never)(?: (?:want|wish|care|need|wanna|consent|agree))"
        r"(?: (?:to|any|more|get|getting|receive|receiving|be|these|your|for|further|future|of)){0,5}"
        r" (?:texts|msgs|messages|sms|(?:text|sms) (?:messages|communications)|texted|messaged|contacted"
        rf"|hear from (?:you|u|yall)){END}",
        "I do not want to receive text messages", "We don't need messaging on the site",
    ),
    Rule(
        "not_be_contacted", "en", OPT_OUT, How.INSIDE,
        r"\b(?:request|ask(?:ed)?|want(?:ed)?|wish|prefer|like|please|rather)\b[\w ]{0,40}(?<!could )(?<!can )"
        rf"\b(?:not (?:to )?be|to not be) (?:contacted|texted|messaged){END}"
        r"|\b(?:text|contact|message) me again (?:and|or) (?:i|ill|we|well) (?:will )?(?:report|sue|block|call the)\b",
        "Please honor my request to not be contacted.", "Text me again and I will answer",
    ),
    # Worth a look: replies/README 6.6, "review cues".
    Rule(
        "wrong_number", "en", REVIEW, How.INSIDE,
        r"\bwrong (?:number|person|guy|num)\b|\b(?:my|new) number (?:has )?changed\b|\btext my \w+ .{0,20}instead\b",
        "Sorry wrong number", "You wrote the wrong date",
    ),
    Rule(
        "complaint", "en", REVIEW, How.INSIDE,
        r"\breported (?:you\b|as (?:spam|junk))|\breport(?:ing)? you\b|\b(?:fcc|ftc|tcpa)\b|\bblock(?:ed|ing) you\b"
        r"|\bharass(?:ing|ment)\b|\bcease and desist\b|\bcontact(?:ing)? my (?:attorney|lawyer)\b",
        "I'm blocking you", "My lawyer will read the contract",
    ),
    Rule(
        "some_texts_only", "en", REVIEW, How.INSIDE,
        rf"(?<!\bi )(?<!you )\b(?:dont|do not) {SEND} me\b|\bno more [\w ]{{3,20}} {TEXTS}\b"
        rf"|\b(?:dont|do not) want (?:[\w ]{{1,20}} )?{TEXTS}\b|\b(?:revoke|withdraw) my (?:consent|permission)\b",
        "Don't text me before 9am please", "don't text and drive",
    ),
    Rule(
        "some_list", "en", REVIEW, How.INSIDE,
        r"\b(?:remove|delete) [\w ]{0,20}(?:number|name|me) from (?:your|the|this) [\w ]{0,12}list\b"
        r"|\bget off (?:this|your|the) list\b",
        "Please remove my husband's number from your list", "put me on the list",
    ),
    Rule(
        "stop_word_left", "en", REVIEW, How.INSIDE,
        r"\b(?:stop|stopall|unsubscribe|unsub|opt out|optout)\b",
        "what is this stop", "unstoppable",
    ),
)
# fmt: on
