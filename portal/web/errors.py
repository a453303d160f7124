"""Errors as people see them: a title, a sentence, what to do next and a reference; never a trace (promises.md G)."""

import secrets
from urllib.parse import urlencode, urlsplit

from starlette.datastructures import FormData
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response

from portal import logs, metrics
from portal.errors import (
    BadRequest,
    Conflict,
    Elsewhere,
    Forbidden,
    Invalid,
    NotFound,
    Problem,
    TooLarge,
    TooMany,
    Unauthenticated,
    Unavailable,
    Unproven,
)
from portal.web import rendering, security
from portal.web.frame import common
from portal.web.visit import Visit

_NEXT = {
    401: "Sign in and try again.",
    403: "Go back, reload the page and try again, or ask the owner of your business.",
    404: "Check the address, or start again from the first page.",
    413: "Send something shorter.",
    429: "Wait a few minutes, then try again.",
    500: "Try again. If it happens again, tell whoever runs this portal the reference.",
    503: "Wait a moment, then try again.",
}
OPENED_BY_TOKEN = ("c", "p", "f", "embed")
_BY_STATUS: dict[int, type[Problem]] = {400: BadRequest, 403: Forbidden, 404: NotFound, 413: TooLarge}


async def on_problem(request: Request, problem: Exception) -> Response:
    assert isinstance(problem, Problem)
    if isinstance(problem, Forbidden | Unauthenticated):
        metrics.count("denied_total", status=str(problem.status))
    if isinstance(problem, Unauthenticated) and not _is_api(request):
        sign_in = f"/sign-in?next={request.url.path}"
        if request.headers.get("hx-request") == "true" and not _is_refresh(request):
            return Response(status_code=401, headers={"HX-Redirect": sign_in})
        if request.method == "GET" and not _is_refresh(request):
            return RedirectResponse(sign_in, status_code=303)
    if isinstance(problem, Unproven):
        return _to_proof(request)
    if isinstance(problem, Elsewhere):
        return _said_above(problem)
    return _answer(request, problem)


def _said_above(problem: Problem) -> Response:
    """On top of the page that is open, which stays with what is being typed in it."""
    headers = {"HX-Retarget": "#flashes", "HX-Reswap": "innerHTML", "HX-Reselect": "#elsewhere"}
    return HTMLResponse(rendering.render("error/elsewhere.html", {"problem": problem}), problem.status, headers)


def _to_proof(request: Request) -> Response:
    """To the password, and then back to the page whose button was pressed: what it would have done is not repeated."""
    here = request.url.path if request.method == "GET" else urlsplit(request.headers.get("referer", "")).path
    to = "/settings/prove?" + urlencode({"next": security.local(here or "/settings")})
    if request.headers.get("hx-request") == "true":
        return Response(status_code=403, headers={"HX-Redirect": to})
    return RedirectResponse(to, status_code=303)


async def on_http_error(request: Request, error: Exception) -> Response:
    """Starlette's own errors: unknown URLs, wrong methods, bodies that are too large."""
    assert isinstance(error, HTTPException)
    problem = _BY_STATUS.get(error.status_code, Problem)()
    if error.status_code == 405:
        problem = Problem("This page does not take that kind of request.", title="Not possible here")
    response = _answer(request, problem, status=error.status_code)
    response.headers.update(error.headers or {})
    return response


async def on_crash(request: Request, error: Exception) -> Response:
    """A fault of ours: the reference ties what the person sees to the trace in the log."""
    reference = secrets.token_hex(4)
    logs.event("request.crashed", level=40, reference=reference, path=_place(request), error=type(error).__name__)
    response = _answer(request, Problem("Nothing was changed by this request."), reference=reference)
    is_https = security.is_https(request.app.state.settings.public_url)
    security.protect(response.raw_headers, request.url.path, is_https=is_https)  # outside of all middleware
    return response


def _place(request: Request) -> str:
    """The page, without what opens a client's own: whoever reads a log must not be able to (promises.md G)."""
    path = request.url.path
    first = path.split("/")[1]
    return f"/{first}/…" if first in OPENED_BY_TOKEN and path.count("/") > 1 else path


def problem_json(problem: Problem, *, status: int | None = None) -> JSONResponse:
    """RFC 9457, as the JSON API answers."""
    body: dict[str, object] = {
        "type": "about:blank",
        "title": problem.title,
        "detail": problem.detail,
        "status": status or problem.status,
    }
    if isinstance(problem, Conflict):
        body |= {"reason": problem.reason, "unlock": problem.unlock}
    if isinstance(problem, Invalid) and problem.fields:
        body["fields"] = problem.fields
    return JSONResponse(body, status or problem.status, _headers(problem), media_type="application/problem+json")


def _headers(problem: Problem) -> dict[str, str]:
    """What HTTP wants beside the status: how to identify oneself (RFC 9110 11.6.1), how long to wait (10.2.3)."""
    if isinstance(problem, Unauthenticated):
        return {"WWW-Authenticate": 'Bearer realm="portal"'}
    return _patience(problem)


def _patience(problem: Problem) -> dict[str, str]:
    if isinstance(problem, TooMany | Unavailable) and problem.retry_after:
        return {"Retry-After": str(problem.retry_after)}
    return {}


def _answer(request: Request, problem: Problem, *, status: int | None = None, reference: str = "") -> Response:
    if _is_api(request):
        return problem_json(problem, status=status)
    settings = request.app.state.settings
    visit = Visit(
        request.method, request.url.path, {}, request.query_params, FormData(), request.headers,
        security.client_ip(request, settings.trusted_proxies), settings, request.app.state,
    )  # fmt: skip
    shown = {
        "title": problem.title, "sentence": problem.detail, "next_step": _NEXT.get(status or problem.status, ""),
        "reference": reference, "status": status or problem.status, "back_url": "/", "back_words": "Back to the start",
    }  # fmt: skip
    response = HTMLResponse(rendering.render("error/page.html", common(visit) | shown), status or problem.status)
    response.headers.update(_placement(request) | _patience(problem))
    return response


def _placement(request: Request) -> dict[str, str]:
    """htmx swaps errors too. One met while a part refreshes itself leaves that part as it was, with what is being typed
    in it; any other becomes the whole page."""
    if request.headers.get("hx-request") != "true":
        return {}
    if _is_refresh(request):
        return {"HX-Reswap": "none"}
    return {"HX-Retarget": "body", "HX-Reswap": "innerHTML", "HX-Reselect": "body > *"}


def _is_refresh(request: Request) -> bool:
    return request.method == "GET" and request.headers.get("hx-request-type") == "partial"


def _is_api(request: Request) -> bool:
    return request.url.path.startswith("/api/")
