"""`/settings`: what the business fills into the fixed disclaimer and the automatic texts, with the result beside it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlmodel import Session

from forms.business import REGIONS, BusinessForm
from portal.accounts import audit, language
from portal.accounts import business as businesses
from portal.accounts.business import Business
from portal.accounts.language import NAMES, Language
from portal.accounts.member import Right
from portal.consent import disclaimer
from portal.consent.disclaimer import Shown
from portal.messaging import hours, segment, wording
from portal.messaging.segment import Segments
from portal.messaging.wording_lint import MOST
from portal.web.page import Answer, Page, SeeOther
from portal.web.visit import Visit

IN_TEXTS = ("name", "purposes", "phone", "email", "privacy_url", "terms_url", "language")
FIELDS = (*IN_TEXTS, "timezone", "allowed_regions", "has_preference_links")
SHOWN = {
    "form.confirmation": "Confirmation, right after a Yes",
    "opt_out.confirmation": "Confirmation of a STOP",
    "help": "Answer to HELP",
}


@dataclass(frozen=True)
class Text:
    """One automatic text as it will be, and what it costs."""

    title: str
    text: str
    size: Segments


@dataclass(frozen=True)
class Preview:
    disclaimer: Shown
    texts: list[Text]


def show(session: Session, visit: Visit) -> Answer:
    """A form for those who may set up, the same facts to read for everybody else."""
    business = visit.business
    if visit.member.may(Right.SETUP):
        return _form(session, visit, _filled(business))
    context = {
        "preview": _preview(session, business, visit), "regions": _names(business.allowed_regions),
        "language": NAMES[Language(business.language)], **_hours(session, visit),
    }  # fmt: skip
    return Page("settings_page/facts.html", context)


def preview(session: Session, visit: Visit) -> Answer:
    """The fragment beside the form, while somebody types; nothing is kept."""
    typed = {name: visit.query.get(name, "")[:500] for name in IN_TEXTS}
    drafted = _drafted(visit.business, typed)
    return Page("settings_page/_preview.html", {"preview": _preview(session, drafted, visit)})


def save(session: Session, visit: Visit) -> Answer:
    business = visit.business
    form = BusinessForm(
        visit.form, regions=business.allowed_regions, timezone=business.timezone, language=business.language
    )
    if not form.is_valid() or not _has_short_texts(session, form, business):
        return _form(session, visit, form, 422)
    values = {name: form.data[name] or "" for name in FIELDS} | {
        "has_preference_links": bool(form.has_preference_links.data)
    }
    changed = [name for name, value in values.items() if getattr(business, name) != value]
    businesses.change(session, businesses.get(session, business.id), **values)
    audit.note(session, "business.changed", actor=visit.actor, business_id=business.id, ip=visit.ip, fields=changed)
    return SeeOther("/settings", flash="Saved. The new words apply from the next form and the next text on.")


def _form(session: Session, visit: Visit, form: BusinessForm, status: int = 200) -> Page:
    typed = {name: str(form.data[name] or "") for name in IN_TEXTS}
    context = {"form": form, "preview": _preview(session, _drafted(visit.business, typed), visit)}
    return Page("settings_page/page.html", context | _hours(session, visit), status)


def _hours(session: Session, visit: Visit) -> dict[str, Any]:
    return {"hours": hours.of(session), "is_demo": visit.settings.demo}


def _filled(business: Business) -> BusinessForm:
    data = {name: getattr(business, name) for name in FIELDS}
    return BusinessForm(data=data, regions=business.allowed_regions, timezone=business.timezone)


def _drafted(business: Business, typed: Mapping[str, str]) -> Business:
    """The business as it would be; of no session, so that it is stored nowhere."""
    values = {name: " ".join(value.split()) for name, value in typed.items()}
    values["language"] = language.known(values["language"]) or Language.EN
    return Business(**(business.model_dump() | values))


def _preview(session: Session, business: Business, visit: Visit) -> Preview:
    words = {key: wording.automatic(session, business, key).text for key in SHOWN}
    texts = [Text(SHOWN[key], text, segment.count(text)) for key, text in words.items()]
    return Preview(disclaimer.current(business, public_url=visit.settings.public_url), texts)


def _has_short_texts(session: Session, form: BusinessForm, business: Business) -> bool:
    typed = {name: str(form.data[name] or "") for name in IN_TEXTS}
    longest = wording.longest(session, _drafted(business, typed))
    if longest <= MOST:
        return True
    form.purposes.errors = (
        f"An automatic text would have {longest} characters, and {MOST} is the most. Please shorten this.",
    )
    return False


def _names(codes: list[str]) -> list[Any]:
    return [REGIONS.get(code, code) for code in codes]
