"""One row of the table of URLs: what it needs, and whether it reads, writes, acts by itself or is open to everybody."""

from starlette.routing import Route

from portal.accounts.business import Capability
from portal.database import Lane
from portal.web.page import ACCESS, PUBLIC, Access, Endpoint, Work, page

TEXTING = Capability.TEXTING


def reads(path: str, work: Work, access: Access, needs: Capability | None = None) -> Route:
    return Route(path, page(work, access=access, writes=False, needs=needs), methods=["GET"])


def writes(path: str, work: Work, access: Access, needs: Capability | None = None, lane: Lane = Lane.ROAD) -> Route:
    return Route(path, page(work, access=access, writes=True, needs=needs, lane=lane), methods=["POST"])


def acts(path: str, endpoint: Endpoint, access: Access) -> Route:
    """A POST of more than one transaction (hashing, mail between them); it lets its visitor in by `page.admitted`."""
    ACCESS[endpoint] = access
    return Route(path, endpoint, methods=["POST"])


def opens(path: str, endpoint: Endpoint, *, method: str = "GET") -> Route:
    """What clients see: open to everybody, nobody is identified, no cookie is set."""
    ACCESS[endpoint] = PUBLIC
    return Route(path, endpoint, methods=[method])
