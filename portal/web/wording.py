"""`/settings/wordings/edit`: the words of one automatic text in one language, with a phone beside them that shows what
leaves, what it costs and what is missing; and every version there was."""

import datetime as dt
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from sqlmodel import Session

from forms.wording import WordingForm
from portal.accounts import business as businesses
from portal.accounts import member
from portal.accounts.language import NAMES, Language
from portal.accounts.sender import SMS, WHATSAPP
from portal.messaging import whatsapp_template, wording, wording_lint, wording_part, wording_template, wording_text
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
    template: str
    at: dt.datetime
    by: str
    is_in_force: bool


@dataclass(frozen=True)
class Asked:
    """Which text the address names."""

    slot: Slot
    language: Language
    channel: str

    @property
    def url(self) -> str:
        channel = {} if self.channel == SMS else {"channel": self.channel}
        return f"{HERE}/edit?{urlencode({'key': self.slot.key, 'language': str(self.language), **channel})}"

    @property
    def may_need_template(self) -> bool:
        return self.channel == WHATSAPP and self.slot.may_need_template


def show(session: Session, visit: Visit) -> Answer:
    """The words in force, or those of the version that the address names, ready to be saved again."""
    asked = _asked(visit, visit.query)
    found = _in_force(session, visit, asked)
    wanted = visit.query.get("version", "")
    rows = wording.versions(session, visit.business, asked.slot, asked.language, asked.channel)
    kept = next((each for each in rows if str(each.number) == wanted and each.text), found)
    template = kept.template or {"name": "", "language": wording_template.LANGUAGES[asked.language]}
    known = {"text": kept.text, "template": template["name"], "template_language": template["language"]}
    return _editor(session, visit, asked, found, WordingForm(data=known))


def preview(session: Session, visit: Visit) -> Answer:
    """The fragment beside the words, while somebody types; nothing is kept."""
    asked = _asked(visit, visit.query)
    return Page("wording/_preview.html", _previewed(visit, asked, WordingForm(visit.query)))


def save(session: Session, visit: Visit) -> Answer:
    """Keep a version, go back to ours, or only show what was typed where no script does. Refused words stay typed.
    Raises Conflict in a branch."""
    businesses.require_main(visit.business)
    asked = _asked(visit, visit.form)
    act, form = visit.form.get("act"), WordingForm(visit.form)
    if act == "ours":
        return _kept(session, visit, asked, None)
    found = _in_force(session, visit, asked)
    if not form.is_valid():
        return _editor(session, visit, asked, found, form, 422)
    if act == "preview":
        return _editor(session, visit, asked, found, form)
    template = form.chosen_template if asked.may_need_template else None
    problem = wording_template.problem(
        session, visit.business, template, asked.slot, asked.channel, str(form.text.data)
    )
    report = _report(visit, asked, form)
    if report.errors or problem:
        form.text.errors, form.template.errors = report.errors, (problem,) if problem else ()
        return _editor(session, visit, asked, found, form, 422)
    return _kept(session, visit, asked, str(form.text.data), template)


def _kept(
    session: Session, visit: Visit, asked: Asked, text: str | None, template: dict[str, str] | None = None
) -> SeeOther:
    found = wording.save(
        session, visit.business, asked.slot, asked.language, text, actor=visit.actor, ip=visit.ip,
        channel=asked.channel, template=template,
    )  # fmt: skip
    said = f"Version {found.number} goes out" if found.number else "The standard words go out"
    return SeeOther(asked.url, flash=f"{said} from the next text on.")


def _editor(session: Session, visit: Visit, asked: Asked, found: InForce, form: WordingForm, status: int = 200) -> Page:
    slot, business = asked.slot, visit.business
    context: dict[str, Any] = {
        "form": form, "found": found, "chosen": asked.language, "languages": NAMES,
        "ours": DEFAULTS[asked.language][slot.key],
        "places": {wording_text.written(name): PLACES[name] for name in slot.places},
        "versions": _versions(session, visit, found),
        "templates": whatsapp_template.of(session, business.policy_id) if asked.may_need_template else [],
        "main": businesses.get(session, business.policy_id) if business.main_id else None,
    }  # fmt: skip
    return Page("wording/page.html", context | _previewed(visit, asked, form), status)


def _previewed(visit: Visit, asked: Asked, form: WordingForm) -> dict[str, Any]:
    """Each required part with its name, or with what to do about it; and what else is wrong."""
    report, chosen = _report(visit, asked, form), asked.language
    missing = {part: wording_part.sentence(part, chosen) for part, is_said in report.said.items() if not is_said}
    parts = [(missing.get(part, LABELS[part]), part not in missing) for part in report.said]
    wrong = [each for each in report.errors if each not in missing.values()]
    body = wording_template.body(_typed(form)) if asked.may_need_template else ""
    return {
        "slot": asked.slot, "channel": asked.channel, "report": report, "parts": parts, "wrong": wrong, "body": body,
    }  # fmt: skip


def _report(visit: Visit, asked: Asked, form: WordingForm) -> Report:
    return wording_lint.check(
        _typed(form), asked.slot, asked.language, visit.business, channel=asked.channel, employee=visit.member.name
    )


def _typed(form: WordingForm) -> str:
    return str(form.text.data or "")[: wording_lint.TYPED]


def _in_force(session: Session, visit: Visit, asked: Asked) -> InForce:
    return wording.in_force(session, visit.business, asked.slot, asked.language, asked.channel)


def _versions(session: Session, visit: Visit, found: InForce) -> list[Version]:
    rows = wording.versions(session, visit.business, found.slot, found.language, found.channel)
    home = visit.business.policy_id
    names = {f"member:{each.id}": each.name for each in member.all_of(session, home)} if rows else {}
    newest = rows[0].number if rows else None
    return [
        Version(
            row.number, row.text, (row.template or {}).get("name", ""), row.created_at,
            names.get(row.created_by, "a program"), row.number == newest,
        )
        for row in rows
    ]  # fmt: skip


def _asked(visit: Visit, given: Any) -> Asked:
    """Raises NotFound for an unknown text or channel, Conflict for words that are fixed."""
    channel, chosen = wording.asked(visit.business, str(given.get("channel") or ""), str(given.get("language") or ""))
    return Asked(wording.editable(visit.business, str(given.get("key") or ""), channel), chosen, channel)
