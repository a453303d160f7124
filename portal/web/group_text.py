"""`/groups/{id}/text`: its words, who will get it and who will not, a last look, and how far it is.
Refused while the first-message gate is on (M-12); where the feature is off there is no such page."""

import hashlib
import secrets

from sqlmodel import Session

from forms.group import GroupTextForm
from portal.accounts import audit
from portal.contacts import group
from portal.contacts.group import ContactGroup
from portal.messaging import canned_reply, group_message, group_recipient, segment
from portal.web.page import Answer, Page, SeeOther
from portal.web.visit import Visit


def write(session: Session, visit: Visit) -> Answer:
    found = _group(session, visit)
    return _form(session, visit, found, GroupTextForm(data={"once": secrets.token_urlsafe(16)}))


def send(session: Session, visit: Visit) -> Answer:
    """A last look first; sent with its own button only. The same form twice is one text."""
    found, form = _group(session, visit), GroupTextForm(visit.form)
    if visit.form.get("act") == "edit":
        return _form(session, visit, found, form)
    if not form.is_valid():
        return _form(session, visit, found, form, status=422)
    if visit.form.get("act") != "send":
        return _form(session, visit, found, form, template="group_text/review.html")
    made = group_message.start(
        session, visit.business, found, str(form.text.data), member_id=visit.member.id,
        once_key=_once_key(visit, found, form),
    )  # fmt: skip
    audit.note(session, "group.texted", actor=visit.actor, business_id=visit.business.id, object=made.id, ip=visit.ip)
    return SeeOther(f"/groups/{found.id}/text/{made.id}")


def sent(session: Session, visit: Visit) -> Answer:
    """How far it is, and who did not get it; the fragment alone where an open page asks again."""
    found = group.get(session, visit.business.id, visit.params["group"])
    sending = group_message.get(session, visit.business.id, found.id, visit.params["group_message"])
    after = visit.query.get("after") or None
    rows, older = group_message.refused(session, sending, after=after)
    here = f"/groups/{found.id}/text/{sending.id}"
    context = {
        "found": found, "sending": sending, "rows": rows, "here": here, "after": after or "", "older": older,
        "reasons": group_message.reasons(session, sending), "words": group_recipient.WORDS,
    }  # fmt: skip
    return Page("group_text/_sent.html" if visit.is_partial else "group_text/sent.html", context)


def _group(session: Session, visit: Visit) -> ContactGroup:
    """Raises NotFound for a strange group and where the feature is off, Conflict for a view and with the gate on."""
    found = group.get(session, visit.business.id, visit.params["group"])
    group_message.require(visit.business)
    return found


def _form(
    session: Session,
    visit: Visit,
    found: ContactGroup,
    form: GroupTextForm,
    *,
    template: str = "group_text/page.html",
    status: int = 200,
) -> Page:
    text = str(form.text.data or "")
    context = {
        "found": found, "form": form, "count": segment.count(text), "gaps": canned_reply.gaps(text),
        "tally": group_recipient.tally(session, visit.business.id, found.id), "words": group_recipient.WORDS,
    }  # fmt: skip
    return Page(template, context, status)


def _once_key(visit: Visit, found: ContactGroup, form: GroupTextForm) -> str:
    words = hashlib.sha256(str(form.text.data).encode()).hexdigest()[:16]
    return f"page:{visit.member.id}:{found.id}:{form.once.data or secrets.token_urlsafe(16)}:{words}"
