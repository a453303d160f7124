"""What a client who opts out says besides: a question, a wish or a matter that a person should see to (issue point 5).

Courtesy, reasons and insults are nothing to see to.
"""

import re

from portal.consent import reply_peel, reply_text
from portal.consent.reply import Verdict, read
from portal.consent.reply_rule import Meaning

SENTENCE = re.compile(r"(?<=[?!.])\s+|\n+|[,;:]\s+|\s[-–—]+\s")
RUN_ON = re.compile(
    r"\s+(?:but|and|also|however|though|btw|plus|pero|mais|aber)\b[\s,]*"
    r"|\s+(?=(?:can|could|would|will|did|do|when|what|where|how) (?:you|u|i|we|is|are|do|does|much|long|about)\b)"
    r"|\s+(?=(?:please |pls |just )?(?:call|email|e-mail|mail|refund|cancel) (?:me|us|my|it|the|our)\b)",
    re.IGNORECASE,
)
"""Where another matter may begin in the sentence of the request itself."""

JOINT = re.compile(r"^(?:also|and|but|plus|btw|however)\b[\s,]*", re.IGNORECASE)
QUESTION = re.compile(
    r"^(?:please |pls |hi |hey |ok |yes |no |so |oh )*(?:what|when|where|which|who|how|why|can|could|would|will|do|does"
    r"|did|is|are|was|were|has|have|may|should|cuando|donde|cuanto|puede|quand|combien|wann|wo|wie|quando|quanto)\b"
)
WISH = re.compile(
    r"\b(?:(?:please|pls|just|then|can you|could you|would you|will you|need to|want to|like to|^)"
    r" ?(?:call|phone|ring|e ?mail|mail|fax|send|resend|forward|refund|cancel|reschedule|return|bring|fix|repair|finish"
    r"|pick|drop|deliver|charge|bill|invoice|pay|confirm|book|move|change|keep|hold|leave|let|tell|ask|have|check|close"
    r"|give|get|come|update|transfer|ship|mailed|reply by)"
    r"|let me know|get back to me|i need|we need|need (?:a|my|the)|id like|i would like|i want (?:a|my|the)|we want"
    r" (?:a|my|the)"
    r"|looking forward|llam[ae]\w*|envi\w+|mand\w+|appelez|rappelez|envoyez|rufen|schicken|ligue|me ligar|chiami\w*)\b"
)
MATTER = re.compile(
    r"\b(?:appointments?|appt|app|session|invoice|bill|refund|deposit|payments?|paid|owe|balance|charged|order|contract"
    r"|prints|album|gallery|photos|pictures|estimate|quote|job|work|leak\w*|broken|prescription|refill|results|surgery"
    r"|bleeding|pain|emergency|insurance|key|keys|package|delivery|check|receipt|warranty|permit|question|address|link"
    r"|password|account|cita|factura|rendez vous|facture|termin|rechnung|consulta|fatura|appuntamento|fattura)\b"
)
REASON = re.compile(
    r"\b(?:because|since|bc|cause|already|elsewhere|another|someone else|somebody else|sold|moved|found|hired|never"
    r"|dont need|no longer|not interested|no need|thanks? for|thank you for|great job|good work|nice work|anymore"
    r"|wrong (?:number|person)|at work|from work|work phone|in court)\b"
)
TALK = re.compile(
    r"^(?:why (?:are|do|am|would|did) (?:you|i|u|we)|who (?:is|are|gave)|how (?:did (?:you|u)|many (?:more )?times"
    r"|dare|hard)|what (?:the|is wrong"
    r"|part)|do you (?:understand|hear|get|read)|is (?:that|this) (?:clear|spam|a scam)|are you (?:serious|kidding|deaf"
    r"|stupid|crazy|dumb)|can you (?:read|hear|not)|will you|would you mind|(?:i|we) (?:dont|do not|never)|have"
    r" (?:a|i)\b)"
)
"""Questions that ask nothing, and what else belongs to the request itself."""


def other_matter(text: str, verdict: Verdict) -> str:
    """The sentences of an opting-out reply that a person should see to, as written; "" where there are none."""
    if verdict.meaning is not Meaning.OPT_OUT or len(text.split()) < 2:  # nearly every STOP is one word
        return ""
    own = reply_peel.own_words(reply_text.window(text))
    pieces = [each for sentence in SENTENCE.split(own) if sentence.strip() for each in _parted(sentence)]
    return ". ".join(filter(_is_matter, (JOINT.sub("", piece.strip(" .,;:")) for piece in pieces)))


def _parted(sentence: str) -> list[str]:
    """A sentence, or what stands before and behind the request in it."""
    return RUN_ON.split(sentence, maxsplit=1) if read(sentence).meaning is Meaning.OPT_OUT else [sentence]


def _is_matter(piece: str) -> bool:
    said = reply_text.flat(reply_text.plain(piece))
    if " " not in said or TALK.match(said) or read(piece).meaning in (Meaning.OPT_OUT, Meaning.REVIEW):
        return False
    is_asked = "?" in piece or QUESTION.match(said) or WISH.search(said)
    return bool(is_asked or (MATTER.search(said) and not REASON.search(said)))
