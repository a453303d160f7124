"""The table of every URL: what it does, who may, and whether it writes. A page that is not here does not exist."""

from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles

from portal.accounts.business import Capability
from portal.accounts.member import Right
from portal.api.routes import routes as api_routes
from portal.database import Lane
from portal.web import (
    account_page,
    health,
    live,
    members_page,
    metrics,
    opt_in_proof,
    public_form,
    rendering,
    settings_page,
    sign_in,
    webhook,
)
from portal.web.page import ACCESS, PUBLIC, SIGNED_IN, Access, Endpoint, Work, page

TEXTING = Capability.TEXTING


def reads(path: str, work: Work, access: Access, needs: Capability | None = None) -> Route:
    return Route(path, page(work, access=access, writes=False, needs=needs), methods=["GET"])


def writes(path: str, work: Work, access: Access, needs: Capability | None = None, lane: Lane = Lane.ROAD) -> Route:
    return Route(path, page(work, access=access, writes=True, needs=needs, lane=lane), methods=["POST"])


def acts(path: str, endpoint: Endpoint, access: Access) -> Route:
    """A POST of more than one transaction (hashing, mail between them); it lets its visitor in by `page.admitted`."""
    ACCESS[endpoint] = access
    return Route(path, endpoint, methods=["POST"])


def routes() -> list[BaseRoute]:
    return [
        Route("/webhooks/{provider}/{business}/messages", webhook.receive, methods=["POST"]),
        Route("/webhooks/{provider}/{business}/status", webhook.receive, methods=["POST"]),
        reads("/sign-in", sign_in.show, PUBLIC),
        Route("/sign-in", sign_in.enter, methods=["POST"]),
        reads("/set-up", sign_in.set_up, PUBLIC),
        writes("/set-up", sign_in.finish_set_up, PUBLIC),
        writes("/sign-out", sign_in.leave, SIGNED_IN),
        Route("/f/{token}", public_form.show),
        Route("/f/{token}", public_form.receive, methods=["POST"]),
        Route("/f/{token}/thanks", public_form.thank),
        Route("/embed/{token}", public_form.show),
        Route("/embed/{token}", public_form.receive, methods=["POST"]),
        Route("/embed/{token}/thanks", public_form.thank),
        Route("/opt-in/{slug}", opt_in_proof.show),
        reads("/settings", settings_page.show, Right.READ),
        reads("/settings/preview", settings_page.preview, Right.SETUP),
        writes("/settings", settings_page.save, Right.SETUP),
        reads("/settings/account", account_page.show, SIGNED_IN),
        acts("/settings/account/password", account_page.change_password, SIGNED_IN),
        writes("/settings/account/sign-ins/{sign_in}/end", account_page.end_one, SIGNED_IN),
        writes("/settings/account/sign-ins/end-others", account_page.end_others, SIGNED_IN),
        reads("/settings/members", members_page.show, Right.SETUP),
        acts("/settings/members", members_page.add, Right.SETUP),
        reads("/settings/members/{member}", members_page.show_one, Right.SETUP),
        writes("/settings/members/{member}/disable", members_page.disable, Right.SETUP),
        writes("/settings/members/{member}/enable", members_page.enable, Right.SETUP),
        acts("/settings/members/{member}/password", members_page.set_password, Right.SETUP),
        Route("/healthz", health.healthz),
        Route("/readyz", health.readyz),
        Route("/metrics", metrics.show),
        Route("/events", live.events),
        *api_routes(),
        Mount("/static", StaticFiles(directory=rendering.folder("static")), name="static"),
    ]


__all__ = ["PUBLIC", "SIGNED_IN", "TEXTING", "Right", "reads", "routes", "writes"]
