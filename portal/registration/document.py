"""What reviewers open: the form, the public proof, the privacy policy and the terms; and who stands behind them."""

import re
from collections.abc import Callable

from portal.registration import clause
from portal.registration.number import PRETEND, TOLL_FREE
from portal.registration.pack import Pack
from portal.registration.rule import Rule, is_public

GROUP = "Pages they open"
WHO = "Who registers"
_OPERATOR = "Whoever runs this program sets PORTAL_PUBLIC_URL to its public https:// address."
_PLATFORMS = ("client portal", "twilio", "telnyx", "plivo", "vonage", "bandwidth", "sinch", "17hats")
_NO_SHARING = (
    r"[Nn]o mobile information will be shared with third parties",
    r"(opt-in data|consent)[^.]*not shared with any third parties",
)
_SETTINGS, _FORMS = "/settings", "/questionnaires"


def _form(pack: Pack) -> str:
    asks = any(each.has_opt_in for each in pack.forms)
    return "" if asks else "Publish a questionnaire with the opt-in question, so that there is a live form to look at."


def _reachable(pack: Pack) -> str:
    closed = next((each.url for each in pack.forms if not is_public(each.url)), "")
    return f"Nobody outside can open {closed}. {_OPERATOR}" if closed else ""


def _proof(pack: Pack) -> str:
    return "" if is_public(pack.proof_url) else f"Nobody outside can open {pack.proof_url}. {_OPERATOR}"


def _privacy(pack: Pack) -> str:
    if not is_public(pack.privacy_url):
        return f"Nobody outside can open the privacy policy at {pack.privacy_url or 'no address'}."
    said = clause.written(pack.privacy)
    missing = any(not re.search(each, said) for each in _NO_SHARING)
    return "The privacy policy must say that mobile information and consent are shared with nobody." if missing else ""


def _own_privacy(pack: Pack) -> str:
    return (
        f"Look at {pack.privacy_url}: it must hold the clauses below. Copy them there." if pack.has_own_privacy else ""
    )


def _terms_say(pattern: str, lack: str, url: str = "") -> tuple[Callable[[Pack], str], Callable[[Pack], str]]:
    """(problem, look) of one thing in the terms: our words are read, the business's own page is theirs to look at."""

    def problem(pack: Pack) -> str:
        return "" if re.search(pattern, clause.written(pack.terms)) else f"The SMS terms must say {lack}."

    def look(pack: Pack) -> str:
        return f"Look at {pack.terms_url}: it must say {lack}. Copy the terms below." if pack.has_own_terms else ""

    return problem, look


def _support(pack: Pack) -> str:
    if not (pack.phone or pack.email):
        return "The SMS terms must name a person to reach: give a phone or an e-mail for questions in Settings."
    reach = pack.phone or pack.email
    return "" if reach in clause.written(pack.terms) else "The SMS terms must name your phone or e-mail for questions."


def _brand(pack: Pack) -> str:
    name = pack.brand.casefold()
    platform = next((each for each in _PLATFORMS if each in name), "")
    if not name or platform:
        return "Register your own business, not the program it uses: give your own name in Settings."
    lacks = [where for where, words in _named_in(pack) if name not in words.casefold()]
    return f"{pack.brand} is missing in {', '.join(lacks)}." if lacks else ""


def _named_in(pack: Pack) -> tuple[tuple[str, str], ...]:
    return ("the description", pack.description), ("the question", pack.disclaimer), ("the flow", pack.message_flow)


def _toll_free(pack: Pack) -> str:
    closed = [url or "no address" for url in (pack.privacy_url, pack.terms_url) if not is_public(url)]
    return f"Toll-free numbers need both links, and nobody outside can open {' or '.join(closed)}." if closed else ""


def _number(pack: Pack) -> str:
    real = [each for each in pack.numbers if each.kind != PRETEND]
    if real:
        return ""
    return (
        "You only rehearse here: a real number is registered." if pack.numbers else "There is no number to text from."
    )


_FREQUENCY, _OWN_FREQUENCY = _terms_say(r"[Mm]essage frequency", "how often you text")
_RATES, _OWN_RATES = _terms_say(r"[Mm]essage and data rates may apply", "that message and data rates may apply")
_OWN_SUPPORT = _terms_say("", "how to reach a person")[1]

RULES = (
    Rule("30543", GROUP, "A live form", _form, "It is open to everybody.", _FORMS),
    Rule("804", GROUP, "A form that opens without signing in", _reachable, "Its address is public.",
         applies=lambda pack: any(each.has_opt_in for each in pack.forms)),
    Rule("30842", GROUP, "Proof of the way to consent, open to everybody", _proof, "The public page below shows it."),
    Rule("805", GROUP, "A privacy policy that shares no mobile information", _privacy, "It says so.", _SETTINGS,
         look=_own_privacy),
    Rule("30558", GROUP, "Terms that say how often", _FREQUENCY, "They say so.", _SETTINGS, look=_OWN_FREQUENCY),
    Rule("30560", GROUP, "Terms that name somebody to ask", _support, "They name you.", _SETTINGS, look=_OWN_SUPPORT),
    Rule("30562", GROUP, "Terms that name the cost", _RATES, "They say so.", _SETTINGS, look=_OWN_RATES),
    Rule("710", WHO, "The business itself, not the program it uses", _brand, "It is your name everywhere.", _SETTINGS),
    Rule("Number", WHO, "A number to register", _number, "Texts leave from it.", "/texting"),
    Rule("Toll-free", WHO, "Links to privacy policy and terms", _toll_free, "Both are there.", _SETTINGS,
         applies=lambda pack: any(each.kind == TOLL_FREE for each in pack.numbers)),
)  # fmt: skip
