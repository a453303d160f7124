"""`/settings/registration`: what to hand in before texting, checked as a reviewer would; what was handed in, and
whether the settings are still that."""

import datetime as dt
import json
from collections.abc import Sequence
from typing import Any

from sqlmodel import Session

from forms.registration import RegistrationForm
from portal import clock
from portal.accounts import member
from portal.accounts.member import Right
from portal.consent import phone_number
from portal.registration import check, clause, drift, field, pack, registration, text_rule, written
from portal.registration.check import Check
from portal.registration.pack import Pack
from portal.web.page import Answer, Page, Plain, SeeOther
from portal.web.visit import Visit

PATH = "/settings/registration"
MOVED = "The settings changed while this page was open, so nothing was written down. Here is the pack as it is now."
FILES = {"txt": "text/plain; charset=utf-8", "json": "application/json"}


def show(session: Session, visit: Visit) -> Answer:
    return _page(session, visit, _read(session, visit))


def store(session: Session, visit: Visit) -> Answer:
    """Writes down the pack that was on the page; 422 where the settings moved meanwhile."""
    found = _read(session, visit)
    form = RegistrationForm(visit.form, numbers=_numbers(found))
    if not form.is_valid():
        return _page(session, visit, found, form, status=422)
    if str(form.digest.data) != registration.digest(field.values(found)):
        return _page(session, visit, found, problem=MOVED, status=422)
    sender_id = str(form.sender.data or "") or None
    registration.store(session, visit.business, found, sender_id=sender_id, actor=visit.actor, ip=visit.ip)
    return SeeOther(PATH, flash="Written down. When your settings no longer match it, you are told here and on Today.")


def download(session: Session, visit: Visit) -> Answer:
    """The pack with its checks, as text to read or as JSON; with `of`, one that was registered, as it was."""
    if wanted := visit.query.get("of"):
        return _registered(session, visit, wanted)
    found = _read(session, visit)
    checks, kind = check.of(found), "json" if visit.query.get("as") == "json" else "txt"
    body = _json(found, checks) if kind == "json" else written.of(found, checks)
    return _file(visit, body, kind, clock.now().date())


def _registered(session: Session, visit: Visit, wanted: str) -> Plain:
    row = registration.get(session, visit.business.id, wanted)
    told = {"registered_at": clock.rfc3339(row.registered_at), "digest": row.digest, **row.snapshot}
    return _file(visit, json.dumps(told, ensure_ascii=False, indent=1), "json", row.registered_at.date())


def _file(visit: Visit, body: str, kind: str, on: dt.date) -> Plain:
    name = f"{visit.business.slug}-registration-{on.isoformat()}.{kind}"
    return Plain(body, FILES[kind], {"Content-Disposition": f'attachment; filename="{name}"'})


def _json(found: Pack, checks: Sequence[Check]) -> str:
    told = [{"code": each.code, "wants": each.wants, "state": each.state, "sentence": each.sentence} for each in checks]
    return json.dumps({"pack": pack.plain(found), "checks": told}, ensure_ascii=False, indent=1)


def _read(session: Session, visit: Visit) -> Pack:
    settings = visit.settings
    return pack.read(session, visit.business, public_url=settings.public_url, form_origin=settings.form_origin)


def _page(
    session: Session, visit: Visit, found: Pack, form: RegistrationForm | None = None, *, problem: str = "",
    status: int = 200,
) -> Page:  # fmt: skip
    checks, rows = check.of(found), registration.newest(session, visit.business.id, registration.SHOWN)
    values = registration.digest(field.values(found))
    names = {each.id: each.number for each in found.numbers}
    context: dict[str, Any] = {
        "pack": found, "checks": checks, "tally": check.tally(checks), "problem": problem,
        "form": form or RegistrationForm(numbers=_numbers(found), digest=values), "digest": values,
        "may_setup": visit.member.may(Right.SETUP), "history": rows, "sender_names": names,
        "registered_by": _people(session, visit) if rows else {},
        "changes": drift.of(rows[0].snapshot["fields"], found) if rows else (),
        "privacy": clause.written(found.privacy), "terms": clause.written(found.terms),
        "keywords": text_rule.words, "answered_by": _answered_by(visit, found),
    }  # fmt: skip
    return Page("registration_page/page.html", context, status)


def _numbers(found: Pack) -> list[tuple[str, str]]:
    return [(each.id, f"{phone_number.display(each.number)}, {each.kind_in_words}") for each in found.numbers]


def _people(session: Session, visit: Visit) -> dict[str, str]:
    """Who may have registered, by actor."""
    return {f"member:{each.id}": each.name for each in member.all_of(session, visit.business.id)}


def _answered_by(visit: Visit, found: Pack) -> dict[str, str]:
    """The provider that answers the bare word itself, in its own words, unless it is given ours."""
    answered: dict[str, str] = {}
    for each in found.numbers:
        provider = visit.state.providers.get(each.provider)
        for word in ("stop", "help"):
            if provider is not None and provider.answers(word, each.number):
                answered.setdefault(word, each.provider.capitalize())
    return answered
