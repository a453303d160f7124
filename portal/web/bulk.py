"""What is done to several numbers of the list at once, at most fifty; nobody can be opted in, and nothing is texted."""

import asyncio
from dataclasses import dataclass
from functools import partial
from typing import Any
from urllib.parse import urlencode

from sqlmodel import Session
from starlette.requests import Request
from starlette.responses import Response

from forms.opt_out import OptOutForm
from forms.status_filter import StatusFilter
from portal.accounts.business import Capability
from portal.accounts.member import Right
from portal.database import Database, Lane
from portal.errors import Invalid, Problem
from portal.messaging import bulk, desk, drain
from portal.messaging.bulk import Acted
from portal.web import page
from portal.web.flash import Undo
from portal.web.page import Answer, Page, SeeOther
from portal.web.visit import Visit

OPT_OUT = "/sms/bulk/opt-out"


@dataclass(frozen=True)
class Done:
    """What became of one number."""

    row: Any
    words: str
    has_changed: bool


def act(session: Session, visit: Visit) -> Answer:
    """One of the buttons below the list; the list comes back as it was, and says what happened."""
    back = StatusFilter.of(visit.query).url
    chosen = bulk.rows(session, visit.business.id, [str(each) for each in visit.form.getlist("id")])
    if not chosen:
        return SeeOther(back, flash="Please select at least one number first.", kind="warning")
    if visit.form.get("act") == "opt_out":
        return SeeOther(f"{OPT_OUT}?{urlencode([('id', row.id) for row in chosen])}")
    try:
        acted = _acted(session, visit, chosen)
        return SeeOther(back, flash=acted.words, undo=_undo(visit, acted) if acted.was else None)
    except Invalid as problem:
        return SeeOther(back, flash=problem.detail, kind="warning")


def undo(session: Session, visit: Visit) -> Answer:
    """One act back, for every number that it changed and that nobody changed since."""
    back, given = StatusFilter.of(visit.query).url, visit.form
    was = dict(each.partition("~")[::2] for each in str(given.get("was", "")).split())
    acted = Acted("", was, str(given.get("now", "")))
    try:
        match given.get("act"):
            case "assign":
                said = bulk.unassign(session, visit.business.id, acted, actor=visit.actor, ip=visit.ip)
            case "snooze":
                said = bulk.unsnooze(session, visit.business.id, acted)
            case _:
                raise Invalid("There is nothing to undo.")
    except Invalid as problem:
        return SeeOther(back, flash=problem.detail, kind="warning")
    return SeeOther(back, flash=said)


def _undo(visit: Visit, acted: Acted) -> Undo:
    """Fifty ids and what they had: packed, about half of what a cookie holds."""
    filtered = StatusFilter.of(visit.query).url.partition("?")[2]
    was = " ".join(f"{each}~{before}" for each, before in acted.was.items())
    fields = {"act": str(visit.form.get("act", "")), "now": acted.now, "was": was}
    return Undo(f"/sms/bulk/undo{'?' if filtered else ''}{filtered}", fields)


def _acted(session: Session, visit: Visit, chosen: list[Any]) -> Acted:
    """Raises Invalid for an act that there is not; there is none that opts anybody in."""
    home, given = visit.business.id, visit.form
    match given.get("act"):
        case "read":
            return bulk.mark_read(session, home, chosen)
        case "assign":
            to = str(given.get("member", "")) or None
            return bulk.assign(session, home, chosen, to=to, actor=visit.actor, ip=visit.ip)
        case "snooze":
            return bulk.snooze(session, visit.business, chosen, until=str(given.get("until", "")))
    raise Invalid("Please choose what to do with the selected numbers.")


def ask(session: Session, visit: Visit) -> Answer:
    """Whom the opt-out is for, what it will do, and what is to be recorded."""
    chosen = bulk.rows(session, visit.business.id, visit.query.getlist("id"))
    return _asked(OptOutForm(timezone=visit.business.timezone), chosen)


async def opt_out(request: Request) -> Response:
    """Each number is an opt-out of its own; the answer waits until no text to any of them is on its way (law 6)."""
    visit = await page.admitted(request, Right.OPT_OUT, Capability.TEXTING)
    database: Database = request.app.state.database
    form = OptOutForm(visit.form, timezone=visit.business.timezone)
    ids = [str(each) for each in visit.form.getlist("id")]
    chosen = await database.reading(lambda session: bulk.rows(session, visit.business.id, ids))
    if not form.is_valid() or not chosen:
        return page.respond(request, visit, _asked(form, chosen, status=422))
    done = await asyncio.gather(*(_opted_out(database, visit, form, row) for row in chosen))
    return page.respond(request, visit, Page("bulk/done.html", {"done": done}))


async def _opted_out(database: Database, visit: Visit, form: OptOutForm, row: Any) -> Done:
    """One that cannot be done does not hold up the others."""
    work = partial(
        desk.opt_out, business_id=visit.business.id, subscription_id=row.id, actor=visit.actor, name=visit.member.name,
        ip=visit.ip, reason=str(form.reason.data), received_by=str(form.received_by.data), received_at=form.moment,
        should_confirm=bool(form.should_confirm.data),
    )  # fmt: skip
    try:
        has_changed = await database.writing(work, lane=Lane.CONSENT)
    except Problem as problem:
        return Done(row, problem.detail, has_changed=False)
    await drain.wait(database, row.id)
    said = "Opted out now. No text will go to this number." if has_changed else "Had opted out before; it stays so."
    return Done(row, said, has_changed)


def _asked(form: OptOutForm, chosen: list[Any], *, status: int = 200) -> Page:
    return Page("bulk/opt_out.html", {"form": form, "rows": chosen}, status)
