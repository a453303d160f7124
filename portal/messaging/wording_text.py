"""Places in the words of automatic texts: which there are, what fills them, and the filling.

What fills them is the business's own. No typed answer of a client and no client's name is ever among it (law 7). The
place for a member's name is <Employee Name>, as such systems write it, or {employee} (X-4).
"""

import re
from collections.abc import Mapping, Sequence

from portal.accounts.business import DEFAULT_PURPOSES, Business
from portal.accounts.language import Language
from portal.messaging.one_time_code import STARS

PLACES: Mapping[str, str] = {
    "business": "the name of your business",
    "purposes": "what you text about, from Settings",
    "contact": "a sentence with the phone and e-mail for questions, from Settings; nothing where neither is given",
    "questions": "“Questions?” with your phone or e-mail; nothing where neither is given",
    "code": "the six digits of the code; stars wherever your team sees the text",
    "employee": "the name of your team member in this conversation, as you entered it under Members",
}
EMPLOYEE = "<Employee Name>"
_PLACE = re.compile(r"(?:\{([^{}\n]*)\}|<\s*employee\s+name\s*>)( ?)", re.IGNORECASE)
_PURPOSES = {
    Language.EN: DEFAULT_PURPOSES,
    Language.ES: "sus citas y proyectos",
    Language.FR: "vos rendez-vous et projets",
}
_HELP = {  # the sentence, the word for each way, and what stands between two ways
    Language.EN: ("For help {ways}.", "call {phone}", "email {email}", " or "),
    Language.ES: ("Para ayuda {ways}.", "llame al {phone}", "escriba a {email}", " o "),
    Language.FR: ("Pour de l'aide {ways}.", "appelez le {phone}", "écrivez à {email}", " ou "),
}
_QUESTIONS = {Language.EN: "Questions?", Language.ES: "¿Preguntas?", Language.FR: "Questions ?"}


def values(business: Business, language: Language, employee: str = "") -> dict[str, str]:
    """What each place holds for one business in one language; empty where nothing is known. `employee` is a member's
    name, and the business's where nobody in particular writes (M-15)."""
    return {
        "business": business.name, "purposes": purposes(business, language), "contact": _contact(business, language),
        "questions": _questions(business, language), "code": STARS,
        "employee": _employee(employee) or business.name,
    }  # fmt: skip


def purposes(business: Business, language: Language) -> str:
    """Our own words are known in every language; the business's stand as it wrote them."""
    return _PURPOSES[language] if business.purposes == DEFAULT_PURPOSES else business.purposes


def fill(text: str, known: Mapping[str, str]) -> str:
    """`text` with every place filled, once: what fills one is never read as a place again. An unknown one stays."""

    def filled(found: re.Match[str]) -> str:
        value = known.get(_name(found))
        if value is None:
            return found[0]
        return value + found[2] if value else ""

    return _PLACE.sub(filled, text).strip()


def places(text: str) -> list[str]:
    """The names of the places, each once, in the order of the text."""
    return list(dict.fromkeys(_name(found) for found in _PLACE.finditer(text)))


def without(text: str, names: Sequence[str]) -> str:
    """`text` without these places."""
    return _PLACE.sub(lambda found: " " if _name(found) in names else found[0], text)


def written(name: str) -> str:
    """A place as it stands in a text."""
    return EMPLOYEE if name == "employee" else f"{{{name}}}"


def _name(found: re.Match[str]) -> str:
    return "employee" if found[1] is None else " ".join(found[1].casefold().split())


def _employee(name: str) -> str:
    """Nobody is called like a place."""
    return "" if _PLACE.search(name) else " ".join(name.split())


def _contact(business: Business, language: Language) -> str:
    """How to reach a person, for HELP (CTIA 5.1.2.1); nothing where nothing is known."""
    sentence, call, write, between = _HELP[language]
    ways = [call.replace("{phone}", business.phone)] if business.phone else []
    ways += [write.replace("{email}", business.email)] if business.email else []
    return sentence.replace("{ways}", between.join(ways)) if ways else ""


def _questions(business: Business, language: Language) -> str:
    way = business.phone or business.email
    return f"{_QUESTIONS[language]} {way}" if way else ""
