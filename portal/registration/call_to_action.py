"""What reviewers look for beside the question itself: the call to action of a registration (rules.md 7, row 10)."""

import re
from collections.abc import Callable

from portal.messaging import wording_part
from portal.registration.pack import Pack
from portal.registration.rule import Rule
from portal.registration.sample import Sample

GROUP = "Beside the question"
_VAGUE = frozenset({"updates", "news", "information", "messages", "texts", "things", "everything", "anything", "stuff"})
_OTHER_ROADS = re.compile(r"\b(e-?mails?|newsletters?|phone calls?|robocalls?|calls?)\b", re.IGNORECASE)
_TEXTS = r"text messages|\(SMS\)"
_PARTS = (
    (r"\bI agree\b", "that the client agrees"), (r"\bSTOP\b", "how to stop"), (r"\bHELP\b", "HELP"),
    (r"rates may apply", "the cost"), (r"frequency", "how often"), (r"Privacy Policy", "the privacy policy"),
    (r"Terms", "the terms"), (r"not a condition of purchase", "that it is no condition of purchase"),
)  # fmt: skip
_SETTINGS = "/settings"


def _says(pattern: str, lack: str) -> Callable[[Pack], str]:
    """A problem unless the words beside the question match."""

    def problem(pack: Pack) -> str:
        return "" if re.search(pattern, pack.disclaimer) else f"The words beside Yes and No must {lack}."

    return problem


def _purpose(pack: Pack) -> str:
    if pack.purposes.casefold().removeprefix("your ").strip(" .") in _VAGUE:
        return f"“{pack.purposes}” says too little. Name what you text about, such as “your appointments and projects”."
    return "" if pack.purposes and pack.purposes in pack.disclaimer else "The words must say what you text about."


def _separate(pack: Pack) -> str:
    other = _OTHER_ROADS.search(pack.disclaimer)
    if not other:
        return ""
    return f"“{other[0]}” stands in them. Consent to texts is asked for apart; take it out of what you text about."


def _promotional(pack: Pack) -> str:
    if not re.search(r"[Yy]es\b.*\bI agree\b", pack.disclaimer):
        return "The client has to choose Yes and agree; giving a number alone is no consent."
    if found := wording_part.advertising(pack.purposes, pack.language):
        return f"“{found}” is advertising, to which this question does not ask. Take it out of what you text about."
    return next((said for each in pack.others if (said := _advertises(pack, each))), "")


def _advertises(pack: Pack, text: Sample) -> str:
    """Offers go by a consent of their own, and only as automations that say so."""
    if text.is_marketing:
        return "" if pack.offers else f"“{text.title}” sends offers, and no published questionnaire asks about them."
    found = wording_part.advertising(text.text, pack.language)
    if not found:
        return ""
    return f"“{text.title}” says “{found}”, which is advertising. Tick “This text is promotional”, or leave that out."


def _buried(pack: Pack) -> str:
    if not re.search(_TEXTS, pack.disclaimer) or pack.purposes not in pack.disclaimer:
        return "SMS and what you text about must stand beside the question, not only in your terms."
    return "" if pack.disclaimer in pack.message_flow or not pack.forms else "The message flow must quote these words."


def _complete(pack: Pack) -> str:
    lacks = [name for pattern, name in _PARTS if not re.search(pattern, pack.disclaimer)]
    lacks += [] if pack.brand and pack.brand in pack.disclaimer else ["the name of the business"]
    return f"The words beside Yes and No lack {', '.join(lacks)}." if lacks else ""


def _numbers_without_question(pack: Pack) -> str:
    bare = [each.title for each in pack.forms if each.asks_number and not each.has_opt_in]
    if not bare:
        return ""
    return f"“{bare[0]}” demands a phone number without the opt-in question. Add the question, or make it optional."


RULES = (
    Rule("30544", GROUP, "What the texts are about", _purpose, "Your purposes stand beside Yes and No.", _SETTINGS),
    Rule(
        "30545", GROUP, "How often texts come", _says(r"[Mm]essage frequency", "say how often you text"),
        "“Message frequency varies” stands there.",
    ),
    Rule(
        "30551", GROUP, "That it is about text messages", _says(_TEXTS, "speak of SMS"),
        "“Text messages (SMS)” stands there.",
    ),
    Rule(
        "30556", GROUP, "Texts alone, apart from e-mail and calls", _separate, "The question is about texts alone.",
        _SETTINGS,
    ),
    Rule(
        "30569", GROUP, "“Message and data rates may apply”, word for word",
        _says(r"Message and data rates may apply", "say “Message and data rates may apply”"), "It stands there.",
    ),
    Rule(
        "30570", GROUP, "How to get help", _says(r"Reply [^.]*\bHELP for help", "say “Reply HELP for help”"),
        "“HELP for help” stands there.",
    ),
    Rule(
        "30841", GROUP, "The question is not buried in terms", _buried,
        "SMS, what you text about and the terms stand beside the question itself.", _SETTINGS,
    ),
    Rule(
        "30831", GROUP, "A number alone is no consent; advertising needs its own", _promotional,
        "Only a Yes counts, and offers go only to those who agreed to them.", "/automations",
    ),
    Rule("806", GROUP, "All parts of the call to action", _complete, "Nothing is missing.", _SETTINGS),
    Rule(
        "803", GROUP, "No form takes numbers without the question", _numbers_without_question,
        "Every form that demands a number asks for texts too.", "/questionnaires",
    ),
)  # fmt: skip
