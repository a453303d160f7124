"""`/groups/{id}/pick`: many contacts at once, by what is known of them: their answer, their project, no group yet."""

from typing import Any
from urllib.parse import urlencode

from sqlmodel import Session

from forms.group import MARKS, wanted
from portal import glyph
from portal.accounts import audit
from portal.contacts import contact_list, group, group_choice, project_choice
from portal.errors import Invalid
from portal.web.page import Answer, Page, SeeOther
from portal.web.visit import Visit

NAMES = ("q", "mark", "project", "none")


def show(session: Session, visit: Visit) -> Answer:
    found = group.get(session, visit.business.id, visit.params["group"])
    chosen, after = wanted(visit.query), visit.query.get("after") or None
    rows, older = group_choice.page(session, found, chosen, after=after)
    here = f"/groups/{found.id}/pick"
    context: dict[str, Any] = {
        "found": found, "chosen": chosen, "marks": MARKS, "mark": visit.query.get("mark", ""), "here": here,
        "rows": contact_list.rows(session, rows),
        "projects": project_choice.offered(session, visit.business.id, chosen.project_id),
        "filter": urlencode(_filter(visit)), "is_first": after is None,
        "older": f"{here}?{urlencode(_filter(visit) | {'after': older})}" if older else None,
    }  # fmt: skip
    return Page("group_pick/page.html", context)


def add(session: Session, visit: Visit) -> Answer:
    """Those whose boxes are checked; the filter stays, for the next ones. Raises Invalid for too many."""
    found = group.get(session, visit.business.id, visit.params["group"])
    ids = list(dict.fromkeys(str(each) for each in visit.form.getlist("id")))
    here = f"/groups/{found.id}/pick?{urlencode(_filter(visit))}"
    if not ids:
        return SeeOther(here, flash="Please select at least one contact first.", kind="warning")
    if len(ids) > group.MOST_AT_ONCE:
        raise Invalid(f"Please choose at most {group.MOST_AT_ONCE} contacts at once.")
    added = group.add(session, found, ids)
    audit.note(
        session, "group.contacts_added", actor=visit.actor, business_id=visit.business.id, object=found.id,
        ip=visit.ip, count=added,
    )  # fmt: skip
    said = f"{added} {'contact is' if added == 1 else 'contacts are'} new in “{glyph.shown(found.name)}”."
    return SeeOther(here, flash=said)


def _filter(visit: Visit) -> dict[str, str]:
    return {name: visit.query[name] for name in NAMES if visit.query.get(name)}
