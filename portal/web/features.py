"""`/settings/features`, Setup > Feature Settings: what the operator granted, switched with a second look (M-8, M-9)."""

from typing import Any

from sqlmodel import Session

from portal.accounts import audit
from portal.accounts import business as businesses
from portal.accounts.business import Capability
from portal.errors import NotFound
from portal.messaging import feature
from portal.messaging.gate import Refuse
from portal.web.page import Answer, Page, SeeOther
from portal.web.visit import Visit

POLICIES = ("shows_held_inbound", "allows_cold_requests")


def show(session: Session, visit: Visit) -> Answer:
    return _page(session, visit)


def ask(session: Session, visit: Visit) -> Answer:
    """What switching would change and whom it touches, before it is done."""
    wanted, on = _feature(visit.query.get("feature")), visit.query.get("on") == "yes"
    no = feature.refusal(session, visit.business, wanted, on=on)
    if no is not None:
        return _page(session, visit, no, status=409)
    context = {
        "feature": wanted, "title": feature.TITLES[wanted], "on": on, "report": feature.report(session, visit.business),
        "branches": businesses.branches(session, visit.business.id),
        "has_sender": feature.has_whatsapp_sender(session, visit.business.id),
    }  # fmt: skip
    return Page("features/confirm.html", context)


def switch(session: Session, visit: Visit) -> Answer:
    """Only a Yes in the dialog changes anything (M-9)."""
    wanted, on = _feature(visit.form.get("feature")), visit.form.get("on") == "yes"
    if visit.form.get("answer") != "yes":
        return SeeOther("/settings/features", flash="Nothing was changed.", kind="info")
    home = businesses.get(session, visit.business.id)
    no = feature.switch(session, home, wanted, on=on, actor=visit.actor, ip=visit.ip)
    if no is not None:
        return _page(session, visit, no, status=409)
    return SeeOther("/settings/features", flash=f"{feature.TITLES[wanted]} is {'on' if on else 'off'} now.")


def save_policy(session: Session, visit: Visit) -> Answer:
    """What goes with the gate: whether a reason in own words will do, and who reads what was written too early."""
    if not feature.offered(visit.business):
        raise NotFound()
    home = businesses.get(session, visit.business.id)
    wanted = {name: visit.form.get(name) == "yes" for name in POLICIES}
    businesses.change_policy(session, home, **wanted)
    audit.note(session, "feature.policy_changed", actor=visit.actor, business_id=home.id, ip=visit.ip, policy=wanted)
    return SeeOther("/settings/features", flash="Saved.")


def _page(session: Session, visit: Visit, no: Refuse | None = None, status: int = 200) -> Page:
    offered = feature.offered(visit.business)
    if not offered:
        raise NotFound()
    main = businesses.get(session, visit.business.main_id) if visit.business.main_id else None
    context: dict[str, Any] = {
        "offered": [(each, feature.TITLES[each], feature.is_on(visit.business, each)) for each in offered],
        "no": no, "main": main, "has_sender": feature.has_whatsapp_sender(session, visit.business.id),
    }  # fmt: skip
    return Page("features/page.html", context, status)


def _feature(given: Any) -> Capability:
    try:
        return Capability(str(given))
    except ValueError as error:
        raise NotFound() from error
