"""Writing an automation: when, which words, to whom. An invalid one comes back with everything that was typed."""

from collections.abc import Mapping
from typing import Any

from sqlmodel import Session
from starlette.requests import Request
from starlette.responses import Response

from forms import automation as forms
from forms.automation import AutomationForm
from forms.automation_start import STARTS
from forms.composer import as_sent
from portal.accounts.business import Business, Capability
from portal.accounts.member import Right
from portal.automations import automation as automations
from portal.automations import choice, trial
from portal.automations import rule as rules
from portal.automations.automation import Automation, Condition
from portal.automations.rule import LONGEST_TEXT
from portal.automations.variable import VARIABLES
from portal.contacts.contact_date import SUGGESTED
from portal.errors import Conflict, Invalid
from portal.messaging import segment
from portal.web import page
from portal.web.page import Answer, Page, SeeOther, Visit

TEMPLATE = "automation_form/page.html"
LONGEST_TYPED = 2 * LONGEST_TEXT


def new(session: Session, visit: Visit) -> Answer:
    """Empty, or one of the ready-made beginnings."""
    return Page(TEMPLATE, _context(visit, _form(session, visit, data=STARTS.get(visit.query.get("start", ""), {}))))


def create(session: Session, visit: Visit) -> Answer:
    form = _form(session, visit)
    if not _is_right(session, visit, form):
        return Page(TEMPLATE, _context(visit, form), 422)
    made = automations.create(session, visit.business.id, form.rule(), actor=visit.actor)
    return SeeOther(f"/automations/{made.id}", flash="Saved as a draft. Nothing goes out before you switch it on.")


def edit(session: Session, visit: Visit) -> Answer:
    found = _open(session, visit)
    shown = forms.typed(found, timezone=visit.business.timezone)
    return Page(TEMPLATE, _context(visit, _form(session, visit, found, data=shown), found))


def save(session: Session, visit: Visit) -> Answer:
    found = _open(session, visit)
    form = _form(session, visit, found)
    if not _is_right(session, visit, form, found):
        return Page(TEMPLATE, _context(visit, form, found), 422)
    automations.change(session, found, form.rule(), actor=visit.actor)
    return SeeOther(f"/automations/{found.id}", flash="Saved. What is already scheduled keeps its words and its time.")


async def preview(request: Request) -> Response:
    """The text on a phone as it is typed now; nothing is kept."""
    visit = await page.admitted(request, Right.EDIT_QUESTIONNAIRES, Capability.TEXTING)
    shown = shown_on_phone(str(visit.form.get("text", ""))[:LONGEST_TYPED], visit.business)
    return page.respond(request, visit, Page("automation_form/_preview.html", shown))


def shown_on_phone(text: str, business: Business) -> dict[str, Any]:
    """The words for a sample client, and what they cost."""
    filled = trial.preview(as_sent(text), business)
    return {"filled": filled, "count": segment.count(filled)}


def _open(session: Session, visit: Visit) -> Automation:
    """Raises Conflict for one that has ended."""
    found = automations.get(session, visit.business.id, visit.params["automation"])
    if found.condition == Condition.ENDED:
        raise Conflict("This automation has ended. Make a new one instead.")
    return found


def _form(
    session: Session, visit: Visit, found: Automation | None = None, *, data: Mapping[str, Any] | None = None
) -> AutomationForm:
    choices = choice.read(session, visit.business.id, found)
    return AutomationForm(
        visit.form if data is None else None, data=data, timezone=visit.business.timezone,
        questionnaires=choices.questionnaires, projects=choices.projects, contacts=choices.contacts,
    )  # fmt: skip


def _context(visit: Visit, form: AutomationForm, found: Automation | None = None) -> dict[str, Any]:
    shown = shown_on_phone(str(form.text.data or ""), visit.business)
    return shown | {"form": form, "found": found, "variables": VARIABLES, "days": SUGGESTED}


def _is_right(session: Session, visit: Visit, form: AutomationForm, found: Automation | None = None) -> bool:
    """Whether it can be read and is a rule; everything that is wrong is said at once."""
    can_be_read = form.is_valid()
    try:
        rules.checked(session, visit.business.id, form.rule(), known_at=found.at if found else None)
    except Invalid as problem:
        form.take(problem.fields)
        return False
    return can_be_read
