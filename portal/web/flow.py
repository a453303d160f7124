"""`/flows/{flow}`: its name and four texts, with a phone that shows what leaves, what is missing, and every version."""

from typing import Any

from sqlmodel import Session

from forms.flow import FlowForm
from portal.accounts import member
from portal.accounts.language import Language
from portal.errors import Conflict
from portal.invitations import flow, flow_wording
from portal.invitations.flow import Flow
from portal.invitations.flow_wording import SLOTS
from portal.messaging import wording_part, wording_text
from portal.messaging.wording_lint import Report
from portal.messaging.wording_part import LABELS
from portal.messaging.wording_text import PLACES
from portal.web.page import Answer, Page, SeeOther
from portal.web.visit import Visit


def show(session: Session, visit: Visit) -> Answer:
    """The words in force, or those of the version that the address names, ready to be saved again."""
    found = _flow(session, visit)
    wanted = visit.query.get("version", "")
    kept = next((each for each in flow.versions(session, visit.business, found) if str(each.number) == wanted), None)
    words = flow_wording.Words(*(getattr(kept, name) for name in SLOTS)) if kept else found.words
    return _page(session, visit, found, FlowForm.of(Flow(found.id, found.name, found.version, words)))


def preview(session: Session, visit: Visit) -> Answer:
    """The fragment beside the words, while somebody types; nothing is kept."""
    _flow(session, visit)
    return Page("flow/_preview.html", _previewed(visit, FlowForm(visit.query)))


def save(session: Session, visit: Visit) -> Answer:
    """Refused words stay typed; where no script runs, they may only be looked at."""
    found, form = _flow(session, visit), FlowForm(visit.form)
    if visit.form.get("act") == "preview":
        return _page(session, visit, found, form)
    reports = flow_wording.check(visit.business, form.words, visit.member.name)
    is_valid = form.is_valid()
    for name, report in reports.items():
        form[name].errors = (*form[name].errors, *report.errors)
    if not is_valid or any(report.errors for report in reports.values()):
        return _page(session, visit, found, form, status=422)
    try:
        kept = flow.save(
            session, visit.business, found.id, name=str(form.name.data), words=form.words, actor=visit.actor,
            ip=visit.ip,
        )  # fmt: skip
    except Conflict as problem:
        form.name.errors = (f"{problem.detail} {problem.unlock}",)
        return _page(session, visit, found, form, status=422)
    return SeeOther(f"/flows/{found.id}", flash=f"Saved. Version {kept.version} goes out from the next click on.")


def _flow(session: Session, visit: Visit) -> Flow:
    return flow.get(session, visit.business, visit.params["flow"])


def _page(session: Session, visit: Visit, found: Flow, form: FlowForm, *, status: int = 200) -> Page:
    names = {f"member:{each.id}": each.name for each in member.all_of(session, visit.business.id)}
    context: dict[str, Any] = {
        "found": found, "form": form, "names": names,
        "places": {wording_text.written(name): PLACES[name] for name in SLOTS["message"].places},
        "versions": flow.versions(session, visit.business, found),
    }  # fmt: skip
    return Page("flow/page.html", context | _previewed(visit, form), status)


def _previewed(visit: Visit, form: FlowForm) -> dict[str, Any]:
    reports = flow_wording.check(visit.business, form.words, visit.member.name)
    return {"texts": [_looked_at(visit, name, report) for name, report in reports.items()]}


def _looked_at(visit: Visit, name: str, report: Report) -> dict[str, Any]:
    """One text: each required part with its name, or with what to do about it; and what else is wrong."""
    language = Language(visit.business.language)
    missing = {part: wording_part.sentence(part, language) for part, is_said in report.said.items() if not is_said}
    return {
        "slot": SLOTS[name], "report": report,
        "parts": [(missing.get(part, LABELS[part]), part not in missing) for part in report.said],
        "wrong": [each for each in report.errors if each not in missing.values()],
    }  # fmt: skip
