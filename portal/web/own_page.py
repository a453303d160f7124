"""`/c/{token}`: the client's own page; and stopping texts there, first of all (rules.md row 6)."""

from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from forms.own_page import StopForm
from portal.clients import evidence, own_number
from portal.clients import stop as stopping
from portal.database import Lane
from portal.web import own_frame
from portal.web.own_frame import Act, Done

STOP_ALL, STOP_ONE = "Stop all texts", "Stop texts to this number only"


async def show(request: Request) -> Response:
    return await own_frame.show(request)


async def stop(request: Request) -> Response:
    """The answer waits until no text to these numbers is on its way, like a STOP's (law 6)."""
    return await own_frame.perform(
        request, "stop", lambda _, visit, opened: StopForm(visit.form), _stop, lane=Lane.CONSENT
    )


def _stop(act: Act, form: Any) -> Done:
    every = tuple(own_number.of(act.session, act.opened.client))
    is_for_all = form.is_for_all or len(act.numbers) == len(every)
    chosen = every if is_for_all else act.numbers
    rendered = act.block("own_page/_stop.html", numbers=every)
    said = STOP_ALL if is_for_all else STOP_ONE
    stopped = stopping.stop(act.session, act.opened, chosen, evidence=evidence.of(act.browser, said, rendered))
    whose = "you" if is_for_all else "this number"
    return Done(f"Texts are off. We send nothing more to {whose}.", tuple(stopped))
