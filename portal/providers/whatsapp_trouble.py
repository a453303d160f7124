"""What each of the Cloud API's error codes means for the number, the sender or the next try (rules.md section 6).

The same table reads the refusal of a send and the failure in a status.
"""

from portal.providers.provider import Trouble

_CODES = {
    Trouble.UNDELIVERABLE: "131026",
    Trouble.PREFERENCE: "131050",
    Trouble.SENDER: "3 10 190 200 368 131005 131031 131037 131042 131045 131048 133010",
    Trouble.ROUTE: "130497 131030",
    Trouble.CONTENT: (
        "100 130472 131008 131009 131021 131047 131049 131051 131062 132000 132001 132005 132007 132012 132015 132016"
    ),
    Trouble.TEMPORARY: "4 80007 130429 131056",
}
_TROUBLE = {code: trouble for trouble, codes in _CODES.items() for code in codes.split()}
_SENTENCES = {
    # 131026 is no proof that somebody has no WhatsApp: terms not accepted and old apps give it too (rules.md fact 9)
    "131026": "This number could not be reached on WhatsApp.",
    "131047": "More than 24 hours have passed since their last message, so WhatsApp takes only an approved template.",
    "131049": "WhatsApp holds this one back for the good of its users. Wait a day before you try again.",
    "131050": "This client has told WhatsApp to stop marketing messages from you.",
    "130472": "WhatsApp holds messages to this client back as part of an experiment of its own.",
    "131048": "WhatsApp limits this number of yours because too many of its messages were reported.",
    "131056": "Too many messages went to this client within a short time; it is tried again.",
    "131021": "This is your own number.",
    "131030": "This WhatsApp account is for trials only, and this number is not on its list.",
    "130497": "Your WhatsApp account may not write to this client's country.",
    "368": "Meta has blocked this WhatsApp account for a breach of its rules.",
    "131031": "Meta has locked this WhatsApp account.",
    "131062": "WhatsApp does not take this kind of message for a client whose number it keeps to itself.",
    "132001": "WhatsApp knows no template of this name in this language.",
    "132015": "WhatsApp has paused this template because of poor ratings.",
    "132016": "WhatsApp has switched this template off.",
}
_GENERAL = {
    Trouble.SENDER: "The WhatsApp account is not set up for this message.",
    Trouble.CONTENT: "WhatsApp refused this message; another wording may pass.",
    Trouble.TEMPORARY: "WhatsApp cannot take the message now; it may be tried again.",
}


_REFUSED = "WhatsApp refused this message."


def trouble_of(code: str) -> Trouble | None:
    """None for a code we do not know: nothing may be concluded about the number from it."""
    return _TROUBLE.get(code)


def sentence_of(code: str, said: str) -> str:
    """One line for the business: ours first, then Meta's own words, shortened, where they add something."""
    shown = " ".join(said.split())[:300]
    if code in _SENTENCES:
        return _SENTENCES[code]
    trouble = trouble_of(code)
    general = _GENERAL.get(trouble, _REFUSED) if trouble else _REFUSED
    return f"{general} WhatsApp says: {shown}" if shown else general
