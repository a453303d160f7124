"""Forms on an origin of their own (PORTAL_FORMS_URL): they live there and nowhere else, and nothing else lives there,
so that a page around a frame never shares an origin with the desk (promises.md C, ASVS 3.5.4)."""

from collections.abc import Iterable, Sequence
from urllib.parse import urlsplit

from starlette.routing import BaseRoute, Host, Mount, Route, Router

from portal.settings import Settings

FORMS = ("/f/", "/embed/", "/c/", "/p/")
SHARED = ("/opt-in/", "/static", "/healthz", "/readyz")


def by_host(table: Sequence[BaseRoute], settings: Settings) -> list[BaseRoute]:
    """The table of URLs, split in two where the settings name two hosts; else as it is."""
    forms_host = urlsplit(settings.forms_url).hostname
    if forms_host is None or forms_host == urlsplit(settings.public_url).hostname:
        return list(table)
    theirs = Router(list(_beginning(table, (*FORMS, *SHARED))))
    forms = set(map(id, _beginning(table, FORMS)))
    return [Host(forms_host, theirs, name="forms"), *(route for route in table if id(route) not in forms)]


def _beginning(table: Sequence[BaseRoute], paths: tuple[str, ...]) -> Iterable[BaseRoute]:
    return (route for route in table if isinstance(route, Route | Mount) and route.path.startswith(paths))
