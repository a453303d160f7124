"""Rows of the reply table that are requests in plain English: rules.md 13.5 and replies/README 6.6."""

from portal.consent.reply_rule import How, Rule
from portal.consent.reply_rules import OPT_OUT
from portal.consent.reply_words import END, FILLER, LIST, MINE, POLITE, SEND, TEXTING, TEXTS, TO_ME

DONT = r"(?:dont|do not|donot|dnt|never|please not)"

# fmt: off
RULES = (
    Rule(
        "remove_and_courtesy", "en", OPT_OUT, How.INSIDE,
        rf"^(?:{POLITE} )*(?:remove|revoke)(?: (?:me|us|from list))?(?: (?:\. )?{POLITE})*$"
        r"|\b(?:wrong number|not interested|no thanks|no thank you)[\w ]{0,12} (?:\. )?(?:please |pls "
        r"|just )?remove(?= \.|$)",
        "Please remove. Thanks.", "Please remove it",
    ),
    Rule(
        "stop_texting", "en", OPT_OUT, How.INSIDE,
        r"\b(?:stop|stopp|stawp|stahp|quit|cease|discontinue|halt|refrain from|desist from|desist|(?<=if you )stopped"
        rf"|(?<=if u )stopped)(?: and desist)?"
        rf"(?: \w+ing (?:and|or|n))?(?: (?:it|w))?{FILLER} (?:{TEXTS}|{TEXTING}|contact){TO_ME}"
        r"|\b(?:stop|quit) (?:texting|messaging|contacting|bothering|harassing|spamming) me(?= \w+(?:$| \.))"
        rf"|\b(?:stop|quit) trying to (?:{SEND}|reach|call){TO_ME}"
        rf"|\bstop (?:getting|receiving) (?:these|this|them|those|any|your)(?: \w+)?{END}"
        r"|\b(?:stop|no)(?: to)? (?:you )?(?:send|text|sms)(?: me)?(?: (?:more|message|messages|text|texts|no more"
        rf"|please)){{1,4}}{END}",
        "Please stop texting us at this number!", "Please stop texting my husband",
    ),
    Rule(
        "stop_sending", "en", OPT_OUT, How.INSIDE,
        r"\b(?:stop|quit|cease) (?:sending|with) (?:(?:me|us|these|this|your|all|the|any|that|those|of|out|more)"
        r" ?){1,4}(?:this|these|those|that|stuff|things?|anything|crap|spam|junk|shit|bs|garbage|nonsense)?"
        rf"(?:(?<= )(?=\.|$)|{END})"
        r"|\b(?:stop|quit) sending (?:this |these |your )?(?:crap|spam|junk|shit|stuff|things)\b"
        r"|^(?:please |pls |just )?(?:stop|quit) sending$",
        "stop sending me this", "You can stop sending, we have all the photos",
    ),
    Rule(
        "stop_it_all", "en", OPT_OUT, How.INSIDE,
        rf"(?:^|\. |\b(?:please|just|pls) )(?:stop|quit) (?:this|these|those|the|all this|it with (?:the|this|these))"
        rf"(?: (?:crap|nonsense|bullshit|bs|shit|madness|harassment|spam\w*|insanity|junk|garbage))?{END}"
        rf"|(?:^|\. |\b(?:please|just|pls) )make (?:it|this|these|them) (?:all )?stop{END}",
        "Stop this nonsense", "Stop this dog from barking",
    ),
    Rule(
        "stop_said", "en", OPT_OUT, How.INSIDE,
        r"^(?:please |pls |just )?(?:stop|unsubscribe) (?:\w+ im not interested|i have|i dont|i (?:already|never"
        r"|didnt|dont want|am not|said|do not)|you creep|wrong number"
        r"|too (?:many|much|expensive)|not interested|bothering|harassing|or (?:i|ill|im|we|well|else)|and (?:dont"
        r"|do not)"
        r"|now or|it or|please or|wasting|annoying|hitting|leave me|remove|we (?:are|were|dont|do not)|this number"
        r"|im (?:not|on|at|done)|it is)\b"
        r"|^(?:stop|unsubscribe)(?: (?:please|pls|now|it)){0,2} (?:im|ive|i|this is|thats|my number|my name"
        r"|you people|we|were|your)\b"
        r"|(?<!never )(?<!didnt )(?<!not )\b(?:said|saying|text(?:ed)?(?: you)?|typed|replied|say|answered|sent)"
        rf"(?: you| u| to| the word)? (?:stop|unsubscribe){END}|\bpart of (?:the word )?stop\b|\bsaid stop\b"
        rf"|\btexted stop\b"
        r"|(?<!never )(?<!didnt )(?<!not )\b(?:told|asked|ask|need|want|tell|telling|asking|beg|begging|wish|like"
        r"|would like"
        rf"|request) (?:you |u |yall |this |it |these |them |everything |you guys |you people )(?:all )?to"
        rf" stop(?:{END}| (?:like|about|over|so) )",
        "stop I already paid", "Stop by, I said",
    ),
    Rule(
        "stop_at_the_end", "en", OPT_OUT, How.INSIDE,
        r"\b(?:please|pls|plz|plse|pleas|number|landline|phone|person|interested|already|now|enough|omg|thanks"
        r"|thank you|thx|sorry"
        r"|anymore)"
        r" (?:just )?(?:stop|unsubscribe)$",
        "my phone plan charges per text so please stop", "I get off at the third stop",
    ),
    Rule(
        "stop_the_texts", "en", OPT_OUT, How.INSIDE,
        rf"\b{TEXTS} (?:me |us )?(?:all )?(?:need|needs|have|has|must|should|better|gotta)(?: to)? (?:stop|end"
        rf"|cease){END}"
        rf"|\bif (?:the|these|your|all) {TEXTS} (?:stopped|ended|would stop|would end)\b"
        rf"|\b(?:want|need|like|get|wish|make)(?: all)? (?:these |the |your |this |all these )?{TEXTS}"
        rf" (?:to )?(?:stop|end){END}"
        r"|\b(?:end|cancel|terminate|kill|disable|drop|knock (?:it )?off(?: with)?|lay off|give it a rest with"
        rf"|enough(?: with| of)?|turn off|shut off"
        r"|switch off|deactivate|cut out|cut it out with)(?: (?:all|the|these|this|those|your|my|any|damn"
        rf"|of)){{0,3}}"
        rf" (?!(?:text|message|txt)\b(?! (?:messages?|alerts?|notif|msgs?))|messaging\b){TEXTS}{END}"
        rf"|^(?:{POLITE} )*(?:turn|shut|switch) (?:these|this|them|those|(?:the|these|your|my|all) {TEXTS}) off{END}"
        rf"|\b(?:cancel|end|terminate|stop)(?: (?:my|the|this|text|sms)){{0,3}} (?:subscription|enrollment){END}",
        "I want these texts to stop", "cancel the messages workshop",
    ),
    Rule(
        "do_not_text", "en", OPT_OUT, How.INSIDE,
        r"(?<!\bi )(?<!\bwe )(?<!you )(?<!they )(?<!\bhe )(?<!she )(?<!who )(?<!why )(?<!if )(?<!ple )(?<!nts )"
        rf"(?<!ids )(?<!nds )\b(?:{DONT}|not to)(?: (?:ever|please|dare|you ever|you dare|bother|keep|try to|be))?"
        rf" {SEND}(?= (?:me|us|this|my|here|to|our|at|on)){TO_ME}"
        rf"|(?:^|\. |\b(?:please|pls|plz|kindly|and|just|so|ok|hi|thanks|lawyer|number) )(?:dont|do not|dnt|never)"
        rf"(?: ever| be)? {SEND}{TO_ME}"
        rf"|\b{DONT} (?:ever )?reach out{END}|\b{DONT} (?:ever )?(?:use|keep) (?:my"
        rf"|this) (?:phone )?number(?: again| for \w+| any ?more)?{END}"
        rf"|\b(?:ask\w{{0,3}}|told|want|like|tell\w{{0,3}}) (?:you |u )?not to (?:be )?{SEND}{TO_ME}"
        rf"|\b(?:can|could|would|will|prefer|rather|please|you) (?:you |u |yall )?(?:please )?(?:not|didnt)"
        rf" (?:be )?(?:{SEND}|texted) (?:me|us|this number){TO_ME}",
        "Don't ever text me again you hear me", "My parents don't text",
    ),
    Rule(
        "do_not_send", "en", OPT_OUT, How.INSIDE,
        rf"(?<!\bi )(?<!you )(?<!they )\b(?:{DONT}|not) (?:ever )?send(?:ing)?(?: (?:me|us|this number|my phone))?"
        r"(?: (?:any ?more|any|further|additional|anything(?: else)?|nothing(?: else)?|no more|these|this|another"
        rf"|{TEXTS}|text|message"
        rf"|more|of"
        rf"|your|stuff|crap)){{1,4}}{END}|\b(?:dont|do not|never|no) send (?:to|anything to) (?:me|us|this|my)\b",
        "Dont send me anymore", "Please don't send the invoice until Monday",
    ),
    Rule(
        "remove_me", "en", OPT_OUT, How.INSIDE,
        rf"\b(?:remove|delete|erase|scrub|strike|cross|unlist|rm|clear|purge|wipe|exclude|(?:take|get|have"
        rf")(?= [\w ]{{1,24}} (?:off|out of|removed|deleted|from)\b)|(?:drop|pull|cut|keep"
        rf"|move)(?= [\w ]{{1,40}} {LIST}\b)) {MINE}"
        rf"(?: (?:off|from|out of|off of)(?: (?!e ?mail|wait|guest|hold)\w+){{0,4}} {LIST}"
        rf"|(?: completely)? off(?: please)?"
        r"| removed| deleted)?"
        r"(?= \.|$| (?:please|pls|plz|now|asap|immediately|thanks?|thx|or|i|im|today|and|as (?:i|soon)|so|this"
        r"|thank|right|at"
        r"|for|if"
        r"|permanently|before i|its|we|completely|from your|because)\b)",
        "Please remove this number from your list", "Remove my middle name from the contract",
    ),
    Rule(
        "be_removed", "en", OPT_OUT, How.INSIDE,
        r"(?<!your )\b(?:number|name|info|information|me|i|we|contact|us)(?: (?:is|be|was|to be|gets|has been|want"
        r"|need|would"
        r"|like|id"
        rf"|wish|please|to|needs|should|must|come|have|get|asked|am)){{0,5}} (?:removed|taken off|deleted"
        rf"|unsubscribed|opted out)(?: (?:from|off|of)"
        rf"(?: (?!e ?mail|wait|guest|hold)\w+){{0,4}} {LIST})?{END}"
        r"|\b(?:asked|request|requesting|asking|demand|wanting)(?: \w+)? to be (?:removed|taken off|unsubscribed"
        rf"|opted out)\b"
        rf"|\bremoval from (?:\w+ ){{1,3}}{LIST}\b|\b(?:im|i am|number|come|comes) (?:taken )?off (?:your|the"
        rf"|this) (?:\w+ )?{LIST}{END}"
        rf"|\bremove from (?:your |the |this )?{LIST}{END}"
        r"|\b(?:want|wanna|need|let me|get me|like|let us|get us|be)(?: to (?:be|get))? (?:off|out)(?: of)?"
        rf"(?: (?:this|your|the|ur|these|text|texting|contact|sms)){{0,3}} {LIST}{END}"
        r"|^(?:i (?:want|wish) out|count me out)(?= \.|$| of (?:these|this|your|the) texts)|^get off my phone\b"
        r"|^(?:please |pls |just )*off (?:of )?(?:the|your|ur|this) list(?= \.|$| please| pls| now| thanks)"
        r"|\b(?:put|add) (?:me|us|this number|my number) (?:on|to|in) (?:your |the |a )?(?:(?:do not|no) (?:call"
        r"|contact|text)|dnc)\b"
        r"|\b(?:being|be|get|getting) (?:removed|taken|deleted)(?: (?:from|off|of|out))+(?: (?!e ?mail|wait|guest"
        rf"|hold)\w+){{0,3}} {LIST}{END}"
        r"|\b(?:dont|do not|no longer|never) (?:want|wish|need|care|like)(?: to be)?(?: (?:on|part of|in"
        rf"|included in))"
        rf"(?: (?!e ?mail|wait|guest|hold)\w+){{0,3}} (?:lists?|group|thread|program){END}",
        "I'd like my number removed", "My braces were removed",
    ),
    Rule(
        "lose_my_number", "en", OPT_OUT, How.INSIDE,
        r"(?<!you )(?<!\bi )\b(?:lose|forget|erase|trash|toss|ditch|discard|get rid of|throw (?:away|out)) (?:my"
        r"|this|our) (?:phone )?number\b"
        rf"|\bleave (?:me|us|(?:this|my) (?:phone|number|cell|line)) (?:the \w+ )?alone{END}|\bleave me be{END}",
        "Lose my number", "Did you lose my number?",
    ),
    Rule(
        "opt_me_out", "en", OPT_OUT, How.INSIDE,
        r"(?:\bopt(?:ing|ed)? (?:(?:me|us|this|my|our|her|him|myself|the) (?:\w+ ){0,2})?out|(?<!kids"
        r" )\bunsub(?:scribe)?"
        rf"(?: (?:{MINE}|him|her))?"
        r"|\b(?:i (?:want|wish|need|asked|would like)|id like) to be (?:removed|taken off|opted out|unsubscribed))"
        rf"(?: (?:of|from)(?: (?:all|the|these|your|this|any|future|receiving|getting|text)){{0,4}} (?:{LIST}"
        rf"|{TEXTS}|all"
        rf"|everything|this|these))?{END}"
        rf"|\b(?:my|an?|formal|this) (?:opt out|unsubscribe|removal)(?: (?:request|notice|reply)){{1,2}}{END}"
        r"|^(?:hi |hello |please |ok )*(?:i am|im|we are) (?:\w+ing )?(?:unsubscribing|opting out)\b(?! of the"
        r" (?!texts|messages))"
        r"|\b(?:i have|ive|i) (?:already )?(?:unsubscribed|opted out)\b(?! of| from (?!your|you|these|this|all|it))",
        "unsubscribe me from all texts", "How does one opt out of the draw?",
    ),
    Rule(
        "revoke_consent", "en", OPT_OUT, How.INSIDE,
        r"\b(?:revoke|revoking|withdraw|withdrawing|rescind|rescinding|take back|taking back|retract|pull|remove"
        r"|cancel)"
        r"(?: (?:my|all|any|prior|previous|the|our)){0,3} (?:consent|permission|authorization|opt in)"
        rf"(?:{END}| to (?:be |receive |get |send )?(?:text|contact|message|sms|call))"
        r"|\b(?:consent|permission)(?: is| has been)? (?:hereby )?(?:revoked|withdrawn|rescinded)\b"
        r"|\b(?:dont|do not|no longer|never) (?:have|had|give|gave|grant)(?: you)?(?: my| any| our)? (?:consent"
        r"|permission)"
        r"(?: for you)? to (?:text|contact|message|send|call)|\b(?:dont|do not|never|did not|didnt) (?:authorize"
        r"|authorise|permit|allow) (?:you|u|anyone|these|texts|this|any)\b"
        r"|\b(?:dont|do not) have (?:my )?permission to use my\b"
        r"|\bi (?:decline|refuse|object to)(?: (?:to|receive|receiving|get|any|further|future|more|your|these"
        rf"|all)){{0,4}} {TEXTS}{END}"
        r"|\byou (?:are not|arent|are no longer"
        r"|dont have any right|have no right)(?: authorized| allowed| permitted| welcome)?"
        r" to (?:text|contact|message|call|send)|\b(?:dont|do not|no longer) consent to (?:these|this|your|being"
        r"|receiv|get|text)",
        "I take back my permission to text me", "I withdraw my permission to publish the photos",
    ),
    Rule(
        "no_more_texts", "en", OPT_OUT, How.INSIDE,
        r"(?:^|\. |\b(?:please|pls|and|so|want|need|ok|get|with|ensure|that|thanks|thx|send|ask|hi|interested"
        rf"|number) )"
        r"(?:no more|no further|not another|not one more|zero|no)(?: of| with)?(?: these| your| such| any| the)?"
        rf"(?: unwanted| automated)? (?:{TEXTS}|texting me|messaging|contact|contacting me|communication)(?! on"
        rf" (?:my|the|our) (?:machine|voicemail|end)| needed){END}"
        r"|^(?:please )?no more(?: of)? (?:these|this|those)(?= \.|$| please)"
        rf"|\b(?:no more|no further) {TEXTS} needed\b|\b(?:let|make|better|should) (?:this |that )?be (?:the|your)"
        rf" (?:last|final) (?:text|message)\b"
        r"|\b(?:mark|list|flag|register|set|put) (?:me|us|this number|my (?:\w+ )?number)(?: down)?(?: as| to)?(?:"
        r" an?)? "
        r"(?:do not|dnc|opted out|opt out|no text|no contact|unsubscribed)\b"
        r"|\bif i (?:didnt|did not|never) (?:get|receive) any more of (?:these|your) (?:texts|messages)\b",
        "no more texts please", "I see no more messages",
    ),
    Rule(
        "do_not_want", "en", OPT_OUT, How.INSIDE,
        r"\b(?:(?:dont|do not|no longer|never|not|dont really)(?: (?:want|wish|care|need|wanna|consent|agree|wanting"
        r"|like|desire|interested in))|(?:rather|prefer|like|want|wish)(?: to)? not|prefer not)"
        r"(?: (?:to|any|more|get|getting|receive|receiving|be|have|these|this|your|for|further|future|of|all|the"
        r"|being|you"
        r"|from)){0,6} (?:(?:text|sms) (?:messages|communications|alerts|msgs)|texts|txts|msgs|messages|sms|texted"
        r"|messaged"
        rf"|texting(?: me)?|contacting me|messaging me|contacted|notifications|hear(?:ing)? from (?:you|u|yall)"
        rf"|to text me|contact){END}"
        r"|\b(?:dont|do not|no longer) (?:want|wish|need|care) to (?:get|receive) (?:these|this"
        r"|them)(?: any ?more)?(?= \.|$)"
        rf"|\b(?:dont|do not|never) (?:ever )?want (?:to get |to receive )?(?:another|one more) (?:text|message){END}"
        rf"|\b(?:done|finished) (?:with|getting|receiving)(?: all)? (?:these|your|the) {TEXTS}{END}",
        "I do not want to receive text messages", "We don't need messaging on the site",
    ),
    Rule(
        "not_be_contacted", "en", OPT_OUT, How.INSIDE,
        r"\b(?:request|ask(?:ed)?|want(?:ed)?|wish|prefer|like|please|rather)\b[\w ]{0,40}(?<!could )(?<!can )"
        rf"\b(?:not (?:to )?be|to not be) (?:contacted|texted|messaged){END}"
        r"|\b(?:text|contact|message) me again (?:and|or) (?:i|ill|we|well) (?:will )?(?:report|sue|block"
        r"|call the)\b",
        "Please honor my request to not be contacted.", "Text me again and I will answer",
    ),
)
# fmt: on
