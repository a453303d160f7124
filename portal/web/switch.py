"""`/switch`: another business of the account, for a member who works in several (behaviours.md M-11)."""

from sqlmodel import Session

from portal.accounts import audit, browser, workplace
from portal.errors import NotFound, Unauthenticated
from portal.web.page import Answer, SeeOther
from portal.web.visit import Visit


def switch(session: Session, visit: Visit) -> Answer:
    """Only to where the member belongs: any other business does not exist for them."""
    wanted = str(visit.form.get("business") or "")
    found = next((each for each in workplace.all_of(session, visit.member) if each.id == wanted), None)
    if found is None:
        raise NotFound()
    if visit.sign_in is None:
        raise Unauthenticated()
    token = browser.switch(session, visit.sign_in.id, None if found.is_home else found.id)
    audit.note(session, "sign_in.switched", actor=visit.actor, business_id=found.id, ip=visit.ip)
    return SeeOther("/", flash=f"You are in {found.name} now.", cookie=token)
