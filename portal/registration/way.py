"""Every way of opting in that is really switched on, and the message flow that tells reviewers of them (rules.md 7: all
ways, the words at each, how the number is asked for)."""

from collections.abc import Sequence
from dataclasses import dataclass

from portal.accounts.language import Language
from portal.consent.disclaimer import Shown
from portal.messaging import wording_text
from portal.questionnaires.questionnaire import Confirmation
from portal.registration.live import MEMBER, Form, Live

MOST = 2048
"""Characters of a message flow; the questionnaires beyond are counted, not named."""
_OFFERS = "Marketing is asked for apart, after a Yes, by an optional question with Yes and No of its own"
_CONFIRMS = {
    Confirmation.SINGLE: "One text to that number confirms it before any other.",
    Confirmation.REPLY: "That number is then asked by text, and only its YES opts in.",
    Confirmation.CODE: "That number then gets a code, and only the code or its YES opts in.",
    Confirmation.TEXT_FIRST: "The client then texts us a code from that number; we text nobody first.",
}


@dataclass(frozen=True)
class Way:
    """`title` names it in a list; `asks` is the text with which a phone is asked, where one is sent."""

    kind: str
    title: str
    words: str
    asks: str = ""


def of(live: Live) -> tuple[Way, ...]:
    """In the order in which clients usually meet them."""
    return (*_forms(live), *_gate(live), *_invitations(live), *_whatsapp(live))


def message_flow(live: Live, shown: Shown, offers: str, proof_url: str) -> str:
    """As many questionnaires by name as there is room for; the words about marketing, `offers`, where there is."""
    forms = [each for each in live.forms if each.has_opt_in]
    asks_offers = any(each.asks_offers for each in forms)
    quoted = f"{_OFFERS}, beside these words: “{offers}”"
    for further in (quoted, f"{_OFFERS}, with written words that the page below shows.") if asks_offers else ("",):
        for count in range(len(forms), 0, -1):
            text = _flow(live, shown, further, proof_url, forms[:count], len(forms) - count)
            if len(text) <= MOST:
                return text
    further = f"{_OFFERS}." if asks_offers else ""
    return _flow(live, shown, further, proof_url, forms[:1], max(0, len(forms) - 1))


def _flow(live: Live, shown: Shown, offers: str, proof_url: str, named: Sequence[Form], others: int) -> str:
    """One sentence after the other, as these fields have no paragraphs."""
    name = live.business.name
    said = [f"Clients of {name} opt in to text messages (SMS) themselves; nobody can do it for them."]
    if named:
        listed = "; ".join(f"“{each.title}” {each.url}" for each in named)
        more = f"; and {others} more with the same question" if others else ""
        confirms = " ".join(_CONFIRMS[Confirmation(each)] for each in dict.fromkeys(form.confirms for form in named))
        said.append(
            f"Web forms: {listed}{more}. The form asks for texts apart from everything else, with Yes and No, neither "
            f"selected, beside these words: “{shown.text}” A mobile number is asked for only after Yes; No is always "
            f"accepted. {confirms} On a client's own page, which a personal link opens, the same question can be "
            "answered again."
        )
    said += [offers] if offers else []
    said += [each.words for each in of(live) if each.kind != "form"]
    return " ".join([*said, f"The question as clients see it, with privacy policy and terms: {proof_url}"])


def _forms(live: Live) -> list[Way]:
    return [
        Way("form", f"Questionnaire “{each.title}”", _CONFIRMS[Confirmation(each.confirms)], _asked(live, each))
        for each in live.forms
        if each.has_opt_in
    ]


def _asked(live: Live, form: Form) -> str:
    return live.words.get(f"form.{'request' if form.confirms == Confirmation.REPLY else form.confirms}", "")


def _gate(live: Live) -> list[Way]:
    if not live.business.has_first_message_gate:
        return []
    ask, answer = live.words["mo.request.client"], live.words["mt.request.client"]
    return [
        Way(
            "business_first", "First message, you write first",
            "First message from us: a client who gave us the number is asked once, on a ground that is recorded: "
            f"“{ask}” Nothing else goes out before YES.", ask,
        ),
        Way(
            "client_first", "First message, the client writes first",
            f"First message from a client: they are asked once: “{answer}” Nothing else goes out before YES.", answer,
        ),
    ]  # fmt: skip


def _invitations(live: Live) -> list[Way]:
    """Named once somebody has touched a flow; before, the sample lies in a drawer."""
    return [
        Way(
            "invitation", f"Invitation “{each.name}”",
            "Invitation: one client at a time, on a ground that is recorded, is asked by text to answer Y or N; only Y "
            "opts in.", filled(live, each.text),
        )
        for each in live.flows
    ][:1]  # fmt: skip


def filled(live: Live, text: str) -> str:
    """Words of a flow as they leave."""
    return wording_text.fill(text, wording_text.values(live.business, Language(live.business.language), MEMBER))


def _whatsapp(live: Live) -> list[Way]:
    if not live.has_whatsapp:
        return []
    return [Way("whatsapp", "WhatsApp", "WhatsApp is asked for apart and is no consent to SMS.")]
