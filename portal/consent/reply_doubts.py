"""Rows of the reply table for what is worth a member's look, in English: replies/README 6.6, "review cues"."""

from portal.consent.reply_rule import How, Meaning, Rule
from portal.consent.reply_words import TEXTS

PERSON = (
    r"(?:he|she|husband|wife|mother|father|mom|dad|brother|sister|son|daughter|uncle|aunt|grand\w+|mrs? (?:\. )?\w+"
    r"|ms (?:\. )?\w+"
    r"|spouse|owner|patient|client|parent|person)"
)
# fmt: off
RULES = (
    Rule(
        "soft_no", "en", Meaning.REVIEW, How.WHOLE,
        "no thanks | no thank you | not interested | no longer interested | im not interested | not interested thanks"
        " | not interested thank you | no thanks not interested | were not interested | we are not interested "
        "| no interest"
        " | not for me | no longer need your services | we dont need your services anymore | im no longer interested"
        " | nope not interested | hard pass | i am not interested | sorry not interested | not interested sorry"
        " | we are no longer interested | no thx | no ty | not interested at all | not interested at this time"
        " | dont need your services | not interested anymore | never interested | no thanks were good | no"
        " thanks"
        " we are good | no thank you were good | no thanks im good",
        "Not interested.", "Thanks, the blue one does not interest her",
    ),
    Rule(
        "not_interested", "en", Meaning.REVIEW, How.INSIDE,
        r"^(?:no|nope|nah) (?:thanks|thank (?:you|u)|thx|ty)(?: \.)? (?:i |we |ive |weve )?(?:found|hired|already)\b|"
        r"^(?:no|nope|nah) (?:thanks|thank (?:you|u)|thx|ty)(?: (?!please|but|call|yet)\w+)?$|^(?:no|nope|nah)"
        r" (?:thanks"
        r"|thank you|thx|ty) (?:\. )?(?:not|were|weve|we|all|im|i|but not|maybe)\b(?:"
        r" (?!please|but"
        r"|call)\w+){0,4}$|"
        r"^(?:(?:thanks|ok|no|i think|sorry|thank you) )*(?:\. )?(?:well|ill|i will|we will|gonna) pass(?= \.|$|"
        r" (?:on this|thank|for now))|"
        r"\b(?:not|no longer|never)(?: really| at all| that| even)? interested"
        r"(?= \.|$| (?:thanks?|thx|ty|sorry|anymore|any|please|pls|at|but|and|so|you|u|we|i|im|sir|maam|man|dude|bye"
        r"|right|now|in (?:this|these|your|ur|it|any|anything|what)|because|we)\b)",
        "I'm good, really not interested at the moment", "My wife is not interested in the blue frame",
    ),
    Rule(
        "how_to_stop", "en", Meaning.REVIEW, How.INSIDE,
        r"\b(?:how|where|what|way|steps|link|button|number)\b[\w ]{0,24} (?:turn|shut|switch|opt|get|take me|be)"
        r" (?:these |this |them |the texts |your texts |taken |removed )?(?:off|out)\b(?: of| from)?"
        r"(?= (?:these|this|your|the) (?:text|list|message|alert)|$| \.| please)",
        "what is the way to get these off", "how do I turn off the heater", is_likely=True,
    ),
    Rule(
        "insult", "en", Meaning.REVIEW, How.INSIDE,
        r"(?:^|\. )(?:please |just |you |u |oh |hey |yall )*(?:screw (?:you|off|u)|(?:fuck|eff) (?:you|off|u|yall"
        r"|yourself)"
        r"|f (?:off|you|u)"
        r"|fk (?:you|off)|fck (?:you|off)|piss off|go away|get lost|go to hell|shut up|eat shit|stfu|bug off|buzz off"
        r"|kick rocks|bite me|get a life|go f yourself|go fuck yourself|bugger off|sod off|drop dead|beat it"
        r"|take a hike|back off"
        r"|idiots?|morons?"
        r"|assholes?|jerks?|scammers?|spammers?|creeps?|stalkers?|losers?|(?:people )?are (?:pathetic|scammers|idiots"
        r"|disgusting)"
        r"|people are \w+|suck|take a hint|shame on you|scum|crooks|up yours)(?= \.|$| (?:please|now|you|and|already"
        r"|man|dude|with)\b)",
        "Screw you!!", "Go away party at 5", is_likely=True,
    ),
    Rule(
        "wrong_number", "en", Meaning.REVIEW, How.INSIDE,
        r"\bwrong (?:number|person|guy|num|no|phone|one|contact|girl|lady|man|dude|nbr|phone number|recipient)(?= \."
        r"|$| \w)"
        r"|\b(?:my|new) number (?:has )?changed\b|\b(?:changed|change) (?:my|phone) numbers?\b"
        r"|\b(?:no one|nobody|no|not a|isnt a|there is no|theres no|there isnt an?)"
        r"[\w ]{1,24}(?:by that name|at this number|with that name|at this phone|on this number)\b"
        r"|\b(?:no one|nobody|no) (?:named|called) \w+ (?:here|lives)|\bnumber (?:now )?belongs to\b"
        r"|\bis no longer \w+ number\b"
        r"|\b(?:not|isnt|no longer) \w+ (?:phone|number|cell)\b|\bjust got this (?:number|phone)\b"
        r"|\b(?:reached|got|have) the wrong (?!date|day|size|color|time|address|order|album|photo|price|one\b)\w+"
        r"|^(?:sorry )?(?:thats|this is|that is|it is|its) not me(?= \.|$| you)"
        r"|\bnew owner of this number\b"
        r"|\b(?:dont|do not) know (?:any|a|who you are|anyone|anybody|you|this person)\b(?! other)"
        r"|\bnever heard of (?:you|u)\b"
        r"|\b(?:doesnt|does not|no longer) (?:work|works|live|lives|use|uses|have|has) (?:here|this (?:number"
        r"|phone))\b"
        r"|\byou (?:have|got|ve got) me confused\b|\bnot who you(?:re| are)? (?:think|want|looking for|are looking"
        r" for)\b"
        r"|\bmistaken identity\b"
        r"|^(?:sorry )?(?:this is not|this isnt|im not) (?:her|him|them|that person)(?= \.|$)|\bthis is my (?:number"
        r"|phone) now\b"
        r"|\bnumber (?:has been|was|is being|is) (?:reassigned|disconnected|changed)\b|\bnot the (?:person|one|guy"
        r"|lady|woman|man) you\w*"
        r"|\b(?:doesnt|does not|no longer) (?:own|have|has) this\b|\b(?:being|getting|been) disconnected\b"
        r"|\bupdate my (?:phone )?number\b"
        r"|\bwho (?:are|r) (?:you|u) (?:trying to|looking)\b"
        r"|\bnot the (?:right|correct) (?:number|person)\b|\bhad this number (?:for|since)\b"
        r"|\b(?:looking for|trying to reach|want|mean|meant for|think im|thinking of) (?:someone|somebody"
        r"|some one) else\b"
        r"|\b(?:never|not|no longer|dont)[\w ]{0,12} (?:a |your |an )?(?:patient|customer|client"
        r"|member)\b(?! (?:here )?(?:yet|until))"
        r"|\b(?:never|dont|do not)(?: even)? (?:had|have|made|own) (?:an? )?(?:appointment|account|business|house"
        r"|home)(?: with (?:you|yall))?(?= \.|$)|\bnever(?: even)? heard of (?:you|this)",
        "Sorry wrong number", "You wrote the wrong date", is_likely=True,
    ),
    Rule(
        "another_name", "en", Meaning.REVIEW, How.NAMED,
        r"(?:^|[.!,] ?)(?:[Ss]orry,? |[Hh]i,? )?(?:[Tt]his|[Ii]t|I|[Ii])\s?(?:['’]?(?:is|am|s|m))?"
        r"(?: ?not|n['’]?t| ain['’]?t|isnt| isnt| am not) (?:[Aa] )?(?!Monday|Tuesday|Wednesday|Thursday|Friday"
        r"|Saturday|Sunday"
        r"|January|February|March|April|June|July|August|October|OK|Ok|Right|Good|It|What|True|Mine|My|The"
        r"|I)[A-Z][a-z]+(?: [A-Z][a-z]+)?(?:['’]s)?"
        r"(?: (?:phone|number|cell))?(?: any ?more)?\s*(?:[.!,;]|$)"
        r"|^(?:[Ss]orry,? )?[Nn]ot (?!OK|Ok|Monday|Tuesday|Wednesday|Thursday|Friday|Saturday|Sunday|Yet|Sure|Today|Now"
        r"|Really|Bad|At|The|I)"
        r"[A-Z][a-z]+[.!]?$"
        r"|\b[Ww]rong (?!Day|Date|Number|Size|Time)[A-Z][a-z]+\b|\b(?:[Nn]o|any|not a) [A-Z][a-z]+ (?:here|at this)\b"
        r"|\b(?:you|people|number|said|again|but) (?:I['’]?m|I am|this is|this isn['’]?t|it['’]?s) (?:not )?(?:not )"
        r"(?!Monday|Tuesday|Wednesday|Thursday|Friday|Saturday|Sunday|I|OK)[A-Z][a-z]+[.!]*$"
        r"|^(?!I |My |We |He |She |It |They |The )[A-Z][a-z]+ (?:moved (?:out|away)|no longer (?:lives|works|has)"
        r"|doesn.?t (?:live|work))",
        "This isn't Mike", "I'm not sure", is_likely=True,
    ),
    Rule(
        "deceased", "en", Meaning.REVIEW, How.INSIDE,
        rf"\b{PERSON} (?:has |had |have |just |recently |is |was )?(?:passed(?: away)?|died|deceased|dead)\b"
        rf"(?! (?:the|his|her|on|laughing) ?)|\bdeceased\b|\blate (?:husband|wife|mother|father|mom|dad)s?\b",
        "He passed away in June", "He passed the inspection",
    ),
    Rule(
        "complaint", "en", Meaning.REVIEW, How.INSIDE,
        rf"\b(?:too|way too) (?:many|much|often)\b[\w ]{{0,10}} {TEXTS}|\bso many {TEXTS}(?= \.|$| (?:ugh|from you"
        rf"|a day|every|per|already)\b)|\b(?:text|texting|texts|message"
        rf"|messaging)(?: me)?"
        rf" (?:too|so|way too) (?:much|many|often|early|late)\b|\btoo many (?:of these|notifications)\b"
        r"|\b(?:why|y)(?: the hell| on earth)? (?:are|r|do|did|would|does|am)(?: (?:you|u|yall|i|we|they|this|guys"
        r"|people|still"
        r"|keep|always|constantly)){1,4} (?:text|texts|get|getting|receiving|sending|send|spam|contact|bother|messag"
        r"|harass)\w*"
        r"|\bwhy (?:are|r) (?:you|u|yall) (?:texting|messaging|contacting)\b"
        rf"|\b(?:fewer|less) {TEXTS}\b|\b(?:text|message)(?: me)? less\b|\b(?:these|your|ur|the|all these) {TEXTS}"
        rf" are (?:so |really |very "
        r"|getting |all |just )?(?:annoying|ridiculous|unwanted|excessive|too|spam|harass\w+|driving|not|costing"
        rf"|disturbing|nuisance)\b|\bcease and desist\b"
        r"|\breported (?:you\b|this|as (?:spam|junk))|^reported$|\breport(?:ing)? (?:you|u|this number|this as|ur"
        r"|your)\b"
        r"|\b(?:fcc|ftc|tcpa)\b|\bblock(?:ed|ing)? (?:you|u|this number|ur number|your number)\b|^blocked$"
        r"|\bharass(?:ing|ment)\b(?! (?:training|policy|class|course|seminar))"
        r"|\b(?:contact|contacting|call|calling|hear from|hearing from|talk to|suing|sue you|getting"
        r"|get)(?: you)?(?: with)? (?:my|a) (?:attorney|lawyer)(?! about)"
        r"|\bmy (?:attorney|lawyer) will (?:be in touch|contact|call you|hear)|\bsue (?:you|u|your)\b|\b(?:call"
        r"|calling|contact) the (?:police|cops|authorities)\b"
        r"|\b(?:on|to|national) (?:the |your )?(?:national )?(?:do not|dnc) (?:call|list|registry|contact)\b"
        r"|\b(?:never|didnt|did not|dont remember|dont recall|havent) (?:\w+ )?(?:sign(?:ed|ing)? up|subscrib\w+"
        r"|opt(?:ed)? in|consent\w*"
        r"|authoriz\w+)\b|\b(?:never|didnt|did not) (?:ask(?:ed)?(?: for|ing for)?|request(?:ed)?|agreed?"
        r"|wanted)"
        r" (?:to )?(?:these|this|your|for these|texts?|get|receive|be texted|any of this)\b|\b(?:never|didnt"
        r"|did not) (?:gave|given|give) (?:you|u|yall) (?:my|this|permission|consent|any)"
        r"|\b(?:dont|do not) (?:recall|remember) (?:ever )?(?:giving|signing|agreeing|asking|opting)\b|\bwho"
        r" (?:authori[sz]ed|approved|asked for) (?:these|this|you)\b"
        r"|\b(?:why|how) am i on\b|\bdid i (?:ever )?sign up\b|\b(?:i will|ill|gonna|going to) sue\b|\b(?:this|it"
        r"|that) is illegal\b|\bthats illegal\b"
        r"|\b(?:you|u|yall|youre|ur)(?: are| r| guys| keep)* (?:bothering|bugging|harassing|annoying|spamming"
        r"|pestering) (?:me|us|my)\b"
        r"|\b(?:are|r|is) (?:these|this|your)(?: \w+)?(?: an?)? (?:scam|spam)\b"
        r"|\b(?:ur|youre|you are|u r|yall are)(?: all)? an? (?:scam|scammer|fraud|spammer)\b"
        r"|\bviolat\w+ (?:of |the )?(?:tcpa|law|federal|privacy)|\bagainst the law\b|^do not call\b"
        r"|\bhow many (?:more )?(?:texts|messages|times (?:do|must|are))\b|\b\d+ (?:texts|messages)(?: \w+)? (?:in"
        rf"|a|per|today|every|already)\b|\b{TEXTS} me (?:at|this|so)\b"
        r"|\b(?:ridiculous|unacceptable|excessive|inappropriate|out of hand|unprofessional|rude|obnoxious"
        rf"|sick)\b[\w ]{{0,30}} {TEXTS}\b"
        rf"|\b{TEXTS}\b[\w ]{{0,20}} (?:ridiculous|unacceptable|excessive|inappropriate|out of hand|unprofessional"
        rf"|rude|obnoxious|nuisance)\b"
        r"|\b(?:stop|quit) (?:asking (?:me|us)|begging|calling|emailing|annoying|wasting)\b"
        r"|\b(?:who|how|howd|where|whered)(?: \w+){0,3} (?:gave|give|get|got|have|find|found) (?:you |u "
        r"|yall )?(?:my|this) (?:phone |cell )?(?:number|info)\b"
        r"|\b(?:wake|woke|waking|wakes) (?:me|us) up with\b|\bwoke me up\b|\bwhy are you (?:texting|bothering)\b"
        r"|\b(?:costs?|costing|charges?|charged|charging) (?:me )?[\w ]{0,12}(?:per|for|every|each) (?:text|message"
        r"|these)"
        r"|\bpay (?:for|per) (?:each |every )?(?:text|message)|\b(?:sick|tired) of (?:you|this|these|your|the"
        r"|getting)\b[\w ]{0,12}"
        rf"(?:{TEXTS}|texting)|\bfed up with (?:you|these|this|your)\b|\b(?:you|youre|u|yall|this is|its|it is"
        rf"|texts|messages|these are|thats|so)(?: \w+)? annoying(?= \.|$)|\bleave me(?= \.|$| (?:alone|be"
        rf"|the (?:hell|fuck))\b)|\bleave my \w+ alone\b"
        r"|\b(?:this is |its )?(?:spam|junk)(?= \.|$)|\bspamm(?:er|ers|ing)\b|^spam(?= \.|$| (?:number|texts?"
        r"|messages?|caller)\b)|\b(?:is this|this is|such) an? scam\b"
        r"|^(?:scam|harassment|fraud|phishing)(?= \.|$)|\binvasion of privacy\b|\bunwanted (?:texts|messages)\b"
        r"|\bunsolicited\b"
        r"|\bim (?:done with|blocking) (?:you|this|yall)|\bmy phone bill\b"
        r"|\b(?:going to|gonna|will|ill|have to) report (?:this|it|u|all)\b|\bwhy do you have my number\b"
        rf"|\b(?:reduce|lower|limit) the (?:number|amount|frequency) of {TEXTS}|\bwho signed me up\b|\b(?:limit"
        rf"|reduce|cut down on|cut back on|cut down|slow down)(?: on)?(?: the| your| these)? {TEXTS}\b"
        rf"|\btext(?: me)? (?:less|fewer)\b"
        r"|\bif (?:you|u|yall) (?:ever )?(?:text|message|contact) (?:me|us) (?:again|one more time)\b"
        r"|\btext me one more time\b",
        "I'm blocking you", "My lawyer will read the contract", is_likely=True,
    ),
)
# fmt: on
