"""The edge of every page: who is asking, may they, one transaction, then the answer is rendered outside of it.

A page is a plain function `work(session, visit) -> Answer`. The table in routes.py says for each URL whether it reads
or writes and which right it needs; nothing is open by default.
"""

import hmac
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Literal

from sqlmodel import Session
from starlette.background import BackgroundTask
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from portal import second_lock
from portal.accounts import browser, workplace
from portal.accounts import business as businesses
from portal.accounts import session as sign_ins
from portal.accounts.business import Capability
from portal.accounts.member import Right
from portal.database import Database, Lane
from portal.errors import Elsewhere, Forbidden, Unproven
from portal.settings import Settings
from portal.web import frame, rendering, security
from portal.web.flash import COOKIE, Undo, put, take
from portal.web.visit import Visit

Access = Right | Literal["public", "signed in"]
PUBLIC: Access = "public"
SIGNED_IN: Access = "signed in"
ELSEWHERE = "This page is of the business you were in before, and nothing was changed. Reload it to go on."
ACCESS: dict[Callable[[Request], Awaitable[Response]], Access] = {}
"""What each page's endpoint needs, for the generated tests of every route."""
STEPS_UP: set[Callable[[Request], Awaitable[Response]]] = set()
"""Those that ask for the password again (promises.md E.2)."""


@dataclass(frozen=True)
class Page:
    """A template and what it shows. `frame_ancestors` only for pages that other sites may embed."""

    template: str
    context: Mapping[str, Any] = field(default_factory=dict)
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    frame_ancestors: tuple[str, ...] | None = None


@dataclass(frozen=True)
class SeeOther:
    """303 after a POST that worked. `flash` is shown once on the next page, with `undo`; `cookie` signs in, "" out."""

    url: str
    flash: str = ""
    kind: str = "success"
    cookie: str | None = None
    undo: Undo | None = None


@dataclass(frozen=True)
class Plain:
    """Anything that is not a page: an image, a file."""

    body: bytes | str
    media_type: str
    headers: Mapping[str, str] = field(default_factory=dict)
    status: int = 200


Answer = Page | SeeOther | Plain
Work = Callable[[Session, Visit], Answer]
Endpoint = Callable[[Request], Awaitable[Response]]


def page(
    work: Work,
    *,
    access: Access,
    writes: bool,
    needs: Capability | None = None,
    lane: Lane = Lane.ROAD,
    steps_up: bool = False,
) -> Endpoint:
    """The Starlette endpoint of `work`."""

    def perform(session: Session, visit: Visit) -> tuple[Visit, Answer]:
        visit = _admitted(session, visit, access, needs, writes=writes, steps_up=steps_up)
        if visit.tenant is not None:
            second_lock.narrow(session, visit.tenant.id, visit.tenant.policy_id)
        answer = work(session, visit)
        return (_counted(session, visit) if isinstance(answer, Page) else visit), answer

    async def endpoint(request: Request) -> Response:
        visit = await visit_of(request, writes=writes)
        database: Database = request.app.state.database
        if writes:
            visit, answer = await database.writing(lambda session: perform(session, visit), lane=lane)
        else:
            visit, answer = await database.reading(lambda session: perform(session, visit))
        return respond(request, visit, answer)

    endpoint.__name__ = work.__name__
    ACCESS[endpoint] = access
    STEPS_UP.update({endpoint} if steps_up else ())
    return endpoint


async def admitted(
    request: Request, access: Access, needs: Capability | None = None, *, steps_up: bool = False, files: int = 0
) -> Visit:
    """For the few POSTs that cannot be one transaction (hashing, mail): who is asking, and whether they may; with
    `files` also before their large body is read."""
    database: Database = request.app.state.database
    if files:
        early = await visit_of(request, writes=False)
        await database.reading(lambda session: _admitted(session, early, access, needs, writes=False))
    visit = await visit_of(request, files=files)
    return await database.reading(
        lambda session: _counted(session, _admitted(session, visit, access, needs, writes=True, steps_up=steps_up))
    )  # fmt: skip


def respond(request: Request, visit: Visit, answer: Answer) -> Response:
    """Render on the event loop, outside the transaction; a session not seen for a while is marked after the answer."""
    response = _response(request, visit, answer)
    if isinstance(answer, SeeOther):
        _set_cookies(response, visit.settings.public_url, visit, answer)
    if visit.sign_in is not None and sign_ins.is_stale(visit.sign_in):
        sign_in_id = visit.sign_in.id
        response.background = BackgroundTask(
            request.app.state.database.writing, lambda session: sign_ins.touch(session, sign_in_id)
        )
    return response


def _response(request: Request, visit: Visit, answer: Answer) -> Response:
    if isinstance(answer, SeeOther):
        is_htmx = visit.headers.get("hx-request") == "true"
        return Response(None, 204, {"HX-Redirect": answer.url}) if is_htmx else RedirectResponse(answer.url, 303)
    if isinstance(answer, Plain):
        return Response(answer.body, answer.status, dict(answer.headers), media_type=answer.media_type)
    flash = [] if visit.is_partial else take(request, visit.state.secrets)
    context = frame.common(visit) | {"flash": flash} | dict(answer.context)
    response = HTMLResponse(rendering.render(answer.template, context), answer.status, dict(answer.headers))
    if answer.frame_ancestors is not None:
        response.headers["Content-Security-Policy"] = security.policy(answer.frame_ancestors)
    if flash:
        response.delete_cookie(COOKIE, path="/")
    return response


async def visit_of(request: Request, *, writes: bool = True, is_bearer: bool = False, files: int = 0) -> Visit:
    """The request as pages see it, before anybody is identified. Raises Forbidden for a form sent from another site;
    `is_bearer`: the address itself is the key, which no other site knows, so it is not asked where the form was."""
    settings: Settings = request.app.state.settings
    if writes and not is_bearer and not security.is_same_origin(request, settings.public_url, settings.form_origin):
        raise Forbidden("This form was sent from another site. Please open the page here and try again.")
    form = await security.typed(request, has_form=writes, files=files)
    return Visit(
        method=request.method,
        path=request.url.path,
        params=request.path_params,
        query=request.query_params,
        form=form,
        headers=request.headers,
        ip=security.client_ip(request, settings.trusted_proxies),
        settings=settings,
        state=request.app.state,
        cookie=request.cookies.get(cookie_name(settings), ""),
    )


def _admitted(
    session: Session, visit: Visit, access: Access, needs: Capability | None, *, writes: bool, steps_up: bool = False
) -> Visit:
    visit = _identified(session, visit, writes=writes)
    _check(visit, access, needs)
    if access != PUBLIC and visit.headers.get("x-business", visit.business.id) != visit.business.id:
        raise Elsewhere(ELSEWHERE)
    if writes and access != PUBLIC:
        _check_token(visit)
    if steps_up and not browser.is_proven(visit.sign_in):
        raise Unproven()
    return visit


def _identified(session: Session, visit: Visit, *, writes: bool) -> Visit:
    found = (sign_ins.find if writes else sign_ins.look_up)(session, visit.cookie) if visit.cookie else None
    if found is None:
        return visit
    sign_in, member, business = found
    return replace(visit, sign_in=sign_in, someone=member, tenant=business)


def _counted(session: Session, visit: Visit) -> Visit:
    if visit.is_partial:
        return visit
    workplaces = workplace.all_of(session, visit.someone) if visit.someone and visit.someone.has_postings else ()
    waiting, quarantine = frame.standing(session, visit.tenant)
    return replace(visit, waiting=waiting, quarantine=quarantine, workplaces=workplaces)


def _check(visit: Visit, access: Access, needs: Capability | None) -> None:
    if access == PUBLIC:
        return
    member = visit.member
    if needs is not None:
        businesses.require(visit.business, needs)
    if isinstance(access, Right) and not member.may(access):
        raise Forbidden()


def _check_token(visit: Visit) -> None:
    given = visit.headers.get("x-csrf-token") or str(visit.form.get("csrf_token") or "")
    if not hmac.compare_digest(given.encode(), visit.csrf_token.encode()) or not visit.csrf_token:
        raise Forbidden("This page was open for too long. Please reload it and try again; nothing was changed.")


def cookie_name(settings: Settings) -> str:
    return security.cookie_name(settings.public_url)


def _set_cookies(response: Response, url: str, visit: Visit, answer: SeeOther) -> None:
    if answer.cookie is not None:
        security.set_cookie(response, url, answer.cookie)
    if answer.flash:
        put(response, url, visit.state.secrets, answer.kind, answer.flash, answer.undo)
