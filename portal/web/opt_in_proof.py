"""Public proof of the opt-in path: what reviewers of carriers open before a business may text (rules.md section 7).

Fixed words with the business's own particulars, so that every claim here is what the product does. Open to everybody;
nobody is identified and no cookie is set.
"""

from typing import Any

from sqlmodel import Session
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from forms.opt_in import Offers, OptIn, as_first_shown, offers_as_first_shown
from forms.phone_number import Dialling
from portal.accounts import business as businesses
from portal.accounts.business import Business, Capability
from portal.consent import disclaimer
from portal.consent.disclaimer import Shown
from portal.questionnaires.question import MARKETING_LABEL, OPT_IN_LABEL, Kind, Question
from portal.registration import clause, keyword_list, pack
from portal.registration.pack import Pack
from portal.web import rendering


async def show(request: Request) -> Response:
    """Everything on one page. Raises NotFound where texting is not granted, like the two below."""
    business, found = await _found(request)
    shown = disclaimer.current(business, public_url=request.app.state.settings.public_url)
    offered = disclaimer.marketing(business, public_url=request.app.state.settings.public_url)
    context = {
        "blocks": _blocks(business, shown), "start_words": keyword_list.built_in("start"),
        "offers": _offers(offered) if found.offers else None,
    }  # fmt: skip
    return _page("opt_in_proof/page.html", business, found, context)


async def privacy(request: Request) -> Response:
    """The privacy policy for texts alone, to link to."""
    return _page("opt_in_proof/privacy.html", *await _found(request), {})


async def terms(request: Request) -> Response:
    """The SMS terms alone."""
    return _page("opt_in_proof/terms.html", *await _found(request), {})


async def _found(request: Request) -> tuple[Business, Pack]:
    slug, settings = request.path_params["slug"], request.app.state.settings

    def read(session: Session) -> tuple[Business, Pack]:
        business = businesses.by_slug(session, slug if slug.isascii() and slug.isprintable() else "")
        businesses.require(business, Capability.TEXTING)
        urls = {"public_url": settings.public_url, "form_origin": settings.form_origin}
        return business, pack.read(session, business, **urls)

    found: tuple[Business, Pack] = await request.app.state.database.reading(read)
    return found


def _page(template: str, business: Business, found: Pack, context: dict[str, Any]) -> Response:
    common = {
        "business": business, "flash": [], "pack": found, "contact": clause.contact(business),
        "privacy_url": found.privacy_url, "terms_url": found.terms_url,
    }  # fmt: skip
    return HTMLResponse(rendering.render(template, common | context))


def _offers(shown: Shown) -> Offers:
    """The question about marketing, which follows a Yes where a questionnaire asks it."""
    return offers_as_first_shown(Question("offers", Kind.OPT_IN_MARKETING, MARKETING_LABEL), shown)


def _blocks(business: Business, shown: Shown) -> list[tuple[str, OptIn]]:
    """The question as it opens and after a Yes; the same template that clients answer."""
    dialling = Dialling(business.region, business.allowed_regions)
    opens = as_first_shown(Question("opens", Kind.OPT_IN, OPT_IN_LABEL, True), shown, dialling)
    yes = as_first_shown(Question("yes", Kind.OPT_IN, OPT_IN_LABEL, True), shown, dialling)
    chosen = OptIn(yes.question, shown, yes.name, yes.code, chosen="yes")
    return [("As it opens: nothing is selected.", opens), ("After Yes: the number is asked for.", chosen)]
