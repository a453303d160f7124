"""The vocabulary of the reply table: word lists and the phrases that put a request in doubt."""

import re

TEXTS = (
    r"(?:(?:text|sms|txt|phone|chat) (?:messages?|msgs?|alerts?|notifications?|communications?|updates?)|texts?|txts?"
    r"|sms|texting|msgs?|messages?|messaging|communications?|notifications?|alerts?|spam|correspondence)"
)
TEXTING = (
    r"(?:text|texting|textin|texts|txt|txting|txtn|txtin|tecting|messaging|message|messagin|msging|contacting"
    r"|contact|harassing|bothering|bugging|pestering|spamming|annoying|hounding|disturbing|blowing up my phone"
    r"|hitting me up|responding|replying|writing|reaching out|communicating(?: with)?)"
)
SEND = (
    r"(?:text|texting|txt|message|messaging|msg|contact|contacting|sms|bother|bothering|disturb|ping|hit up"
    r"|reach out to"
    r"|write|write to|call or text|text or call|call me or text|text me or call|call or message|contact or text"
    r"|text or contact|text or email|email or text)"
)
ME = (
    r"(?:(?:to |at |on )?(?:me|us|(?:my|this|our|that) (?:phone number|cell phone|work phone|phone|number|cell|line"
    r"|mobile"
    r"|device))|here)"
)
POLITE = (
    r"(?:please|pls|plz|plse|kindly|hi|hello|ok|okay|just|thanks|thank you|thx|now|asap|immediately|sir|maam|so|and"
    r"|sorry|hey|yes|no|then|again|also)"
)
END = (
    r"(?= \.|$| (?:again|further|any further|of it|any ?more|any longer|ever|now|no more|please|pls|plz|already"
    r"|immediately|at all|thanks?|thx"
    r"|asap"
    r"|today|right (?:now|away)|from (?:you|u|ur|your|yall|this|now|here)|to (?:me|us|this|my)|by (?:text|sms|phone)"
    r"|via (?:text|sms)|because|bc|since|i|im|ive|this is|its|it is|sir|maam|bro|dude|man|lady|or (?:i|ill|im|we"
    r"|else)|twice|repeatedly|(?:three|four|five|many|several|multiple|\d+) times|needed|wanted|necessary|required"
    r"|with (?:me|us|this)|(?:on|at) (?:my|this)|ever again|anywhere"
    r"|you (?:idiots?|people|creeps?|morons?)|period|going forward|in the future|forever|for (?:good|now|ever)"
    r"|thank you"
    r"|omg|lol|ty|ok|okay|so|we|were|whatsoever|effective|as of|per)\b)"
)
"""What may follow a request for it to be complete; "don't text me the code" is another thing."""

TO_ME = rf"(?:(?: {ME}){{1,2}}(?:{END}|(?= (?:and|or|you|u)\b))|{END})"
"""The end of a request, with or without the person it is about; "don't text and drive" is another thing."""

FILLER = (
    r"(?: (?:all|the|these|those|this|that|your|ur|yall|my|any|of|with|w|it with|getting|receiving|sending|send|me"
    r"|us|from"
    r"|further|future|more|other|additional|annoying|stupid|damn|fucking|freaking|constant|daily|weekly|automated"
    r"|automatic|unwanted|unsolicited|random|such|incoming|bulk|mass|endless|garbage|subscription to|repeated)){0,5}"
)
"""Words between the verb and the texts it is about."""

MINE = (
    r"(?:me|us|em|(?:my|our|this|these|that) (?:phone |cell |cell phone |contact |mobile |telephone )?(?:numbers?"
    r"|name"
    r"|names|cell|info|information|contact|contacts|data|details|phone|line))"
)
LIST = (
    r"(?:lists?|texts?|system|systems|database|records?|contacts?|everything|distribution|phone|thread|group"
    r"|campaigns?"
    r"|program|rotation|registry|file|files|reminders|alerts|updates|notifications|mailings|data base|subscribers"
    r"|service|crm)"
)
KIND = (
    r"(?:reminders?|promos?|promotions?|promotionals?|ads?|adverts?|advertisements?|advertising|coupons?|specials"
    r"|offers?"
    r"|deals|newsletters?|e ?mails?|calls|phone calls|surveys?|sales (?:texts?|pitch|pitches|messages?)"
    r"|solicitations?"
    r"|marketing|discounts?|voicemails?|review requests|blasts|holiday (?:texts|messages|greetings)"
    r"|appointment texts)"
)
"""Texts of one kind, so that only a part is meant."""

_COURTESY = (
    "please pls plz plse pleas plese now it this just already ok okay k hi hello hey yo sorry no thanks thank you"
    " thx ty"
    " sir maam mam madam man dude bro guys omg god ffs asap immediately right away today forever for good permanently"
    " everything all any more anymore again ever me text reply info siri at once so svp gracias merci danke bitte"
    " po kindly"
    " porfavor por favor yes yeah yep yup n u y ya lady folks friend damn dammit hell wtf fuck fucking bitch"
    " asshole jerk"
    " creep idiot and tyvm hun hon honey sweetie sweetheart babe buddy pal boss mate mister ugh haha ayoko ayaw tks"
    " tnx tysm"
    " thnx tq bye goodbye morning afternoon evening im i"
    " immediatly pronto favor obrigado obrigada grazie perfavore prego prosze dziekuje dzieki salamat spasibo"
    " пожалуйста"
    " спасибо tanpri mesi silvouple plait sil vous te na nyo niyo kayo paki lang opo ho yan cam on giup toi ban nhe"
    " nha gium"
    " vui long xin lam on من فضلك فضلكم شكرا رجاء لو سمحت سمحتم تكفون कृपया धन्यवाद प्लीज जी अभी immediatement"
    " maintenant"
    " ahora ya inmediatamente sofort jetzt agora subito adesso texts texting messages message msg msgs sms"
    " exclamation"
    " period dot comma quote unquote caps capital le la oye hola bonjour hallo ola ciao usted amigo"
)
COURTESY = frozenset(_COURTESY.split())
"""Words around a keyword that change nothing, those of a copied instruction among them."""

COURTEOUS = re.compile(
    r"\b(?:for the last time|i(?: have| am)? (?:already |just )?(?:said|saying|mean|meant|repeat(?:ing)?)(?: it)?"
    r"|have a (?:great|good|nice|blessed|wonderful) \w+|god bless(?: you| u)?|exclamation (?:point|mark)"
    r"|question mark"
    r"|new (?:line|paragraph)|all caps|good (?:morning|afternoon|evening|day)|means|re|fwd|fw"
    r"|(?:s il|sil) (?:vous|te) plait|por favor|per favore|from now on|à partir de maintenant|a partir de maintenant"
    r"|with immediate effect|effective immediately|(?<=stop )full stop)\b"
)
"""Phrases of courtesy, and what dictation writes out."""

_REAL = (
    "shop step spot stow slop swop atop top sop tops stops stoop stomp strop stoup stob estop stopt scop sto stup"
    " stap"
    " stot stoa stod stog stok stol stom ston stor stoy stopa stoep shtop quite quits quid quip quiz quill quint"
    " quilt quirt quoit qui uit quiet quin quia quis quito quita suit squit huit nuit ruit duit qbit cancels cancer"
    " massage massages testing sanding spending seeding pleased pleases numbers messaged cancela cancele cancelo"
    " chancel evoke revoked revokes revoker removed removes remover remote"
)
REAL_WORDS = frozenset(_REAL.split())
"""Words one letter from a keyword that people mean, or may mean: never a slip."""

CORRECTED = (
    "texting",
    "messages",
    "message",
    "messaging",
    "unsubscribe",
    "please",
    "sending",
    "remove",
    "number",
    "receive",
    "receiving",
)
"""Words of a request that are worth mending when a sentence says nothing as it stands."""

LOUD = frozenset(("stop", "stopp", "stopall", "unsubscribe", "unsub", "optout"))
"""Keywords that count as the first or last clause of a longer message; "end" and "quit" do not."""

LIMIT = re.compile(
    r"\b(?:but|except|only|until|till|til|unless|after|before(?! (?:i|we) (?:report|block|call|sue|contact|get|lose"
    r"|go|take))|during|while (?:i|im|we|you)|instead|about|past \d+"
    rf"|{KIND}|(?:accident|mistake|accidentally)|use (?:my|\d+)|other (?:one|number|phone)"
    r"|on (?:my|the) work|at (?:night|work|\d+|dinner)|next week|this (?:early|late|weekend)|(?<!you )so (?:much"
    r"|many|often|early|late)"
    r"|on (?:mon|tues|wednes|thurs|fri|satur|sun)days?|on (?:the )?weekends?|for (?:a|the next|\d+|two"
    r"|three) ?(?:\w+ )?"
    r"(?:days?|weeks?|months?|while|bit)|too (?:early|late))\b"
)
"""In a request these narrow it: a member has to look."""

PIECE = re.compile(r" (?:\.|but|and|also|however|though) ")
"""Where a request ends and another sentence begins."""

STILL = re.compile(
    r"\b(?:except|unless|until|till|til|instead|only|still (?:text|send|receive|get|want|like)|keep|keeping|other"
    r" than|accident|mistake|accidentally|jk"
    r"|kidding|start|unstop|resume|use (?:my|this|the|\d+)|text \d+|rather than)\b"
    r"|\b(?:reminders?|confirmations?|texts?|messages|alerts|e ?mails?|calls?|updates|appointments?)"
    r"[\w ]{0,12} (?:is|are|r) (?:ok|okay|fine|good|great|welcome|useful)\b|\b(?:ok|okay|fine) (?:to|with|if)\b"
    r"|^(?:please |pls |you can |u can |just )*(?:text|message)(?: (?:me|us))?"
    r" (?:about|for|if|when|on|at|from|after|before|my|her|him|\d)\b"
    r"|\b(?:want|need|like|send|get|continue|love)(?: \w+){0,3} (?:reminders?|alerts|confirmations?)\b"
    r"|^(?:not )?(?:after|before|during|on (?:the )?(?:weekends?|sundays?)|at (?:night|work))\b"
    r"|\bfor (?:a|the next|two|three|\d+) (?:\w+ )?(?:days?|weeks?|months?|while|bit)\b"
)
"""Behind a request, in a sentence of their own, these narrow it; anything else there is another matter."""

FRAME = re.compile(
    r"^(?:did|does|is|are|was|were|has|when|where|which|what(?! part)|who(?! (?:is|are|r) (?:this|u|you)\b))\b"
    r"|\b(?:(?<!it )(?<!great )(?<!nice )if (?:i|we|you(?! (?:could|would|can|dont mind)))|what happens|how $|how (?:do"
    r"|can|could|would|to|does)"
    r"|(?<!times )do i (?:have|need)|should (?:i|we)|can i(?! please)"
    r"|is there (?:a|any)|(?:it|page|link|site|message|text|sign|button) (?:says|said)|(?:he|she) (?:says|said)(?!"
    r" (?:he|she|to|no|stop))"
    r"|(?:hit|pressed|clicked|typed|wrote) (?:the )?$|(?:stop|end|quit|cancel|unsubscribe) to $|to (?:stop|end) $"
    r"|(?:reply|text|send|txt|respond)(?: with)?(?: \w+)? to $)"
    r"|\b(?:como|comment|wie|come (?:faccio|posso)|paano|lam sao|lam the nao|kijan|jak|как|كيف)\b"
    r"|怎么|如何|怎麼|怎样|どうやって|어떻게|कैसे"
)
"""Before a request these make it a question or a quotation, such as of a footer."""

SPEAKER = re.compile(
    r"\b(?:(?<!can )(?:i|we|he|she|they|him|her|them|ill|well|lets|id|going|gonna)"
    r"(?: (?:need|have|had|will|should|must|gotta|can|cant|could|would|am going|am gonna|finally))?(?: to)?"
    r"|wont|doesnt|never|not|cant|cannot|didnt|(?<!if u )(?<!if you )dont) $"
)
"""Before "stop texting" these tell what somebody does, as in "I had to stop texting" or "he won't stop texting me"."""

DELIGHTED = re.compile(r"[😂🤣😍😭😆🥰🤩😅❤♥]")
LAUGHING = re.compile(r"(?:haha|hehe|lol|lmao|aww?)\w*\b")
DELIGHT = re.compile(
    r"\b(?:love|loving|beautiful|gorgeous|amazing|cute|sweet|kind|funny|hilarious|the best|crying|adorable|haha|lol"
    r"|lmao"
    r"|perfect|stunning|wow|kidding|jk|blush|blushing|dying|obsessed|start|unstop)\b"
)
"""Beside a bare "stop" these make it an exclamation, or take it back."""

RUN_ON = (" stop", " stop please", " please stop", " no more", " stop it", " so stop")
UPSET = frozenset(("complaint", "wrong_number", "insult", "not_interested", "another_number"))
"""Rows beside which a "stop" at the end is a request."""

CHANNEL = re.compile(r"\b(?:call|phone|email|mail)(?: me| us)?(?: \.)?(?: and| but)?(?: please)? $")
"""Before "don't text" these ask for another way."""

ALL = re.compile(
    r"\b(?:everything(?: else)?|all of (?:it|them|these)|any (?:other )?(?:texts?|messages)|or anything(?: else)?"
    r"|at all|entirely|altogether|completely)\b"
)
"""Beside a kind of texts these make it all of them."""

REASON = re.compile(r" (?:because|since|as i|bc|cause|cuz|im|i am|ive|i have|its|this is)\b")
"""What follows is why, and narrows nothing."""
