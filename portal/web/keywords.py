"""`/settings/wordings/keywords`: the business's own words for Yes and Stop, beside the two that always count."""

from collections.abc import Iterator

from sqlmodel import Session

from forms.keyword import KeywordsForm
from portal.accounts import audit
from portal.accounts import business as businesses
from portal.accounts.language import Language
from portal.messaging import keyword, wording, wording_part
from portal.messaging.wording import InForce
from portal.messaging.wording_slot import Part
from portal.web.page import Answer, Page, SeeOther
from portal.web.visit import Visit


def show(session: Session, visit: Visit) -> Answer:
    return _page(session, visit, KeywordsForm(data=keyword.own_of(visit.business)))


def save(session: Session, visit: Visit) -> Answer:
    """Words that mean something else are named and stay typed."""
    businesses.require_main(visit.business)
    form = KeywordsForm(visit.form)
    if not form.is_valid():
        return _page(session, visit, form, 422)
    wrong = keyword.problems(visit.business, form.words)
    if wrong:
        form.opt_in.errors = tuple(wrong[where] for where in wrong if where.startswith("opt_in."))
        form.opt_out.errors = tuple(wrong[where] for where in wrong if not where.startswith("opt_in."))
        return _page(session, visit, form, 422)
    changed = keyword.change(session, visit.business, form.words)
    session.flush()
    audit.note(
        session, "business.changed", actor=visit.actor, business_id=visit.business.id, ip=visit.ip, fields=changed
    )
    return SeeOther("/settings/wordings#keywords", flash=f"These words count from now on.{_fixed(form)}")


def _fixed(form: KeywordsForm) -> str:
    """Somebody who typed STOP hears that it needs no adding."""
    kept = keyword.added(form.words)
    left_out = len(form.opt_in.data) + len(form.opt_out.data) - sum(map(len, kept.values()))
    return " YES and STOP always count, and each word counts once, so not all were added." if left_out else ""


def _page(session: Session, visit: Visit, form: KeywordsForm, status: int = 200) -> Page:
    silent = [] if form.errors or visit.business.main_id else list(_silent(session, visit))
    context = {"form": form, "built_in": keyword.BUILT_IN, "silent": silent}
    return Page("keywords/page.html", context, status)


def _silent(session: Session, visit: Visit) -> Iterator[InForce]:
    """Requests in force that name none of the own words for Yes: nobody would type them."""
    business = visit.business
    words = business.opt_in_words
    for channel in wording.channels(business) if words else ():
        for each in wording.all_in_force(session, business, Language(business.language), channel):
            if Part.YES in each.slot.required and not wording_part.offered(each.text, words):
                yield each
