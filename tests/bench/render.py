"""The floor of V12: a handler that renders the page's own template with what it showed once, and does nothing else."""

from pathlib import Path
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route
from starlette.testclient import TestClient

from portal.app import create_app
from portal.settings import Settings
from portal.web import rendering
from tests.bench import load
from tests.bench.scene import PUBLIC_URL


def app(settings: Settings, requests: Path) -> Starlette:
    template, context = _shown(settings, requests)

    async def page(_request: Request) -> Response:
        return HTMLResponse(rendering.render(template, context))

    return Starlette(routes=[Route("/sms", page)])


def _shown(settings: Settings, requests: Path) -> tuple[str, dict[str, Any]]:
    """What the product hands to its renderer for the first of these requests."""
    head = dict(line.split(": ", 1) for line in load.read_requests(requests)[0].decode().split("\r\n")[1:] if line)
    seen: list[tuple[str, dict[str, Any]]] = []
    render = rendering.render

    def watched(template: str, context: dict[str, Any]) -> str:
        seen.append((template, context))
        return render(template, context)

    product = create_app(settings, with_jobs=False)
    rendering.render = watched
    TestClient(product, base_url=PUBLIC_URL).get("/sms", headers={"Cookie": head["Cookie"]}).raise_for_status()
    rendering.render = render
    product.state.database.dispose()
    return seen[-1]
