"""Writing an automation: when, which words, to whom. An invalid one comes back with everything that was typed, and so
does one in which somebody is searched for."""

from collections.abc import Collection, Mapping
from typing import Any

from sqlmodel import Session
from starlette.requests import Request
from starlette.responses import Response

from forms import automation as forms
from forms.automation import AutomationForm
from forms.automation_start import STARTS
from forms.composer import as_sent
from portal.accounts.business import Capability
from portal.accounts.member import Right
from portal.automations import automation as automations
from portal.automations import choice, trial
from portal.automations import rule as rules
from portal.automations.automation import Automation, Condition
from portal.automations.choice import People
from portal.automations.rule import LONGEST_TEXT, MOST_IN_AUDIENCE
from portal.automations.variable import VARIABLES
from portal.contacts.contact_date import SUGGESTED
from portal.database import Database
from portal.errors import Conflict, Invalid
from portal.messaging import segment
from portal.web import page
from portal.web.page import Answer, Page, SeeOther
from portal.web.visit import Visit

TEMPLATE = "automation_form/page.html"
LONGEST_TYPED = 2 * LONGEST_TEXT
LONGEST_SEARCH = 120


def new(session: Session, visit: Visit) -> Answer:
    """Empty, or one of the ready-made beginnings."""
    form = _form(session, visit, data=STARTS.get(visit.query.get("start", ""), {}))
    return Page(TEMPLATE, _context(session, visit, form))


def create(session: Session, visit: Visit) -> Answer:
    form = _form(session, visit)
    if _is_search(visit):
        return Page(TEMPLATE, _context(session, visit, form))
    if not _is_right(session, visit, form):
        return Page(TEMPLATE, _context(session, visit, form), 422)
    made = automations.create(session, visit.business.id, form.rule(), actor=visit.actor)
    return SeeOther(f"/automations/{made.id}", flash="Saved as a draft. Nothing goes out before you switch it on.")


def edit(session: Session, visit: Visit) -> Answer:
    found = _open(session, visit)
    shown = forms.typed(found, timezone=visit.business.timezone)
    return Page(TEMPLATE, _context(session, visit, _form(session, visit, found, data=shown), found))


def save(session: Session, visit: Visit) -> Answer:
    found = _open(session, visit)
    form = _form(session, visit, found)
    if _is_search(visit):
        return Page(TEMPLATE, _context(session, visit, form, found))
    if not _is_right(session, visit, form, found):
        return Page(TEMPLATE, _context(session, visit, form, found), 422)
    automations.change(session, found, form.rule(), actor=visit.actor)
    return SeeOther(f"/automations/{found.id}", flash="Saved. What is already scheduled keeps its words and its time.")


async def find(request: Request) -> Response:
    """Whom the search finds, below those who are checked, for an open page; nothing is kept."""
    visit = await page.admitted(request, Right.EDIT_QUESTIONNAIRES, Capability.TEXTING)
    ids = [str(each) for each in visit.form.getlist("contacts")]
    database: Database = request.app.state.database
    people = await database.reading(lambda session: _people(session, visit, ids))
    return page.respond(request, visit, Page("automation_form/_contacts.html", {"people": people}))


async def preview(request: Request) -> Response:
    """The text on a phone as it is typed now; nothing is kept."""
    visit = await page.admitted(request, Right.EDIT_QUESTIONNAIRES, Capability.TEXTING)
    shown = shown_on_phone(str(visit.form.get("text", ""))[:LONGEST_TYPED], visit)
    return page.respond(request, visit, Page("automation_form/_preview.html", shown))


def shown_on_phone(text: str, visit: Visit) -> dict[str, Any]:
    """The words for a sample client, and what they cost."""
    filled = trial.preview(as_sent(text), visit.business, form_origin=visit.settings.form_origin)
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
        questionnaires=choices.questionnaires, projects=choices.projects,
    )  # fmt: skip


def _context(
    session: Session, visit: Visit, form: AutomationForm, found: Automation | None = None
) -> dict[str, Any]:  # fmt: skip
    shown = shown_on_phone(str(form.text.data or ""), visit)
    people = _people(session, visit, form.contacts.data or ())
    return shown | {"form": form, "found": found, "variables": VARIABLES, "days": SUGGESTED, "people": people}


def _people(session: Session, visit: Visit, ids: Collection[str]) -> People:
    return choice.people(session, visit.business, list(ids)[:MOST_IN_AUDIENCE], _typed_name(visit))


def _is_search(visit: Visit) -> bool:
    """The button of the search; or a name was typed that nobody has looked for yet, and Enter pressed: whoever saves
    then would miss those who were meant."""
    name, given = _typed_name(visit), visit.form
    is_new = bool(name) and name != given.get("found_for") and given.get("audience") == "some"
    return given.get("do") == "find" or is_new


def _typed_name(visit: Visit) -> str:
    return " ".join(str(visit.form.get("find", "")).split())[:LONGEST_SEARCH]


def _is_right(session: Session, visit: Visit, form: AutomationForm, found: Automation | None = None) -> bool:
    """Whether it can be read and is a rule; everything that is wrong is said at once."""
    can_be_read = form.is_valid()
    try:
        rules.checked(session, visit.business.id, form.rule(), known_at=found.at if found else None)
    except Invalid as problem:
        form.take(problem.fields)
        return False
    return can_be_read
