"""Rows of the reply table for everyday English that only looks like a request; it is blanked out first."""

from portal.consent.reply_rule import How, Meaning, Rule
from portal.consent.reply_words import SEND, TEXTING

# fmt: off
RULES = (
    Rule(
        "stop_somewhere", "en", Meaning.NONE, How.INNOCENT,
        r"(?<!replying )(?<!texting )(?<!does )(?<!will )\bstop(?:ping)? (?:(?:by|in|at|over|off|on|for|there|here"
        r"|into|along"
        r"|near|outside|around)\b"
        r"(?! (?:once|mistake|accident|texting|good|now|ever|the love|gods?|fucks?)\b)"
        r"|(?:and|n|to) (?:smell|go|think|rest|listen|ask|admire|grab|get|pick|eat|see|look|chat|buy|shop|say|visit"
        r"|check|drop|have|take|print|park|stretch|charge|feed|wait)\b|\blet (?:me|us|him|her|it|them|that) stop"
        r" (?:you|u|me|us)"
        r"|shop|signs?|lights?|watch|motion|gap|loss|payments?|work|working|early|the (?:presses|press|car|bus|music"
        r"|clock)"
        r"|(?:number )?(?!2 (?:end|quit|stop)\b)\d{1,4}(?! times))\b",
        "Can you stop by Tuesday?", "Stop texting me",
    ),
    Rule(
        "a_stop", "en", Meaning.NONE, How.INNOCENT,
        r"\b(?:bus|truck|full|non|pit|rest|next|last|first|second|third|one|which|what|my|your|more|another|gas"
        r"|tram|train"
        r"|subway|metro"
        r"|each|every|our"
        r"|a|the|any|f|door|quick|short|long|final|tour|tab|back|hard|taxi) stops?\b"
        r"(?! (?:texting|sending|messaging|contacting)\b)",
        "pit stop then we're there", "texts stop",
    ),
    Rule(
        "do_not_stop", "en", Meaning.NONE, How.INNOCENT,
        r"(?<!you )(?<!\bu )(?<!texts )(?<!messages )(?<!they )(?<!\bit )\b(?:(?:dont|do not|never)(?: ever)? stop"
        rf"(?: (?:{TEXTING}|sending)(?: me| us)?)?|(?:dont|do not|didnt|not|cant|cannot|couldnt|could not|wont|never"
        r"|no need to|nothing can|nothing will|no reason to)(?: (?:gonna|going to|want to|want you to|say|tell you to"
        r"|told you to|ask you to|asked you to|mean to|meaning to|trying to)){0,2}"
        r" (?:stop|stopping|unsubscribe|opt out|quit|cancel)"
        rf"(?! (?:these|the (?!wedding|party)|your|this (?!wedding|party)|getting|receiving|sending|{TEXTING})\b)"
        r"|(?<!why )dont you(?: dare| ever)? stop(?! texting| sending)|(?:dont|do not|didnt"
        r"|never) (?:ever )?(?:remove|delete|take|lose|forget|erase|opt|revoke|withdraw))\b",
        "Please don't stop texting me, I forget", "you never stop texting me",
    ),
    Rule(
        "texts_stopped", "en", Meaning.NONE, How.INNOCENT,
        r"^why did (?:you stop|the \w+ stop)\b|^did you stop (?:texting|sending)\b(?! me)",
        "Why did the texts stop? I want them", "Why didn't the texts stop?",
    ),
    Rule(
        "stop_doing", "en", Meaning.NONE, How.INNOCENT,
        rf"\bstop (?!{TEXTING}\b|sending|calling|emailing|e mailing|reminding|wasting|stalking|getting|receiving"
        r"|trying to|asking (?:me|us)|responding|replying|writing|selling|soliciting|pushing|everything|nothing"
        r"|anything|hitting|blowing|using my|notifying"
        r"|advertising|marketing|communicating|phoning|ringing|dming|pinging|lying|scamming|threatening|hassling|all"
        r"|with|please|this|sharing my|coming)\w{2,}ing\b",
        "Should I stop taking the pills?", "stop wasting my time",
    ),
    Rule(
        "stop_a_thing", "en", Meaning.NONE, How.INNOCENT,
        r"\bstop (?:the|my|our|that|his|her|a|an|those|their)(?: auto(?:matic)?)? (?!\w+ (?:texts?|messages?|msgs"
        r"|emails?|calls?|alerts?|notifications?|reminders?)\b|number\b|name\b|sale\b|voicemail\w*|texts?|txts?|sms"
        r"|msgs?|messag\w+"
        r"|notif\w+|alerts?|comm\w+|spam\w*|remind\w+|promo\w*|ads?\b|advert\w+|coupons?|special\w*|offers?|deals?"
        r"|e ?mail"
        r"|newsletter|calls?|phone|survey|market\w+|discount|review|blast|weekly|daily|monthly|constant|annoying|auto"
        r"|stupid|damn|fuck\w*|crap|shit|bs\b|bull\w*|nonsense|madness|harass\w+|insanity|subscription|sales"
        r"|solicit\w+"
        r"|automat\w+|freaking|garbage|junk|endless|unwanted|contact|updates?|group|mass|bulk|holiday|mess\w*"
        r"|love)\w+",
        "Please stop the sprinkler before you leave", "Stop the messages",
    ),
    Rule(
        "it_stops", "en", Meaning.NONE, How.INNOCENT,
        r"\b(?:does|will|would|can|could|did|how (?:do|can|could) (?:i|we|you)|how to|make|made|get|got)"
        r" (?:it|the \w+(?: to)?|this \w+ to|that|we|they|us|he|she|you)? ?(?:stop|quit) "
        rf"(?!(?:{TEXTING}|sending|these|this|the|your|getting|receiving|all|it|please|now|with|my|calling|emailing"
        rf"|me|being"
        r"|bein|already|anymore|ever|for good|notifications|msgs|alerts|spam|harassment|bugging|asap|immediately"
        r"|reminding)\b)\w+"
        r"|\b(?:the|my|our|that) (?!request|wish|right|decision|choice|\w*texts?\b|messag\w+|sms|notif\w+|alerts?"
        r"|spam|madness|harass\w+|msgs"
        r"|communic\w+)\w+"
        r" (?:to|wont|not|never|doesnt|didnt) (?:stop|quit)\b(?! (?:texting|sending|messaging))"
        r"|\bmake (?:the|that) (?!\w*texts?\b|messag\w+|alerts?|notif\w+)\w+ stop\b|\byou cant stop (?:us|me|him"
        r"|her)\b|\b(?:kids|girls|boys|they|he|she) stop (?!texting|sending)\w+",
        "Can you stop us?", "How can I stop these texts?",
    ),
    Rule(
        "opt_out_of_thing", "en", Meaning.NONE, How.INNOCENT,
        r"\bopt(?:ing|ed)? out of (?:the |that |this |my |our |a |any )?"
        r"(?!text|sms|msgs?|message|list|program|thread|all|any|the|that|this|these|your|every|future|further|receiv"
        r"|get"
        r"|notif|alert|commun|being|contact|marketing|promo|my|our|a\b|campaign|spam|it\b|please|now)\w+",
        "Can I opt out of the album?", "opt out of the texts",
    ),
    Rule(
        "other_list", "en", Meaning.NONE, How.INNOCENT,
        r"\b(?:remove|take|get|unsubscribe) (?:(?:me|us|my name) )?(?:off|from) (?:of )?(?:the |your |this "
        r"|my )?(?:e ?mail"
        r"|mailing|hold|newsletter|guest|wait|waiting|vip|waitlist|schedule|calendar|invoice|cc|insurance|order)\b"
        r"(?: (?:list|newsletter))?(?: only)?",
        "Can you take me off the email list? Texts are better", "Take me off your texting list",
    ),
    Rule(
        "automatic_reply", "en", Meaning.NONE, How.INNOCENT,
        r"\byou (?:have|are|were)(?: now| successfully| already)? (?:been )?(?:unsubscribed|opted out)\b"
        r"|\byou(?:ve| have)? unsubscribed from\b|\bno (?:more|further) (?:messages|texts) will be sent\b"
        r"|\byour (?:phone )?(?:number )?(?:has been|was|is now) (?:opted out|unsubscribed|removed)\b"
        r"|\byouve been (?:unsubscribed|opted out)\b"
        r"|\bwill (?:not )?receive no? ?(?:any )?(?:more|further) messages(?: from this number)?\b"
        r"|\breply start to (?:resubscribe|opt back in)\b|\btext back unstop to receive messages again\b"
        r"|\bword stop which blocks all texts\b"
        r"|\bto (?:stop receiving these (?:replies|emails|e mails|alerts)|remove yourself from this list)\b"
        r"|\bdo not disturb\b(?! (?:me|us|my|again))|\bmessage blocking is active\b",
        "You have successfully been unsubscribed.", "unsubscribe me",
    ),
    Rule(
        "text_another_way", "en", Meaning.NONE, How.INNOCENT,
        rf"\b(?:dont|do not) (?:forget to )(?:{SEND}|send)\b|\bdont (?:text back|text and drive)\b"
        r"|\b(?:to|in|from|your|my) spam(?: folder)?\b|\bspam folder\b"
        r"|\b(?:dont|do not) call (?:(?!or|and|nor)\w+ ){0,2}(?:\. )?(?:just )?text\b",
        "Did you check your spam folder?", "Don't text me",
    ),
)
# fmt: on
