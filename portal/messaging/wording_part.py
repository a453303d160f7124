"""What a text must say, found in its words in each language; and what it may not say: advertising, shortened links.

Keywords count in capitals only, as clients are told to type them: “stop by our studio” tells nobody how to stop.
"""

import re
import unicodedata
from collections.abc import Collection, Mapping

from portal.accounts.language import Language
from portal.consent import reply_text
from portal.messaging import wording_text
from portal.messaging.wording_slot import Part

_EN, _ES, _FR = Language.EN, Language.ES, Language.FR
_KEYWORDS: Mapping[Part, Mapping[Language, tuple[str, ...]]] = {
    Part.STOP: {_EN: ("STOP",), _ES: ("STOP",), _FR: ("STOP",)},
    Part.START: {_EN: ("START",), _ES: ("START",), _FR: ("START",)},
    Part.HELP: {_EN: ("HELP",), _ES: ("HELP", "AYUDA"), _FR: ("HELP", "AIDE")},
    Part.YES: {_EN: ("YES",), _ES: ("SI", "SÍ", "YES"), _FR: ("OUI", "YES")},
}
_PHRASES: Mapping[Part, Mapping[Language, str]] = {  # in words without accents, in small letters
    Part.FREQUENCY: {
        _EN: r"frequency|\d+ (msgs?|messages?|texts?) ?(per|/|a|each|every) ?(day|week|month|year)",
        _ES: r"frecuencia|\d+ (msj|mensajes?|sms) ?(al|por|/|cada) ?(dia|semana|mes|ano)",
        _FR: r"frequence|\d+ (msg|messages?|sms) ?(par|/|chaque) ?(jour|semaine|mois|an)",
    },
    Part.RATES: {
        _EN: r"\b(msgs?|messages?|text)\b.{0,12}\bdata\b.{0,8}\b(rates?|charges?|fees?)\b",
        _ES: r"\b(tarifas?|costos?|costes?|cargos?)\b.{0,30}\b(mensajes?|msj|sms|datos)\b"
        r"|\b(mensajes?|msj|sms|datos)\b.{0,30}\b(tarifas?|costos?|costes?|cargos?)\b",
        _FR: r"\b(frais|tarifs?|couts?)\b.{0,30}\b(messages?|sms|donnees)\b"
        r"|\b(messages?|sms|donnees)\b.{0,30}\b(frais|tarifs?|couts?)\b",
    },
    Part.PURPOSES: {
        _EN: r"\b(about|regarding|concerning)\b",
        _ES: r"\b(sobre|acerca de)\b",
        _FR: r"\b(concernant|au sujet de|a propos de|sur)\b",
    },
    Part.NO_MORE: {
        _EN: r"\b(opted out|unsubscribed|no more (texts|messages)|no further (texts|messages)|will not (text|message"
        r"|get|receive)|won't (text|message|get|receive))\b",
        _ES: r"\b(dado de baja|baja confirmada|cancelado|no (va a recibir|recibira|le enviaremos)|sin mas mensajes)\b",
        _FR: r"\b(desinscrit|desinscrite|desinscription|desabonne|desabonnee|ne recevrez plus|plus (de|aucun)"
        r" (sms|message|messages))\b",
    },
}
_PROMOTION: Mapping[Language, str] = {  # “sale” is advertising in English, and an innocent verb in Spanish
    _EN: r"\b(sales?|discounts?|coupons?|promos?|promotions?|promotional|special offers?|limited time|giveaways?"
    r"|gift cards?|(buy|shop|book|order) now|free (gift|session|trial|shipping|prints?|consultation|quote|month))\b",
    _ES: r"\b(descuentos?|ofertas?|promo|promocion|promociones|rebajas?|cupon|cupones|regalos?|gratis|compre ahora"
    r"|reserve ya)\b",
    _FR: r"\b(remises?|soldes|promo|promotions?|reductions?|offres? speciales?|bons? d'achat|cadeaux?|gratuite?s?"
    r"|achetez)\b",
}
_PERCENT = re.compile(r"\d+ ?%")
_SHORTENED = re.compile(
    r"\b(bit\.ly|bitly\.com|tinyurl\.com|t\.co|goo\.gl|ow\.ly|is\.gd|buff\.ly|rebrand\.ly|cutt\.ly|rb\.gy|tiny\.cc|t\.ly"
    r"|shorturl\.at|s\.id|v\.gd|bl\.ink|lnkd\.in|adf\.ly|shorte\.st|soo\.gd|t2m\.io)\b"
)
_LINK = re.compile(r"https?://|\bwww\.|\b[a-z0-9-]+\.(com|net|org|io|co|us|me|app|site|shop|studio)\b(?!@)")
_MSG_DATA = re.compile(r"(msgs?|messages?)(and|n)?dataratesmayapply")
_JOINS = r"[\W_]*(?:for|to say|means|is)?[\W_]*"
_Y_OR_N = re.compile(
    rf"\b[Rr](?:EPLY|eply)(?: with)?[\W_]+Y{_JOINS}[Yy](?:es|ES)\b[\W_]*(?:or|and)?[\W_]*\bN{_JOINS}[Nn][Oo]\b"
)
_PERSON = re.compile(r"[^\s@]+@[^\s@]+\.\w+|\+?\d(?:[\s().-]?\d){6,}")

LABELS: Mapping[Part, str] = {
    Part.BRAND: "The name of your business",
    Part.PURPOSES: "What you text about",
    Part.FREQUENCY: "How often you text",
    Part.RATES: "That it may cost something",
    Part.HELP: "HELP",
    Part.STOP: "How to stop",
    Part.START: "How to go on",
    Part.YES: "How to agree",
    Part.CODE: "The code",
    Part.CONTACT: "How to reach a person",
    Part.NO_MORE: "That no more texts come",
    Part.EMPLOYEE: "The name of your team member",
    Part.MSG_DATA: "MSG&DataRatesMayApply",
    Part.Y_OR_N: "Reply Y Yes N No",
}
"""What a text must say, as a list of what is there."""

SENTENCES: Mapping[Part, str] = {
    Part.BRAND: "It must name your business: put {business} at its beginning.",
    Part.PURPOSES: "It must say what you text about: put {purposes} where that belongs.",
    Part.FREQUENCY: "It must say how often you text, as in “%s”",
    Part.RATES: "It must say that texts may cost something, as in “%s”",
    Part.HELP: "It must offer HELP in capitals, as in “%s”",
    Part.STOP: "It must say how to stop, with STOP in capitals, as in “%s”",
    Part.START: "It must say how to go on, with START in capitals, as in “%s”",
    Part.YES: "It must say how to agree, in capitals, as in “%s”",
    Part.CODE: "It must hold the code: put {code} where it belongs.",
    Part.CONTACT: "It must say how to reach a person: put {contact} where that belongs, or write a phone or e-mail.",
    Part.NO_MORE: "It must say that no more texts will come, as in “%s”",
    Part.EMPLOYEE: "It must say who writes: put <Employee Name> where that belongs.",
    Part.MSG_DATA: "It must keep “MSG&DataRatesMayApply”; “Msg & data rates may apply” will do as well.",
    Part.Y_OR_N: "It must keep “Reply Y Yes N No”, Y and N in capitals; “Reply Y for Yes, N for No” will do as well.",
}
EXAMPLES: Mapping[Part, Mapping[Language, str]] = {
    Part.FREQUENCY: {
        _EN: "Msg frequency varies.", _ES: "La frecuencia puede variar.", _FR: "La fréquence peut varier.",
    },
    Part.RATES: {
        _EN: "Msg & data rates may apply.", _ES: "Pueden aplicarse tarifas de mensajes y datos.",
        _FR: "Des frais de messages et de données peuvent s'appliquer.",
    },
    Part.HELP: {_EN: "Reply HELP for help", _ES: "Responda HELP para ayuda", _FR: "Répondez HELP pour de l'aide"},
    Part.STOP: {_EN: "Reply STOP to opt out.", _ES: "Responda STOP para darse de baja.",
                _FR: "Répondez STOP pour vous désinscrire."},
    Part.START: {_EN: "Reply START to keep getting texts.", _ES: "Responda START para seguir recibiendo mensajes.",
                 _FR: "Répondez START pour continuer à recevoir des SMS."},
    Part.YES: {_EN: "reply YES", _ES: "responda SI", _FR: "répondez OUI"},
    Part.NO_MORE: {_EN: "You are opted out and will receive no more texts from us.",
                   _ES: "Se ha dado de baja y ya no va a recibir mensajes nuestros.",
                   _FR: "Désinscription confirmée, vous ne recevrez plus de SMS de notre part."},
}  # fmt: skip


def says(text: str, part: Part, language: Language, brand: str, own_yes: Collection[str] = ()) -> bool:
    """Whether the words, and not what will fill their places, say it. `own_yes` are further words for Yes."""
    places = wording_text.places(text)
    own = wording_text.without(text, list(wording_text.PLACES))
    match part:
        case Part.BRAND:
            return "business" in places or (bool(brand) and brand.casefold() in own.casefold())
        case Part.CODE | Part.EMPLOYEE:
            return str(part) in places
        case Part.CONTACT:
            return "contact" in places or "questions" in places or bool(_PERSON.search(own))
        case Part.MSG_DATA:
            return bool(_MSG_DATA.search(_letters(own)))
        case Part.Y_OR_N:
            return bool(_Y_OR_N.search(own))
        case Part.YES if offered(own, own_yes):
            return True
        case Part.STOP | Part.START | Part.HELP | Part.YES:
            return any(re.search(rf"\b{word}\b", own) for word in _KEYWORDS[part][language])
        case Part.PURPOSES if "purposes" in places:
            return True
        case _:
            return bool(re.search(_PHRASES[part][language], plain(own)))


def offered(text: str, words: Collection[str]) -> bool:
    """Whether the text names one of these words, in any case."""
    said = f" {reply_text.plain(text)} "
    return any(f" {reply_text.plain(word)} " in said for word in words)


def sentence(part: Part, language: Language) -> str:
    """What to say to somebody who left it out."""
    if part not in EXAMPLES:
        return SENTENCES[part]
    example = EXAMPLES[part][language]
    return SENTENCES[part] % example + ("" if example.endswith(".") else ".")


def advice(part: Part, language: Language) -> str:
    """The same where it is only wise."""
    return sentence(part, language).replace("It must", "It should", 1)


def advertising(text: str, language: Language) -> str:
    """The first word or figure that makes a text advertising; "" for none."""
    found = re.search(_PROMOTION[language], plain(text)) or _PERCENT.search(text)
    return found[0] if found else ""


def shortened_link(text: str) -> str:
    found = _SHORTENED.search(plain(text))
    return found[0] if found else ""


def has_link(text: str) -> bool:
    return bool(_LINK.search(re.sub(r"\S+@\S+", " ", plain(text))))


def _letters(text: str) -> str:
    """Run together, as the two parts of an invitation often are."""
    return "".join(filter(str.isalpha, plain(text)))


def plain(text: str) -> str:
    """In small letters, without accents, and with one kind of apostrophe and blank."""
    bare = "".join(char for char in unicodedata.normalize("NFKD", text) if not unicodedata.combining(char))
    return " ".join(bare.casefold().replace("’", "'").split())
