"""`/sms/{subscription}/evidence`: what is proven about one number, where it stood at any moment, and the files that
show it to others. Everybody who reads threads may look; owners, managers and counsel take it along (right.toml)."""

import asyncio
import datetime as dt
from collections.abc import Callable, Mapping
from typing import Any

from markupsafe import Markup
from sqlmodel import Session
from starlette.requests import Request
from starlette.responses import Response

from forms.evidence import MomentForm, TakeForm
from portal import clock
from portal.accounts import audit
from portal.accounts.business import Capability
from portal.accounts.member import Right
from portal.consent import ledger, legal_hold, subscription
from portal.database import Database
from portal.errors import Forbidden, NotFound
from portal.evidence import about, bundle, moment, packet, paper, picture, redaction, text
from portal.evidence.moment import Typed
from portal.web import page, rendering
from portal.web.page import Answer, Page
from portal.web.visit import Visit

TEMPLATE = "thread_evidence/page.html"
KINDS = {"zip": "application/zip", "pdf": "application/pdf", "json": "application/json"}


def show(session: Session, visit: Visit) -> Answer:
    return _page(session, visit, TakeForm())


async def take(request: Request) -> Response:
    """A POST, since it is written down. What takes its time is done outside of any transaction."""
    visit = await page.admitted(request, page.SIGNED_IN, Capability.TEXTING)
    database: Database = request.app.state.database
    form = TakeForm(visit.form)
    if not visit.member.may(Right.TAKE_EVIDENCE) or (form.everything.data and not visit.member.may(Right.LEGAL_HOLD)):
        raise Forbidden("Owners, managers and counsel take evidence along; everything in it only owners and counsel.")
    if not form.is_valid():
        return page.respond(request, visit, await database.reading(lambda session: _page(session, visit, form, 422)))
    await database.writing(lambda session: _note(session, visit, form))
    found, files = await database.reading(lambda session: _found(session, visit, form))
    kind = str(form.format.data)
    made = await asyncio.to_thread(_MAKE[kind], found, files)
    named = f'attachment; filename="{bundle.name(found, kind)}"'
    return Response(made, headers={"Content-Disposition": named}, media_type=KINDS[kind])


_MAKE: Mapping[str, Callable[[Mapping[str, Any], Mapping[str, bytes]], bytes]] = {
    "zip": bundle.of,
    "pdf": lambda found, _: paper.of(found),
    "json": lambda found, _: bundle.data(found),
}


def _row(session: Session, visit: Visit) -> Any:
    row = subscription.get(session, visit.business.id, visit.params["subscription"])
    if row is None:
        raise NotFound("There is no such conversation.")
    return row


def _note(session: Session, visit: Visit, form: TakeForm) -> None:
    audit.note(
        session, "evidence.taken", actor=visit.actor, business_id=visit.business.id, object=_row(session, visit).id,
        ip=visit.ip, format=str(form.format.data), kept_everything=bool(form.everything.data),
    )  # fmt: skip


def _found(session: Session, visit: Visit, form: TakeForm) -> tuple[dict[str, Any], dict[str, bytes]]:
    about_text = str(form.message.data or "") or None
    found = packet.of(
        session, visit.business, _row(session, visit), at=_moment(form), message_id=about_text,
        keeps_everything=bool(form.everything.data),
    )  # fmt: skip
    return found, bundle.attachments(session, found) if form.format.data == "zip" else {}


def _moment(form: TakeForm) -> dt.datetime | None:
    """Of a field that nobody types into; what cannot be read there is now."""
    try:
        return clock.parse_rfc3339(str(form.at.data)) if form.at.data else None
    except (ValueError, OverflowError):
        return None


def _page(session: Session, visit: Visit, form: TakeForm, status: int = 200) -> Page:
    row, zone = _row(session, visit), visit.business.timezone
    asked = MomentForm(visit.query)
    typed = asked.read(zone)
    entries = ledger.entries(session, visit.business.id, row.id)
    after, before = _number(visit.query.get("after")), visit.query.get("before")
    steps, more = picture.steps(session, visit.business, row, after=after)
    lines, older = picture.lines(session, visit.business.id, row.id, before=before)
    wanted = _wanted(session, visit, row, entries)
    states = picture.states(entries, typed.moments if typed else (clock.now(),))
    form.message.data = wanted["message"] if wanted else ""
    context = {
        "row": row, "form": form, "asked": asked, "typed": typed, "note": typed.note if typed else "",
        "states": [(state, moment.sentence(state, zone)) for state in states], "moments": _choices(typed, zone),
        "steps": steps, "after": after, "more": more, "lines": lines, "before": before, "older": older,
        "about": wanted, "may_take": visit.member.may(Right.TAKE_EVIDENCE),
        "may_keep": visit.member.may(Right.LEGAL_HOLD),
        "hold": legal_hold.of(session, visit.business.id, row.id), "framed": _framed, "lasted": moment.lasted,
        "spelled": moment.spelled, "first_seq": entries[0].seq if entries else 0,
    }  # fmt: skip
    is_odd = bool(asked.at.errors)
    return Page(TEMPLATE, context, 422 if is_odd else status)


def _wanted(session: Session, visit: Visit, row: Any, entries: list[Any]) -> dict[str, Any] | None:
    """The one text that the page is asked about."""
    asked = visit.query.get("message") or str(visit.form.get("message") or "")
    if not asked:
        return None
    found = text.one(session, visit.business.id, row.id, asked)
    told = text.told(found, redaction.Redaction(own=(), keeps_everything=True))
    return about.of(found, told, entries, visit.business.timezone)


def _choices(typed: Typed | None, zone: str) -> list[tuple[str, str]]:
    """The moments that a packet may be asked for: two where the clocks were put back."""
    return [(clock.rfc3339(each), moment.spelled(each, zone)) for each in typed.moments] if typed else []


def _framed(html: str) -> str:
    """A document around the stored block, for a frame without scripts: our own style, and nothing else of ours."""
    return rendering.render("thread_evidence/_framed.html", {"block": Markup(html)})  # noqa: S704 (in a sandbox)


def _number(asked: str | None) -> int:
    return int(asked) if asked and asked.isascii() and asked.isdecimal() and len(asked) < 10 else 0
