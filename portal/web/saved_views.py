"""`/sms/views`: the filters of the list that a member keeps by name; everybody has their own."""

from typing import Any

from sqlmodel import Session

from forms.saved_view import SavedViewForm
from forms.status_filter import StatusFilter
from portal.errors import Conflict
from portal.messaging import saved_view
from portal.web.flash import Undo
from portal.web.page import Answer, Page, SeeOther
from portal.web.visit import Visit

PAGE = "/sms/views"


def show(session: Session, visit: Visit) -> Answer:
    return _page(session, visit)


def save(session: Session, visit: Visit) -> Answer:
    """A new one of the list that was on screen; a deleted one comes back the same way."""
    form, chosen = SavedViewForm(visit.form), StatusFilter.stored(str(visit.form.get("query", "")))
    if not form.is_valid():
        return _page(session, visit, new=form, query=chosen.query)
    try:
        view = saved_view.save(
            session, visit.business.id, visit.member.id, name=str(form.name.data), query=chosen.query
        )
    except Conflict as problem:
        form.name.errors = (problem.detail,)
        return _page(session, visit, new=form, query=chosen.query)
    return SeeOther(chosen.url, flash=f"“{view.name}” is one of your views now.")


def rename(session: Session, visit: Visit) -> Answer:
    view, form = saved_view.get(session, visit.member.id, visit.params["view"]), SavedViewForm(visit.form)
    before, words = view.name, ""
    if form.is_valid():
        try:
            saved_view.rename(session, view, str(form.name.data))
        except Conflict as problem:
            words = problem.detail
    else:
        words = " ".join(str(each) for each in form.name.errors)
    if words:
        return _page(session, visit, wrong={view.id: words})
    return SeeOther(
        PAGE, flash=f"“{before}” is called “{view.name}” now.", undo=Undo(f"{PAGE}/{view.id}", {"name": before})
    )


def delete(session: Session, visit: Visit) -> Answer:
    view = saved_view.get(session, visit.member.id, visit.params["view"])
    undo = Undo(PAGE, {"name": view.name, "query": view.query})
    saved_view.delete(session, view)
    return SeeOther(PAGE, flash=f"The view “{view.name}” is deleted.", undo=undo)


def _page(
    session: Session, visit: Visit, *, new: SavedViewForm | None = None, query: str = "", wrong: Any = None
) -> Page:
    """`new` comes back with what is wrong about it; `wrong` says it for views by id."""
    views = [(view, StatusFilter.stored(view.query)) for view in saved_view.all_of(session, visit.member.id)]
    context = {"views": views, "new": new, "query": query, "wrong": wrong or {}, "most": saved_view.MOST}
    return Page("status_page/views.html", context, 422 if new or wrong else 200)
