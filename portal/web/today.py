"""Today: what needs you, what goes out by itself, who may be texted; and the first steps of a new business."""

from dataclasses import dataclass

from sqlmodel import Session

from portal import clock
from portal.accounts import endpoint
from portal.accounts.business import Capability
from portal.accounts.member import Right
from portal.automations import day_ahead
from portal.messaging import attention, health
from portal.messaging.health import Health
from portal.questionnaires import questionnaire
from portal.registration import drift
from portal.registration.drift import Change
from portal.watch import alert
from portal.web.page import Answer, Page
from portal.web.visit import Visit

NEWEST = 5  # questionnaires among which a published one is looked for


@dataclass(frozen=True)
class Step:
    """One of the first steps; `button` leads to where it is done."""

    title: str
    words: str
    url: str
    button: str
    is_done: bool


def show(session: Session, visit: Visit) -> Answer:
    """Its fragment alone where an open page asks for it again."""
    business = visit.business
    if not business.may_use(Capability.TEXTING):
        return Page("today/page.html", {"needs": None})
    consent = health.read(session, business.id)
    context = {
        "needs": attention.read(session, business, member_id=visit.member.id), "health": consent,
        "webhooks": endpoint.failed(session, business.id) if visit.member.may(Right.SETUP) else [],
        "troubles": alert.since(session, business.id), "changes": _changes(session, visit),
        "steps": _steps(session, visit, consent),
        "ahead": day_ahead.read(session, business.id, now=clock.now(), zone=business.timezone),
    }  # fmt: skip
    return Page("today/_needs.html" if visit.is_partial else "today/page.html", context)


def _changes(session: Session, visit: Visit) -> tuple[Change, ...]:
    """What is no longer as it was registered, for those who can do something about it: one query, two once something
    was registered."""
    if not visit.member.may(Right.SETUP):
        return ()
    public_url, form_origin = visit.settings.public_url, visit.settings.form_origin
    return drift.standing(session, visit.business, public_url=public_url, form_origin=form_origin).changes


def _steps(session: Session, visit: Visit, consent: Health) -> tuple[Step, ...]:
    """None of them once the first client has said Yes."""
    if consent.agreed.count:
        return ()
    newest = questionnaire.page(session, visit.business.id, limit=NEWEST)[0]
    published = [each for each in newest if each.state == questionnaire.State.PUBLISHED]
    share = f"/questionnaires/{published[0].id}/share" if published else "/questionnaires"
    return (
        Step("Make a questionnaire", "It asks what you need to know, and whether you may text.", "/questionnaires",
             "Make the first questionnaire", bool(newest)),
        Step("Publish it", "From then on it has a link of its own.", "/questionnaires", "Open your questionnaires",
             bool(published)),
        Step("Get the first Yes", "Send the link to a client. No client has agreed to texts yet.", share,
             "Share the link", is_done=False),
        Step("Let a text go out by itself", "A reminder before a project starts, a thank-you after a questionnaire.",
             "/automations", "See automations", is_done=False),
    )  # fmt: skip
