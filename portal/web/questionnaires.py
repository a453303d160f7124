"""The list of questionnaires, and a new one."""

from typing import Any

from sqlmodel import Session

from portal.accounts import audit
from portal.errors import Invalid
from portal.messaging import text_first
from portal.messaging.text_first import Stop
from portal.questionnaires import questionnaire as questionnaires
from portal.web.page import Answer, Page, SeeOther
from portal.web.visit import Visit


def show(session: Session, visit: Visit) -> Answer:
    rows, after = questionnaires.page(session, visit.business.id, after=visit.query.get("after"))
    stops = text_first.shown(session, visit.business.id)
    return Page(
        "questionnaires/page.html",
        {"rows": rows, "after": after, "is_first": "after" not in visit.query} | _stops(stops),
    )


def _stops(stops: list[Stop]) -> dict[str, Any]:
    """Which questionnaires ask their clients to text first by themselves; `stopped_at` is when the first one began."""
    return {
        "stopped": {each.questionnaire_id for each in stops if each.questionnaire_id},
        "regions": [each.region for each in stops if each.region],
        "stopped_at": min((each.since_at for each in stops), default=None),
        "until_at": max((each.until_at for each in stops), default=None),
    }


def new(session: Session, visit: Visit) -> Answer:
    return Page("questionnaires/new.html", {"title": "", "problems": []})


def create(session: Session, visit: Visit) -> Answer:
    """A draft with an opt-in question, opened in the editor."""
    title = str(visit.form.get("title", ""))
    try:
        made = questionnaires.create(session, visit.business.id, title)
    except Invalid as problem:
        return Page("questionnaires/new.html", {"title": title, "problems": problem.fields["title"]}, 422)
    audit.note(
        session, "questionnaire.created", actor=visit.actor, business_id=visit.business.id, object=made.id, ip=visit.ip
    )
    return SeeOther(f"/questionnaires/{made.id}")


def text_again(session: Session, visit: Visit) -> Answer:
    """Text the clients of all questionnaires again, after few of the first texts had arrived (promises.md B.2)."""
    ended = text_first.end(session, visit.business.id, actor=visit.actor, ip=visit.ip)
    said = "Clients are texted again. The next five texts show whether they arrive." if ended else "Clients are texted."
    return SeeOther("/questionnaires", flash=said)
