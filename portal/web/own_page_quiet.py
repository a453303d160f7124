"""On a client's own page: no texts until a day, and texts again before it."""

from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from forms.own_page import OwnPageForm, PauseForm
from portal import local_time
from portal.clients import quiet
from portal.web import own_frame
from portal.web.own_frame import Act, Done


async def pause(request: Request) -> Response:
    return await own_frame.perform(
        request, "pause", lambda _, visit, opened: PauseForm(visit.form, timezone=opened.business.timezone), _pause
    )


async def resume(request: Request) -> Response:
    return await own_frame.perform(request, "resume", lambda _, visit, opened: OwnPageForm(visit.form), _resume)


def _pause(act: Act, form: Any) -> Done:
    quiet.begin(act.session, act.opened, act.numbers, until_at=form.until_at, ip=act.visit.ip)
    day = local_time.day_of(form.until_at, act.opened.business.timezone)
    return Done(f"Texts are paused until {day}. Nothing else changed.")


def _resume(act: Act, form: Any) -> Done:
    quiet.end(act.session, act.opened, act.numbers, ip=act.visit.ip)
    return Done("The pause is over.")
