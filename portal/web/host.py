"""Which routes a request can mean at all, by its host and by the first word of its path.

Forms on an origin of their own (PORTAL_FORMS_URL) live there and nowhere else, and nothing else lives there, so that a
page around a frame never shares an origin with the desk (promises.md C, ASVS 3.5.4).
"""

from collections.abc import Iterable, Sequence
from urllib.parse import urlsplit

from starlette.routing import BaseRoute, Host, Match, Mount, Route, Router
from starlette.types import Receive, Scope, Send

from portal.settings import Settings

FORMS = ("/f/", "/embed/", "/c/", "/p/")
SHARED = ("/opt-in/", "/static", "/healthz", "/readyz")


class Fork(BaseRoute):
    """All of `table`, each word's routes in their order: looking through hundreds of them took longer than many a page.
    Raises ValueError for a route that does not begin with a word of its own."""

    def __init__(self, table: Iterable[BaseRoute]) -> None:
        self._ways: dict[str, Router] = {}
        self._nowhere = Router()
        for route in table:
            self._ways.setdefault(_word_of(route), Router()).routes.append(route)

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        return (Match.FULL if scope["type"] == "http" else Match.NONE), {}

    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self._ways.get(_first_word(scope["path"]), self._nowhere)(scope, receive, send)


def by_host(table: Sequence[BaseRoute], settings: Settings) -> list[BaseRoute]:
    """The table of URLs, split in two where the settings name two hosts; else as it is."""
    forms_host = urlsplit(settings.forms_url).hostname
    if forms_host is None or forms_host == urlsplit(settings.public_url).hostname:
        return [Fork(table)]
    theirs = Router([Fork(_beginning(table, (*FORMS, *SHARED)))])
    forms = set(map(id, _beginning(table, FORMS)))
    return [Host(forms_host, theirs, name="forms"), Fork(route for route in table if id(route) not in forms)]


def _beginning(table: Sequence[BaseRoute], paths: tuple[str, ...]) -> Iterable[BaseRoute]:
    return (route for route in table if isinstance(route, Route | Mount) and route.path.startswith(paths))


def _word_of(route: BaseRoute) -> str:
    word = _first_word(route.path) if isinstance(route, Route | Mount) else "{"
    if "{" in word:
        raise ValueError(f"this route does not begin with a word: {route!r}")
    return word


def _first_word(path: str) -> str:
    return path[1:].partition("/")[0]
