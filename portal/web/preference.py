"""`/p/{code}`: the texting choices of the number that got a text with this short link. It needs no sign-in and no
digits, and only lowers: stop, pause, fewer kinds."""

import datetime as dt
from collections.abc import Callable, Mapping
from typing import Any

from sqlmodel import Session
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from forms.own_page import UntilForm
from portal import local_time
from portal.accounts import allowance
from portal.clients import evidence, preference, quiet, stop, topic
from portal.clients.evidence import Browser
from portal.clients.preference import Reached
from portal.clients.standing import TOPICS
from portal.consent import disclaimer, own_pause
from portal.consent.purpose import Scope
from portal.database import Database, Lane
from portal.errors import NotFound
from portal.messaging import drain
from portal.web import client_page, page, rendering, security
from portal.web.visit import Visit

HEADERS = {"Referrer-Policy": "no-referrer", "Cache-Control": "no-store", "X-Robots-Tag": "noindex, nofollow"}
PER_NETWORK, HOUR = 120, dt.timedelta(hours=1)
DAY = dt.timedelta(days=1)
STOP = "Stop all texts"
SAID = {"stop": "Texts are off. We send nothing more to this number.", "pause": "Texts are paused.", "topics": "Saved."}

Work = Callable[[Session, Visit, Reached], str]
"""Done when it answers nothing; else what is wrong."""


async def show(request: Request) -> Response:
    visit, database = await page.visit_of(request, writes=False), client_page.database_of(request)
    await _count(database, visit)
    return _html(visit, await database.reading(lambda session: _find(session, visit)))


async def act(request: Request) -> Response:
    """303 to the page, or 422 with what is wrong. All answers take the same time."""
    return await client_page.on_the_beat(_acted(request))


async def _acted(request: Request) -> Response:
    visit, database = await page.visit_of(request, is_bearer=True), client_page.database_of(request)
    work = ACTS.get(visit.params["act"])
    if work is None:
        raise NotFound(preference.BAD_LINK)

    await _count(database, visit)

    def perform(session: Session) -> tuple[str, Reached]:
        found = _find(session, visit)
        return work(session, visit, found), found

    problem, found = await database.writing(perform, lane=Lane.CONSENT)
    if problem:
        return _html(visit, found, problem, 422)
    for row in found.number.lines if work is _stop else ():
        await drain.wait(database, row.id)
    return RedirectResponse(f"/p/{visit.params['code']}?done={visit.params['act']}", 303, dict(HEADERS))


async def _count(database: Database, visit: Visit) -> None:
    """Nobody tries many codes: each is counted in a transaction of its own, so that one that fails counts too. Raises
    NotFound."""
    what = f"preference:{security.network(visit.ip)}"
    if not await database.writing(lambda session: allowance.take(session, what, limit=PER_NETWORK, window=HOUR)):
        raise NotFound(preference.BAD_LINK)


def _find(session: Session, visit: Visit) -> Reached:
    return preference.find(session, visit.params["code"])


def _stop(session: Session, visit: Visit, found: Reached) -> str:
    rendered = rendering.render("preference/_stop.html", {"here": ""})
    stop.stop(session, found, [found.number], evidence=evidence.of(_browser(visit), STOP, rendered))
    return ""


def _pause(session: Session, visit: Visit, found: Reached) -> str:
    form = UntilForm(visit.form, timezone=found.business.timezone)
    if not form.is_valid():
        return " ".join(map(str, form.until.errors))
    paused = found.number.quiet_until_at
    if paused is not None and form.until_at < paused:  # whoever holds a link may lengthen the quiet, and not end it
        return f"Texts are paused until {local_time.day_of(paused, found.business.timezone)} already."
    quiet.begin(session, found, [found.number], until_at=form.until_at, ip=visit.ip)
    return ""


def _topics(session: Session, visit: Visit, found: Reached) -> str:
    scope, offered = str(visit.form.get("scope", "")), topic.narrower(found.number.sms)
    if scope not in offered:
        return "Please choose one of these."
    rendered = rendering.render("preference/_topics.html", {"here": "", "offered": offered, "scope": ""})
    words = TOPICS[Scope(scope)]
    proof = evidence.of(_browser(visit), words, rendered)
    is_done = topic.choose(session, found, found.number, scope, evidence=proof, only_narrower=True)
    return "" if is_done else "Please choose one of these."


ACTS: Mapping[str, Work] = {"stop": _stop, "pause": _pause, "topics": _topics}


def _browser(visit: Visit) -> Browser:
    return Browser(
        f"{visit.settings.form_origin}/p", visit.headers.get("referer", "")[:300], visit.ip,
        security.network(visit.ip), client_page.header(visit, "user-agent"),
        client_page.header(visit, "accept-language"),
    )  # fmt: skip


def _html(visit: Visit, found: Reached, problem: str = "", status: int = 200) -> Response:
    business, today_on = found.business, local_time.today(found.business.timezone)
    today = disclaimer.current(business, public_url=visit.settings.public_url)
    said = SAID.get(visit.query.get("done", ""))
    context: dict[str, Any] = {
        "business": business, "flash": [("success", said)] if said else [], "privacy_url": today.privacy_url,
        "terms_url": today.terms_url, "banner": rendering.banner(visit.state.tour, visit.path),
        "referrer": "no-referrer", "number": found.number, "here": f"/p/{visit.params['code']}", "problem": problem,
        "zone": business.timezone, "tomorrow": today_on + DAY, "in_a_year": today_on + own_pause.LONGEST,
        "offered": topic.narrower(found.number.sms), "scope": found.number.sms.scope if found.number.sms else "",
    }  # fmt: skip
    return HTMLResponse(rendering.render("preference/page.html", context), status, dict(HEADERS))
