"""Who looks after a conversation, and when it comes back: assign, snooze, mark unread; each with its undo."""

import datetime as dt
from typing import Any

from sqlmodel import Session

from forms.snooze import BACK, TYPED, WRITE, SnoozeForm
from portal import local_time
from portal.accounts import member
from portal.accounts.member import Right
from portal.consent import subscription
from portal.errors import NotFound
from portal.messaging import care
from portal.web import panel
from portal.web.flash import Undo
from portal.web.page import Answer, Page, SeeOther
from portal.web.visit import Visit


def choose_member(session: Session, visit: Visit) -> Answer:
    """Me first, then the colleagues who may write to clients."""
    people = [
        each
        for each in member.all_of(session, visit.business.id)
        if each.disabled_at is None and each.may(Right.SEND) and each.id != visit.member.id
    ]
    context = {"row": _row(session, visit), "people": [visit.member, *people]}
    return panel.page(visit, "thread_care/_assign.html", context, title="Who looks after this?")


def assign(session: Session, visit: Visit) -> Answer:
    """Of two members who choose at once the first wins, and the second is told who."""
    here, url = visit.params["subscription"], f"/sms/{visit.params['subscription']}"
    to, before = str(visit.form.get("to") or "") or None, str(visit.form.get("before") or "") or None
    done = care.assign(session, visit.business.id, here, to=to, before=before, actor=visit.actor, ip=visit.ip)
    if not done.has_changed:
        who = _who(session, visit, done.now)
        return SeeOther(url, flash=f"{who} was quicker: nothing was changed.", kind="warning")
    said = f"{_who(session, visit, to)} will look after this." if to else "Nobody in particular looks after this now."
    return SeeOther(url, flash=said, undo=Undo(f"{url}/assign", {"to": before or "", "before": to or ""}))


def choose_time(session: Session, visit: Visit) -> Answer:
    return _times(session, visit, SnoozeForm(zone=visit.business.timezone))


def snooze(session: Session, visit: Visit) -> Answer:
    form, zone = SnoozeForm(visit.form, zone=visit.business.timezone), visit.business.timezone
    if not form.is_valid():
        return _times(session, visit, form, 422)
    until = form.moment
    before = care.snooze(session, visit.business.id, visit.params["subscription"], until)
    url = f"/sms/{visit.params['subscription']}"
    undo = Undo(f"{url}/snooze", _typed(before, zone))
    return SeeOther(url, flash=_said(until, zone), undo=undo)


def mark_unread(session: Session, visit: Visit) -> Answer:
    """Back to the list: on screen it would be read again at once."""
    here = visit.params["subscription"]
    care.mark_unread(session, visit.business.id, here)
    return SeeOther("/sms", flash="Marked as unread.", undo=Undo(f"/sms/{here}/read"))


def _times(session: Session, visit: Visit, form: SnoozeForm, status: int = 200) -> Page:
    zone = visit.business.timezone
    tomorrow = next(each.at for each in form.offered if each.key == "tomorrow")
    typed = form.at.data or local_time.input_value(tomorrow, zone)
    row = _row(session, visit)
    context = {"row": row, "form": form, "typed": typed, "is_snoozed": care.is_snoozed(row.snoozed_until_at)}
    return panel.page(visit, "thread_care/_snooze.html", context, title="Snooze until", status=status)


def _said(until: dt.datetime | None, zone: str) -> str:
    if until is None:
        return "It is back."
    if until == care.UNTIL_THEY_WRITE:
        return "Snoozed until the client writes."
    return f"Snoozed until {local_time.when(until, zone)}, or until the client writes."


def _typed(before: dt.datetime | None, zone: str) -> dict[str, str]:
    """The form that brings back what was before."""
    if before is None:
        return {"until": BACK}
    if before == care.UNTIL_THEY_WRITE:
        return {"until": WRITE}
    return {"until": TYPED, "at": local_time.input_value(before, zone)}


def _who(session: Session, visit: Visit, member_id: str | None) -> str:
    if member_id == visit.member.id:
        return "You"
    return member.get(session, visit.business.id, member_id).name if member_id else "Somebody else"


def _row(session: Session, visit: Visit) -> Any:
    row = subscription.get(session, visit.business.id, visit.params["subscription"])
    if row is None:
        raise NotFound("There is no such conversation.")
    return row
