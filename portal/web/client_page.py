"""What all pages of a questionnaire share: hosted or in a frame, no cookie, and answers that leave on the same beat."""

import asyncio
from collections.abc import Awaitable, Mapping
from typing import Any
from urllib.parse import urlencode

from sqlmodel import Session
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from portal import clock
from portal.database import Database
from portal.questionnaires import opened as openings
from portal.questionnaires.opened import Opened
from portal.web import rendering, security
from portal.web.visit import Visit

SAME_TIME = 0.25
"""Seconds: an answer leaves only at whole multiples, whatever was to be done (P15). Well above what storing a Yes takes
on a busy machine (a tenth), or how many multiples it took would tell how much there was to do."""

GRAIN = 0.002  # seconds: twice what a timer of the event loop is late or early
LONGEST_HEADER = 300


def find(session: Session, visit: Visit, version: int | None = None) -> Opened:
    """The questionnaire behind this address. Raises NotFound."""
    return openings.find(session, visit.params["token"], personal=_personal(visit), version=version)


async def on_the_beat(answer: Awaitable[Response]) -> Response:
    """The answer, at the next whole multiple of SAME_TIME. The loop's timers know only whole milliseconds, and their
    rounding would tell how long the work took: the last of them pass in turns."""
    started = clock.monotonic()
    response = await answer
    due = started + SAME_TIME * ((clock.monotonic() - started) // SAME_TIME + 1)
    while True:
        left = due - clock.monotonic()
        if left <= 0:
            return response
        await asyncio.sleep(max(0.0, left - GRAIN))


def html(visit: Visit, opened: Opened, template: str, context: Mapping[str, Any], status: int = 200) -> Response:
    """A page in the business's name."""
    return answer(visit, opened, rendered(visit, opened, template, context), status)


def rendered(visit: Visit, opened: Opened, template: str, context: Mapping[str, Any]) -> str:
    today = opened.shown(visit.settings.public_url)
    base = {
        "business": opened.business, "flash": [], "embedded": is_embedded(visit),
        "privacy_url": today.privacy_url, "terms_url": today.terms_url,
        "banner": rendering.banner(visit.state.tour, visit.path),
    }  # fmt: skip
    return rendering.render(template, base | dict(context))


def answer(visit: Visit, opened: Opened, text: str, status: int = 200) -> Response:
    """In a frame it says which sites may show it."""
    response = HTMLResponse(text, status)
    if is_embedded(visit) and opened.business.embed_origins:
        response.headers["Content-Security-Policy"] = security.policy(opened.business.embed_origins)
    return response


def is_embedded(visit: Visit) -> bool:
    return visit.path.startswith("/embed/")


def url(visit: Visit, path: str, **query: str) -> str:
    """An address beside this one, for the same client."""
    personal = _personal(visit)
    query |= {"c": personal} if personal else {}
    return f"{path}?{urlencode(query)}" if query else path


def header(visit: Visit, name: str) -> str:
    """As much of it as evidence keeps."""
    return visit.headers.get(name, "")[:LONGEST_HEADER]


def database_of(request: Request) -> Database:
    found: Database = request.app.state.database
    return found


def _personal(visit: Visit) -> str | None:
    return None if is_embedded(visit) else visit.query.get("c")
