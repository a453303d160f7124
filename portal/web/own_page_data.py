"""On a client's own page: a copy of what we hold about them, and asking to be erased."""

from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from forms.own_page import OwnPageForm
from portal.clients import erasure_request, own_data, own_number
from portal.web import own_frame
from portal.web.own_frame import Act, Done

ASKED = "Thank you. Your request is on their desk; what happens next is said below."


async def download(request: Request) -> Response:
    """A file, once the digits are right."""
    return await own_frame.perform(request, "data", lambda _, visit, opened: OwnPageForm(visit.form), _download)


async def ask_erasure(request: Request) -> Response:
    return await own_frame.perform(request, "erasure", lambda _, visit, opened: OwnPageForm(visit.form), _ask_erasure)


def _download(act: Act, form: Any) -> Done:
    """It is put together after the digits were counted, by a reader, so that no writer waits for it."""
    opened = act.opened
    return Done("", file=lambda session: own_data.of(session, opened))


def _ask_erasure(act: Act, form: Any) -> Done:
    every = own_number.of(act.session, act.opened.client)
    erasure_request.ask(act.session, act.opened, every, ip=act.visit.ip)
    return Done(ASKED)
