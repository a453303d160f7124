"""Public proof of the opt-in path: what reviewers of carriers open before a business may text (rules.md section 7).

Fixed words with the business's own particulars, so that every claim here is what the product does.
"""

from dataclasses import dataclass

from sqlmodel import Session
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from forms.opt_in import OptIn, as_first_shown
from forms.phone_number import Dialling
from portal.accounts import business as businesses
from portal.accounts import sender
from portal.accounts.business import Business, Capability
from portal.consent import disclaimer, reply
from portal.consent.disclaimer import Shown
from portal.messaging import wording
from portal.questionnaires.question import OPT_IN_LABEL, Kind, Question
from portal.web import rendering


@dataclass(frozen=True)
class Sample:
    when: str
    text: str


async def show(request: Request) -> Response:
    """Open to everybody; nobody is identified and no cookie is set. Raises NotFound where texting is not granted."""
    slug, public_url = request.path_params["slug"], request.app.state.settings.public_url
    business, number, samples = await request.app.state.database.reading(lambda session: _find(session, slug))
    shown = disclaimer.current(business, public_url=public_url)
    context = {
        "business": business, "flash": [], "sender": number, "shown": shown, "blocks": _blocks(business, shown),
        "samples": samples, "stop_words": [*_words("stop"), *business.opt_out_words],
        "help_words": _words("help"), "start_words": _words("start"), "privacy_url": shown.privacy_url,
        "terms_url": shown.terms_url,
    }  # fmt: skip
    return HTMLResponse(rendering.render("opt_in_proof/page.html", context))


def _find(session: Session, slug: str) -> tuple[Business, str, list[Sample]]:
    business = businesses.by_slug(session, slug if slug.isascii() and slug.isprintable() else "")
    businesses.require(business, Capability.TEXTING)
    active = sender.of(session, business.id)
    return business, active.number if active else "", _samples(session, business)


def _blocks(business: Business, shown: Shown) -> list[tuple[str, OptIn]]:
    """The question as it opens and after a Yes; the same template that clients answer."""
    dialling = Dialling(business.region, business.allowed_regions)
    opens = as_first_shown(Question("opens", Kind.OPT_IN, OPT_IN_LABEL, True), shown, dialling)
    yes = as_first_shown(Question("yes", Kind.OPT_IN, OPT_IN_LABEL, True), shown, dialling)
    chosen = OptIn(yes.question, shown, yes.name, yes.code, chosen="yes")
    return [("As it opens: nothing is selected.", opens), ("After Yes: the number is asked for.", chosen)]


def _words(action: str) -> list[str]:
    """What always works, the best known first; YES starts nothing unless we asked (rules.md row 20)."""
    found = [word.upper() for word, does in reply.PROVIDER_KEYWORDS.items() if does == action and word != "yes"]
    return sorted(found, key=lambda word: (word != action.upper(), word))


def _samples(session: Session, business: Business) -> list[Sample]:
    def words(key: str) -> str:
        return wording.automatic(session, business, key).text

    return [
        Sample("First, right after a Yes", words("form.confirmation")),
        Sample(
            "A reminder",
            f"{business.name}: Hello [first name], a reminder of [appointment] on [date] at [time]. "
            "Reply STOP to opt out.",
        ),
        Sample("A message by hand", f"Hello [first name], this is [team member] of {business.name}. [Message]"),
        Sample("After STOP", words("opt_out.confirmation")),
        Sample("After HELP", words("help")),
    ]
