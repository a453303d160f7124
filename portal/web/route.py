"""One row of the table of URLs: what it needs, and whether it reads, writes, acts by itself or is open to everybody."""

from starlette.routing import Route

from portal.accounts.business import Capability
from portal.database import Lane
from portal.web.page import ACCESS, PUBLIC, STEPS_UP, Access, Endpoint, Work, page

TEXTING = Capability.TEXTING


def reads(path: str, work: Work, access: Access, needs: Capability | None = None, *, steps_up: bool = False) -> Route:
    """`steps_up`, here and below: only within ten minutes of the password (promises.md E.2)."""
    return Route(path, page(work, access=access, writes=False, needs=needs, steps_up=steps_up), methods=["GET"])


def writes(
    path: str,
    work: Work,
    access: Access,
    needs: Capability | None = None,
    lane: Lane = Lane.ROAD,
    *,
    steps_up: bool = False,
) -> Route:
    endpoint = page(work, access=access, writes=True, needs=needs, lane=lane, steps_up=steps_up)
    return Route(path, endpoint, methods=["POST"])


def acts(path: str, endpoint: Endpoint, access: Access, *, steps_up: bool = False) -> Route:
    """A POST of more than one transaction (hashing, mail between them); it lets its visitor in by `page.admitted`,
    which it tells the same `steps_up`."""
    ACCESS[endpoint] = access
    STEPS_UP.update({endpoint} if steps_up else ())
    return Route(path, endpoint, methods=["POST"])


def opens(path: str, endpoint: Endpoint, *, method: str = "GET") -> Route:
    """What clients see: open to everybody, nobody is identified, no cookie is set."""
    ACCESS[endpoint] = PUBLIC
    return Route(path, endpoint, methods=[method])
