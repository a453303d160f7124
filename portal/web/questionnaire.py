"""The editor of one questionnaire: every button saves what was typed, so nothing is lost with or without a script."""

from dataclasses import replace
from typing import Any

from sqlmodel import Session
from starlette.requests import Request
from starlette.responses import Response

from forms import draft as drafts
from forms.draft import Draft
from forms.phone_number import Dialling
from forms.questionnaire import form_of
from portal.accounts import audit
from portal.accounts.business import Capability
from portal.accounts.member import Right
from portal.consent import disclaimer
from portal.questionnaires import questionnaire as questionnaires
from portal.questionnaires.question import Kind
from portal.questionnaires.questionnaire import Confirmation, Questionnaire, QuestionnaireVersion, State
from portal.web import page
from portal.web.page import Answer, Page, SeeOther
from portal.web.visit import Visit

TEMPLATE = "questionnaire/page.html"


def show(session: Session, visit: Visit) -> Answer:
    found = questionnaires.get(session, visit.business.id, visit.params["questionnaire"])
    draft = Draft(found.title, found.confirms, questionnaires.questions_of(found.draft))
    return Page(TEMPLATE, _context(session, visit, found, draft, focus=visit.query.get("at", "")))


def save(session: Session, visit: Visit) -> Answer:
    """Do what the button says and keep the draft; 422 with everything typed when something is missing."""
    found = questionnaires.get(session, visit.business.id, visit.params["questionnaire"])
    action = str(visit.form.get("do", "save"))
    typed = drafts.read(visit.form)
    draft = typed.edited(action)
    problems = questionnaires.problems_of(draft.title, draft.questions)
    if action == "publish" and not draft.questions:
        problems["questions"] = ["Please add a question first."]
    if problems:
        draft = replace(draft, problems=problems)
        return Page(TEMPLATE, _context(session, visit, found, draft, focus=""), 422)
    questionnaires.save_draft(
        session, found, title=draft.title, questions=draft.questions, confirmation=Confirmation(draft.confirmation)
    )
    if action == "publish":
        questionnaires.publish(session, found)
        _note(session, visit, found, "questionnaire.published")
    return _next(found, draft, action)


def archive(session: Session, visit: Visit) -> Answer:
    found = questionnaires.get(session, visit.business.id, visit.params["questionnaire"])
    questionnaires.archive(session, found)
    _note(session, visit, found, "questionnaire.archived")
    return SeeOther("/questionnaires", flash=f"“{found.title}” is archived. Its link is closed; its answers stay.")


async def preview(request: Request) -> Response:
    """What clients would see of the form as it is typed now; nothing is kept."""
    visit = await page.admitted(request, Right.EDIT_QUESTIONNAIRES, Capability.TEXTING)
    await request.app.state.database.reading(
        lambda session: questionnaires.get(session, visit.business.id, visit.params["questionnaire"])
    )
    context = _preview(visit, drafts.read(visit.form)) | {"questionnaire": visit.params["questionnaire"]}
    return page.respond(request, visit, Page("questionnaire/_preview.html", context))


def _context(session: Session, visit: Visit, found: Questionnaire, draft: Draft, *, focus: str) -> dict[str, Any]:
    published = _published(session, found)
    return _preview(visit, draft) | {
        "found": found,
        "questionnaire": found.id,
        "draft": draft,
        "focus": focus,
        "is_changed": published is None or questionnaires.is_changed(found, published),
    }


def _preview(visit: Visit, draft: Draft) -> dict[str, Any]:
    known = [each for each in draft.questions if each.kind in set(Kind)]
    form = form_of(known)(dialling=Dialling(visit.business.region, visit.business.allowed_regions))
    url = visit.settings.public_url
    shown, offered = (
        disclaimer.current(visit.business, public_url=url),
        disclaimer.marketing(visit.business, public_url=url),
    )
    return {"draft": draft, "form": form, "shown": shown, "offered": offered}


def _published(session: Session, found: Questionnaire) -> QuestionnaireVersion | None:
    return questionnaires.version_of(session, found) if found.version else None


def _next(found: Questionnaire, draft: Draft, action: str) -> SeeOther:
    """Back to the editor with the focus where the work goes on (no fragment: browsers then ignore autofocus);
    published, on to the links to hand out."""
    here = f"/questionnaires/{found.id}"
    verb, _, what = action.partition(":")
    if verb == "publish":
        return SeeOther(f"{here}/share", flash="Published. Clients see this version from now on.")
    if verb == "add" and draft.questions:
        return SeeOther(f"{here}?at=label-{draft.questions[-1].id}")
    if verb in ("up", "down") and (place := _place(draft, what)):
        said = f"This is now question {place} of {len(draft.questions)}."
        return SeeOther(f"{here}?at={verb}-{what}", flash=said)
    if verb == "remove":
        return SeeOther(f"{here}#questions", flash="The question is removed.")
    if found.state == State.PUBLISHED:
        return SeeOther(here, flash="Saved. Clients see the changes when you publish them.")
    return SeeOther(here, flash="Saved.")


def _place(draft: Draft, question_id: str) -> int:
    return next((i for i, each in enumerate(draft.questions, 1) if each.id == question_id), 0)


def _note(session: Session, visit: Visit, found: Questionnaire, action: str) -> None:
    audit.note(session, action, actor=visit.actor, business_id=visit.business.id, object=found.id, ip=visit.ip)
