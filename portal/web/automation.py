"""One automation: its rule in a sentence, who would get it, on and off, a test, and each of its texts (H-23, X-16)."""

import secrets
from collections.abc import Callable, Mapping
from typing import Any

from sqlmodel import Session

from forms.scheduled_filter import ScheduledFilter
from portal import local_time
from portal.accounts.member import Right
from portal.automations import automation as automations
from portal.automations import choice, dry_run, scheduled_text, sentence, trial
from portal.automations import rule as rules
from portal.automations.automation import Automation, Condition
from portal.errors import Invalid
from portal.messaging import segment, status_list
from portal.messaging.gate import Refuse
from portal.messaging.status_list import Wanted
from portal.web.flash import Undo
from portal.web.page import Answer, Page, SeeOther
from portal.web.visit import Visit

SHOWN = 5  # numbers that a search for whom to test on offers
_SWITCHES: Mapping[str, tuple[Callable[..., None], str, str]] = {
    "on": (automations.switch_on, "It is on. Only what happens from now on counts.", "pause"),
    "pause": (automations.pause, "It is paused. What becomes due meanwhile is skipped, not sent later.", "resume"),
    "resume": (automations.resume, "It is on again. What was missed stays missed.", "pause"),
    "end": (automations.end, "It has ended. Nothing more goes out; what it did stays on this page.", ""),
}
"""What a button does, what is said then, and the button that takes it back."""


def show(session: Session, visit: Visit) -> Answer:
    """The page; the list of its texts alone where an open page asks for it again."""
    found = _get(session, visit)
    if visit.is_partial:
        return Page("automations/_scheduled.html", _listed(session, visit, found))
    return Page("automation/page.html", _context(session, visit, found))


def switch(session: Session, visit: Visit) -> Answer:
    """On, paused, on again, ended. Raises Conflict where that is not what it can do now."""
    found = _get(session, visit)
    do = str(visit.form.get("do", ""))
    if do not in _SWITCHES:
        return _again(session, visit, found, problem="Please choose what to do.")
    turn, said, back = _SWITCHES[do]
    try:
        turn(session, found, actor=visit.actor, ip=visit.ip)
    except Invalid as problem:
        return _again(session, visit, found, problem=f"{problem.detail} Edit it first.")
    undo = Undo(f"/automations/{found.id}/switch", {"do": back}) if back else None
    return SeeOther(f"/automations/{found.id}", flash=said, undo=undo)


def test(session: Session, visit: Visit) -> Answer:
    """One text to a number that opted in; the gate says no in its own words, and nothing is stored."""
    found = _get(session, visit)
    chosen = str(visit.form.get("subscription", ""))
    if not chosen.isalnum():
        return _again(session, visit, found, test_problem="Please choose a number.")
    key = f"test:{found.id}:{chosen}:{visit.form.get('once') or secrets.token_urlsafe(16)}"[:160]
    answer = trial.send(
        session,
        visit.business,
        found,
        chosen,
        member_id=visit.member.id,
        once_key=key,
        form_origin=visit.settings.form_origin,
    )
    if isinstance(answer, Refuse):
        return _again(session, visit, found, test_problem=f"Not sent. {answer.sentence} {answer.unlock}")
    said = "The test is on its way; see the conversation."
    if answer.until is not None:
        when = local_time.when(answer.until, visit.business.timezone)
        said = f"It is no hour for texts there: the test goes out {when}."
    return SeeOther(f"/automations/{found.id}", flash=said)


def cancel(session: Session, visit: Visit) -> Answer:
    """One scheduled text; back to where it was shown."""
    found = scheduled_text.get(session, visit.business.id, visit.params["scheduled_text"])
    is_done = scheduled_text.cancel(session, visit.business.id, found.id, actor=visit.actor, ip=visit.ip)
    home = str(visit.form.get("home", ""))
    url = f"/automations/{found.automation_id}"
    if home == "thread":
        url = f"/sms/{found.subscription_id}"
    elif home == "contact" and found.contact_id:
        url = f"/contacts/{found.contact_id}"
    said = "Cancelled. It will not be sent." if is_done else "It was too late to cancel this text."
    return SeeOther(url, flash=said, kind="success" if is_done else "warning")


def _again(session: Session, visit: Visit, found: Automation, **problems: str) -> Page:
    """Without a dry run, which would keep everybody who writes waiting."""
    return Page("automation/page.html", _context(session, visit, found, may_try=False) | problems, 422)


def _get(session: Session, visit: Visit) -> Automation:
    return automations.get(session, visit.business.id, visit.params["automation"])


def _context(session: Session, visit: Visit, found: Automation, *, may_try: bool = True) -> dict[str, Any]:
    business = visit.business
    titles = choice.titles(session, business.id, [found])
    origin = visit.settings.form_origin
    filled = trial.preview(found.text, business, form_origin=origin)
    is_tried = found.condition == Condition.DRAFT or (found.condition != Condition.ENDED and "try" in visit.query)
    return _listed(session, visit, found) | {
        "found": found,
        "when": sentence.when(found, zone=business.timezone, titles=titles),
        "to_whom": sentence.to_whom(found, titles=titles),
        "filled": filled,
        "count": segment.count(filled),
        "warnings": rules.warnings(business, found),
        "trial": dry_run.dry_run(session, business, found, form_origin=origin) if is_tried and may_try else None,
        "numbers": _numbers(session, visit, found),
        "q": visit.query.get("q", ""),
        "once": secrets.token_urlsafe(12),
        "problem": "",
        "test_problem": "",
    }


def _listed(session: Session, visit: Visit, found: Automation) -> dict[str, Any]:
    listing = ScheduledFilter.of(visit.query, path=f"/automations/{found.id}", automation=found.id)
    rows, after = scheduled_text.page(session, visit.business.id, **listing.wanted)
    return {"listing": listing, "scheduled": rows, "scheduled_after": after}


def _numbers(session: Session, visit: Visit, found: Automation) -> list[Any]:
    """Opted-in numbers to test on: the latest, or those a search finds."""
    if not visit.member.may(Right.EDIT_QUESTIONNAIRES) or found.condition == Condition.ENDED:
        return []
    wanted = Wanted(status="opted_in", q=visit.query.get("q", "")[:80])
    return list(status_list.page(session, visit.business.id, wanted, region=visit.business.region).rows[:SHOWN])
