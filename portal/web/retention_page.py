"""`/settings/retention`: how long each kind is kept, what would go tonight, and a hold on everything."""

from dataclasses import replace
from math import sqrt
from typing import Any

from sqlmodel import Session

from forms.legal_hold import EndForm, PlaceForm
from forms.retention import PeriodForm
from portal.accounts.member import Right
from portal.consent import legal_hold
from portal.errors import NotFound
from portal.retention import forecast, period, run
from portal.retention.period import Kind, Period
from portal.web.page import Answer, Page, SeeOther
from portal.web.visit import Visit

URL = "/settings/retention"
TEN_YEARS = 3650


def show(session: Session, visit: Visit) -> Answer:
    return _page(session, visit)


def choose(session: Session, visit: Visit) -> Answer:
    """How many would go is said before it is saved: the form comes back once."""
    kept = _kept(session, visit)
    form = PeriodForm(visit.form, kept=kept)
    if not form.is_valid():
        return _page(session, visit, form=(kept.kind, form), status=422)
    length = int(form.length.data or 0)
    would = forecast.line(session, visit.business.id, replace(kept, length=length))
    if would.count and length != kept.length and not form.is_seen.data:
        return _page(session, visit, form=(kept.kind, form), would=would, status=422)
    has_changed = period.choose(session, visit.business.id, kept.kind, length, actor=visit.actor, ip=visit.ip)
    return SeeOther(URL, flash="Saved. It counts from the next night on." if has_changed else "Nothing was changed.")


def place(session: Session, visit: Visit) -> Answer:
    form = PlaceForm(visit.form)
    if not form.is_valid():
        return _page(session, visit, place=form, status=422)
    why = str(form.reason.data)
    legal_hold.place(session, visit.business.id, None, reason=why, actor=visit.actor, ip=visit.ip)
    return SeeOther(URL, flash="On hold. Nothing is erased or runs out.")


def end(session: Session, visit: Visit) -> Answer:
    form = EndForm(visit.form)
    if not form.is_valid():
        return _page(session, visit, end=form, status=422)
    why = str(form.reason.data)
    has_ended = legal_hold.end(session, visit.business.id, None, reason=why, actor=visit.actor, ip=visit.ip)
    return SeeOther(URL, flash="The hold has ended." if has_ended else "There was no hold; nothing was changed.")


def _page(
    session: Session,
    visit: Visit,
    *,
    form: tuple[Kind, PeriodForm] | None = None,
    would: forecast.Line | None = None,
    place: PlaceForm | None = None,
    end: EndForm | None = None,
    status: int = 200,
) -> Page:
    periods = period.of(session, visit.business.id)
    forms = {kind: PeriodForm(kept=each) for kind, each in periods.items() if each.may_be_chosen}
    found = forecast.read(session, visit.business.id)
    context: dict[str, Any] = {
        "periods": [(each, _share(each)) for each in periods.values()], "forms": forms | dict([form] if form else []),
        "tonight": {each.kind: each for each in found.lines}, "spared": found.spared, "hold": found.hold,
        "only_looks": found.only_looks,
        "runs": run.latest(session, visit.business.id), "would": would, "tried": form[0] if form else None,
        "place": place or PlaceForm(), "end": end or EndForm(), "may_hold": visit.member.may(Right.LEGAL_HOLD),
        "titles": {str(kind): each.title for kind, each in periods.items()},
    }  # fmt: skip
    return Page("retention/page.html", context, status)


def _share(kept: Period) -> float:
    """How long its bar is, from 0 to 1: by the root, so that ninety days can be seen beside ten years."""
    if kept.is_none:
        return 0.0
    return min(1.0, sqrt(kept.days / TEN_YEARS)) if kept.length else 1.0


def _kept(session: Session, visit: Visit) -> Period:
    given = str(visit.form.get("kind", ""))
    if given not in set(Kind):
        raise NotFound()
    return period.of(session, visit.business.id)[Kind(given)]
