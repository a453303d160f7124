"""Who has this number? A name and an e-mail address for the contact of a conversation."""

from sqlmodel import Session

from forms.contact_name import ContactNameForm
from portal.contacts import contact
from portal.messaging import desk, thread
from portal.web.page import Answer, Page, SeeOther, Visit


def show(session: Session, visit: Visit) -> Answer:
    row = thread.read(session, visit.business.id, visit.params["subscription"]).subscription
    found = contact.get(session, visit.business.id, row.contact_id) if row.contact_id else None
    known = {"name": found.name if found.name != row.number else "", "email": found.email} if found else {}
    return Page("thread_contact/page.html", {"form": ContactNameForm(data=known), "row": row})


def save(session: Session, visit: Visit) -> Answer:
    """From the conversation's own small form too, which knows no e-mail address and leaves it as it is."""
    row = thread.read(session, visit.business.id, visit.params["subscription"]).subscription
    form = ContactNameForm(visit.form)
    if not form.is_valid():
        return Page("thread_contact/page.html", {"form": form, "row": row}, 422)
    email = str(form.email.data or "") if "email" in visit.form else None
    desk.name(session, visit.business.id, row.id, name=str(form.name.data), email=email)
    return SeeOther(f"/sms/{row.id}", flash="Saved.")
