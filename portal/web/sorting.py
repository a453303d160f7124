"""Sorting a text into a project from its thread (H-17, X-23): a menu, one act, its undo; and the way to one text."""

from urllib.parse import urlencode

from sqlmodel import Session

from forms.status_filter import StatusFilter
from portal import glyph
from portal.accounts import audit
from portal.consent import subscription
from portal.contacts import project
from portal.contacts.project import Project
from portal.errors import Invalid, NotFound
from portal.messaging import project_text, sorting, sorting_menu
from portal.messaging.sorting import Refused, Sorted
from portal.web.flash import Undo
from portal.web.page import Answer, Page, SeeOther
from portal.web.visit import Visit


def find(session: Session, visit: Visit) -> Answer:
    """To a message in its thread, on whichever page of it, with the same list beside it."""
    message_id = visit.params["message"]
    cursor = project_text.place(session, visit.business.id, _thread(visit), message_id)
    query = StatusFilter.of(visit.query).given | ({"texts_before": cursor} if cursor else {})
    page = f"?{urlencode(query)}" if query else ""
    return SeeOther(f"/sms/{_thread(visit)}{page}#message-{message_id}")


def menu(session: Session, visit: Visit) -> Answer:
    """A page of its own, or what a dialog over the thread shows. Without `message`, for the thread's new ones."""
    return _menu(session, visit, visit.query.get("message"))


def sort(session: Session, visit: Visit) -> Answer:
    """One message; with `following` all after it too; without `message` only what is to come."""
    message_id, given = str(visit.form.get("message", "")) or None, str(visit.form.get("project", ""))
    try:
        project_id = given if "new" not in visit.form else _made(session, visit).id
    except Invalid as problem:
        if visit.is_partial:
            return _said(visit, Refused("name", problem.detail), message_id)
        return _menu(session, visit, message_id, problem=problem.detail)
    if message_id is None:
        done = sorting.set_default(session, visit.business.id, _thread(visit), project_id or None, actor=visit.actor)
    else:
        done = sorting.sort(
            session, visit.business.id, message_id, project_id or None, actor=visit.actor,
            following=bool(visit.form.get("following")), thread=_thread(visit),
        )  # fmt: skip
    return _said(visit, done, message_id)


def undo(session: Session, visit: Visit) -> Answer:
    done = sorting.undo(session, visit.business.id, visit.params["sorting"], actor=visit.actor)
    if isinstance(done, Sorted) and done.subscription_id != _thread(visit):
        raise NotFound("There is nothing to undo.")
    return _said(visit, done, None, words="Undone.")


def _menu(session: Session, visit: Visit, message_id: str | None, *, problem: str = "") -> Page:
    found = sorting_menu.read(session, visit.business, _thread(visit), message_id)
    template = "sorting/_menu.html" if visit.is_partial else "sorting/page.html"
    return Page(template, {"menu": found, "problem": problem}, 422 if problem else 200)


def _made(session: Session, visit: Visit) -> Project:
    """A new project of this thread's client. Raises Invalid without a name."""
    row = subscription.get(session, visit.business.id, _thread(visit))
    if row is None:
        raise NotFound("There is no such conversation.")
    made = project.create(
        session, visit.business.id, name=str(visit.form["new"]), contact_ids=[row.contact_id] if row.contact_id else []
    )
    audit.note(
        session, "project.created", actor=visit.actor, business_id=visit.business.id, object=made.id, ip=visit.ip
    )
    return made


def _said(visit: Visit, done: Sorted | Refused, message_id: str | None, *, words: str = "") -> Answer:
    """On the open page a toast, while its thread refreshes by itself; without a script a flash on the thread."""
    here = f"/sms/{_thread(visit)}"
    if isinstance(done, Refused):
        said, kind, url = done.sentence, "warning", ""
    else:
        said, kind = words or _words(done), "success"
        url = f"{here}/sort/{done.undo_id}/undo" if done.undo_id else ""
    if visit.is_partial:
        return Page("sorting/_said.html", {"said": said, "kind": kind, "undo_url": url, "thread": _thread(visit)})
    back = f"{here}/messages/{message_id}" if message_id else here
    return SeeOther(back, flash=said, kind=kind, undo=Undo(url) if url else None)


def _words(done: Sorted) -> str:
    """What happened, in one sentence."""
    where = f"in “{glyph.shown(done.project.name)}”" if done.project is not None else "in no project"
    if not done.undo_id:
        return f"That is {where} already."
    texts = f"{done.moved:,} texts are" if done.moved != 1 else "The text is"
    if done.sets_default:
        return f"{texts} now {where}, and new ones will be too." if done.moved else f"New texts will be {where}."
    return f"{texts} now {where}."


def _thread(visit: Visit) -> str:
    return visit.params["subscription"]
