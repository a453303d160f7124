"""What stands around every page: the navigation with its badge, who is here, a banner."""

import datetime as dt
from typing import Any

from markupsafe import Markup
from sqlmodel import Session

from portal.accounts import browser
from portal.accounts.business import Business, Capability
from portal.messaging import quarantine, review
from portal.web import rendering
from portal.web.visit import Visit

TIME_TO_TYPE = dt.timedelta(minutes=5)
"""What a form that needs a proof leaves at least; otherwise the password comes first, and nothing typed is lost."""

_ENDED = "only answers to STOP and HELP go out until the operator ends it with “portal reconcile --release”"
AT_REST = {
    quarantine.RESTORE: f"Sending is paused, because a backup was restored: {_ENDED}.",
    quarantine.CLOCK: f"Sending is paused, because the clock jumped: {_ENDED}.",
}


def standing(session: Session, business: Business | None) -> tuple[int, str]:
    """How many replies are in doubt, and why nothing leaves by itself: one query of small indexes; nothing where there
    is no texting."""
    has_texting = business is not None and business.may_use(Capability.TEXTING)
    return review.standing(session, business.id) if business is not None and has_texting else (0, "")


def common(visit: Visit) -> dict[str, Any]:
    """What every template may use (see templates/base.html)."""
    return {
        "request_path": visit.path,
        "business": visit.tenant,
        "member": visit.someone,
        "workplaces": visit.workplaces,
        "is_proven": browser.is_proven(visit.sign_in, ahead=TIME_TO_TYPE),
        "csrf_token": visit.csrf_token,
        "flash": [],
        "banner": _banner(visit),
        "nav": _nav(visit) if visit.someone else [],
        "is_rehearsal": visit.settings.demo,
    }


def _banner(visit: Visit) -> Markup | str | None:
    if visit.quarantine:
        return AT_REST.get(visit.quarantine, AT_REST[quarantine.RESTORE])
    return rendering.banner(visit.state.tour, visit.path)


def _nav(visit: Visit) -> list[dict[str, Any]]:
    badge = f"{review.MOST - 1}+" if visit.waiting >= review.MOST else str(visit.waiting or "")
    return rendering.nav(visit.path, visit.tenant, is_rehearsal=visit.settings.demo, badges={"/review": badge})
