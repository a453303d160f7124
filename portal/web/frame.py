"""What stands around every page: the navigation with its badge, who is here, a banner."""

import datetime as dt
from typing import Any

from sqlmodel import Session

from portal.accounts import browser
from portal.accounts.business import Business, Capability
from portal.messaging import review
from portal.web import rendering
from portal.web.visit import Visit

TIME_TO_TYPE = dt.timedelta(minutes=5)
"""What a form that needs a proof leaves at least; otherwise the password comes first, and nothing typed is lost."""


def waiting(session: Session, business: Business | None) -> int:
    """How many replies are in doubt: one query of one small index; nobody's where there is no texting."""
    has_texting = business is not None and business.may_use(Capability.TEXTING)
    return review.count(session, business.id) if business is not None and has_texting else 0


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
        "banner": rendering.banner(visit.state.tour, visit.path),
        "nav": _nav(visit) if visit.someone else [],
        "is_rehearsal": visit.settings.demo,
    }


def _nav(visit: Visit) -> list[dict[str, Any]]:
    badge = f"{review.MOST - 1}+" if visit.waiting >= review.MOST else str(visit.waiting or "")
    return rendering.nav(visit.path, visit.tenant, is_rehearsal=visit.settings.demo, badges={"/review": badge})
