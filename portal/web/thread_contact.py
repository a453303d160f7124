"""Who has this number? A name for it, or one of the contacts that are there already (unknown senders, one click)."""

from typing import Any

from sqlmodel import Session

from forms.contact_name import ContactNameForm
from portal import glyph
from portal.contacts import contact, contact_list
from portal.messaging import contact_desk, thread
from portal.messaging.contact_desk import Who
from portal.web.page import Answer, Page, SeeOther
from portal.web.visit import Visit

PAGE, CHOICES = "thread_contact/page.html", "thread_contact/_choices.html"
SHOWN = 8
LONGEST_SEARCH = 120


def show(session: Session, visit: Visit) -> Answer:
    """The form, and contacts to choose from; those alone where an open page searches."""
    row = _row(session, visit)
    owners = contact.having(session, visit.business.id, row.number)
    known = {"name": owners[0].name if owners[0].name != row.number else "", "email": owners[0].email} if owners else {}
    context = _context(session, visit, row, owners) | {"form": ContactNameForm(data=known)}
    return Page(CHOICES if visit.is_partial else PAGE, context)


def save(session: Session, visit: Visit) -> Answer:
    """From the conversation's own small form too, which knows no e-mail address and leaves it as it is. With `contact`,
    the number becomes that contact's."""
    row = _row(session, visit)
    chosen = str(visit.form.get("contact", ""))
    if chosen:
        found = contact_desk.attach(session, visit.business.id, row.id, chosen, Who(visit.actor, visit.ip))
        return SeeOther(f"/sms/{row.id}", flash=f"This number is {glyph.shown(found.name)}’s now.")
    form = ContactNameForm(visit.form)
    if not form.is_valid():
        owners = contact.having(session, visit.business.id, row.number)
        return Page(PAGE, _context(session, visit, row, owners) | {"form": form}, 422)
    _name(session, visit, row, str(form.name.data), str(form.email.data or "") if "email" in visit.form else None)
    return SeeOther(f"/sms/{row.id}", flash="Saved.")


def _name(session: Session, visit: Visit, row: Any, name: str, email: str | None) -> None:
    """The contact that has the number is called so now; where nobody has it, a new contact does."""
    who = Who(visit.actor, visit.ip)
    owners = contact.having(session, visit.business.id, row.number)
    if owners:
        contact_desk.change(session, visit.business.id, owners[0].id, who, name=name, email=email)
    else:
        contact_desk.create(session, visit.business.id, who, name=name, email=email or "", numbers=[row.number])


def _row(session: Session, visit: Visit) -> Any:
    return thread.read(session, visit.business.id, visit.params["subscription"]).subscription


def _context(session: Session, visit: Visit, row: Any, owners: list[contact.Contact]) -> dict[str, Any]:
    q = " ".join(visit.query.get("q", "").split())[:LONGEST_SEARCH]
    mine = {each.id for each in owners}
    listed = contact_list.page(
        session, visit.business.id, region=visit.business.region, q=q, limit=SHOWN + len(mine)
    )  # fmt: skip
    choices = [each for each in listed.rows if each.id not in mine][:SHOWN]
    former = contact.living(session, visit.business.id, row.contact_id) if row.contact_id and not owners else None
    return {"row": row, "owners": owners, "former": former, "q": q, "choices": choices}
