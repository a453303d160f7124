"""How a questionnaire reaches clients: link, QR code, frame; and which sites may frame it."""

from html import escape
from typing import Any

from sqlmodel import Session

from portal.accounts import audit
from portal.accounts import business as businesses
from portal.questionnaires import embed, link, sight
from portal.questionnaires import questionnaire as questionnaires
from portal.questionnaires.embed import Allowed
from portal.questionnaires.questionnaire import Questionnaire
from portal.web import rendering
from portal.web.page import Answer, Page, SeeOther
from portal.web.visit import Visit

TEMPLATE = "questionnaire_share/page.html"


def show(session: Session, visit: Visit) -> Answer:
    found = questionnaires.get(session, visit.business.id, visit.params["questionnaire"])
    return Page(TEMPLATE, _context(session, visit, found, "\n".join(visit.business.embed_origins), []))


def save(session: Session, visit: Visit) -> Answer:
    """The sites that may frame this business's questionnaires; one bad line keeps them all as they were."""
    found = questionnaires.get(session, visit.business.id, visit.params["questionnaire"])
    typed = str(visit.form.get("origins", ""))[:10000]
    origins, problems = embed.read(typed)
    if problems:
        return Page(TEMPLATE, _context(session, visit, found, typed, problems), 422)
    businesses.change(session, visit.business, embed_origins=origins)
    audit.note(
        session, "embed_origins.changed", actor=visit.actor, business_id=visit.business.id, ip=visit.ip, origins=origins
    )
    said = (
        "Saved. These sites may show your questionnaires."
        if origins
        else "Saved. No site may show your questionnaires."
    )
    return SeeOther(f"/questionnaires/{found.id}/share#sites", flash=said)


def _context(
    session: Session, visit: Visit, found: Questionnaire, typed: str, problems: list[str]
) -> dict[str, Any]:  # fmt: skip
    origin, title = visit.settings.form_origin, escape(found.title)
    url, embed_url = link.public_url(origin, found), link.embed_url(origin, found)
    loader = f"{origin}/static/embed.js"
    return {
        "found": found,
        "sight": sight.of(session, found.id),
        "url": url,
        "code": rendering.qr_code(url),
        "script": f'<script src="{loader}" data-form="{found.token}" data-title="{title}" async></script>',
        "frame": f'<iframe src="{embed_url}" title="{title}" width="100%" height="900"></iframe>',
        "origins": typed,
        "problems": problems,
        "allowed": [Allowed(each) for each in visit.business.embed_origins],
    }
