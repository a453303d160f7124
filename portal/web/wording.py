"""`/settings/wordings/edit`: the words of one automatic text in one language, with a phone beside them that shows what
leaves, what it costs and what is missing; and every version there was."""

import datetime as dt
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from sqlmodel import Session

from forms.wording import WordingForm
from portal.accounts import language, member
from portal.accounts.language import NAMES, Language
from portal.messaging import wording, wording_lint, wording_part
from portal.messaging.wording import InForce
from portal.messaging.wording_default import DEFAULTS
from portal.messaging.wording_lint import Report
from portal.messaging.wording_part import LABELS
from portal.messaging.wording_slot import Slot
from portal.messaging.wording_text import PLACES
from portal.web.page import Answer, Page, SeeOther
from portal.web.visit import Visit

HERE = "/settings/wordings"


@dataclass(frozen=True)
class Version:
    """One row of the history. Without `text`, ours came back."""

    number: int
    text: str | None
    at: dt.datetime
    by: str
    is_in_force: bool


def show(session: Session, visit: Visit) -> Answer:
    """The words in force, or those of the version that the address names, ready to be saved again."""
    slot, chosen = _asked(visit, visit.query)
    found = wording.in_force(session, visit.business, slot, chosen)
    wanted = visit.query.get("version", "")
    kept = {str(each.number): each.text for each in wording.versions(session, visit.business, slot, chosen)}
    return _editor(session, visit, found, WordingForm(data={"text": kept.get(wanted) or found.text}))


def preview(session: Session, visit: Visit) -> Answer:
    """The fragment beside the words, while somebody types; nothing is kept."""
    slot, chosen = _asked(visit, visit.query)
    form = WordingForm(visit.query)
    report = wording_lint.check(str(form.text.data)[: wording_lint.TYPED], slot, chosen, visit.business)
    return Page("wording/_preview.html", _previewed(slot, chosen, report))


def save(session: Session, visit: Visit) -> Answer:
    """Keep a version, go back to ours, or only show what was typed where no script does. Refused words stay typed."""
    slot, chosen = _asked(visit, visit.form)
    act, form = visit.form.get("act"), WordingForm(visit.form)
    if act == "ours":
        return _kept(session, visit, slot, chosen, None)
    found = wording.in_force(session, visit.business, slot, chosen)
    if not form.is_valid():
        return _editor(session, visit, found, form, 422)
    if act == "preview":
        return _editor(session, visit, found, form)
    report = _report(visit, slot, chosen, form)
    if report.errors:
        form.text.errors = report.errors
        return _editor(session, visit, found, form, 422)
    return _kept(session, visit, slot, chosen, str(form.text.data))


def _kept(session: Session, visit: Visit, slot: Slot, chosen: Language, text: str | None) -> SeeOther:
    found = wording.save(session, visit.business, slot, chosen, text, actor=visit.actor, ip=visit.ip)
    said = f"Version {found.number} goes out" if found.number else "The standard words go out"
    return SeeOther(_url(slot, chosen), flash=f"{said} from the next text on.")


def _editor(session: Session, visit: Visit, found: InForce, form: WordingForm, status: int = 200) -> Page:
    slot, chosen = found.slot, found.language
    context: dict[str, Any] = {
        "form": form, "found": found, "chosen": chosen, "languages": NAMES,
        "ours": DEFAULTS[chosen][slot.key], "places": {name: PLACES[name] for name in slot.places},
        "versions": _versions(session, visit, found),
    }  # fmt: skip
    report = _report(visit, slot, chosen, form)
    return Page("wording/page.html", context | _previewed(slot, chosen, report), status)


def _previewed(slot: Slot, chosen: Language, report: Report) -> dict[str, Any]:
    """Each required part with its name, or with what to do about it; and what else is wrong."""
    missing = {part: wording_part.sentence(part, chosen) for part, is_said in report.said.items() if not is_said}
    parts = [(missing.get(part, LABELS[part]), part not in missing) for part in report.said]
    wrong = [each for each in report.errors if each not in missing.values()]
    return {"slot": slot, "report": report, "parts": parts, "wrong": wrong}


def _report(visit: Visit, slot: Slot, chosen: Language, form: WordingForm) -> Report:
    return wording_lint.check(str(form.text.data or "")[: wording_lint.TYPED], slot, chosen, visit.business)


def _versions(session: Session, visit: Visit, found: InForce) -> list[Version]:
    rows = wording.versions(session, visit.business, found.slot, found.language)
    names = {f"member:{each.id}": each.name for each in member.all_of(session, visit.business.id)} if rows else {}
    newest = rows[0].number if rows else None
    return [
        Version(row.number, row.text, row.created_at, names.get(row.created_by, "a program"), row.number == newest)
        for row in rows
    ]


def _asked(visit: Visit, given: Any) -> tuple[Slot, Language]:
    """Raises NotFound for an unknown text, Conflict for one that is fixed."""
    slot = wording.editable(visit.business, str(given.get("key") or ""))
    return slot, language.known(str(given.get("language") or "")) or Language(visit.business.language)


def _url(slot: Slot, chosen: Language) -> str:
    return f"{HERE}/edit?{urlencode({'key': slot.key, 'language': str(chosen)})}"
