"""`/settings`: what the business fills into the fixed disclaimer and the automatic texts, with the result beside it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlmodel import Session

from forms.business import REGIONS, BusinessForm
from portal.accounts import audit, language
from portal.accounts import business as businesses
from portal.accounts.business import Business, Capability
from portal.accounts.language import NAMES, Language
from portal.accounts.member import Right
from portal.consent import agreed_words, disclaimer
from portal.consent.disclaimer import Shown
from portal.messaging import hours, segment, wording
from portal.messaging.segment import Segments
from portal.messaging.wording_lint import MOST
from portal.registration import drift
from portal.registration.drift import Change
from portal.web.page import Answer, Page, SeeOther
from portal.web.visit import Visit

IN_TEXTS = ("name", "purposes", "phone", "email", "privacy_url", "terms_url", "language")
IN_QUESTION = ("name", "purposes", "privacy_url", "terms_url")
"""What stands in the words that clients agree to."""

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
class Pinned:
    """`clients` agreed to other words than those that are to be saved, whose version is `words`."""

    words: str
    clients: int


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
        "language": NAMES[Language(business.language)], **_beside(session, visit),
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
    if set(changed) & set(IN_QUESTION) and (pinned := _pinned(session, visit, form)):
        return _form(session, visit, form, 422, pinned=pinned)
    businesses.change(session, businesses.get(session, business.id), **values)
    audit.note(session, "business.changed", actor=visit.actor, business_id=business.id, ip=visit.ip, fields=changed)
    return SeeOther("/settings", flash="Saved. The new words apply from the next form and the next text on.")


def _pinned(session: Session, visit: Visit, form: BusinessForm) -> Pinned | None:
    """Said once, before other words than clients agreed to are saved; `words` says that it was read."""
    typed = {name: str(form.data[name] or "") for name in IN_TEXTS}
    shown = disclaimer.current(_drafted(visit.business, typed), public_url=visit.settings.public_url)
    clients = agreed_words.others(session, visit.business.id, shown)
    return Pinned(shown.id, clients) if clients and visit.form.get("words") != shown.id else None


def _form(
    session: Session, visit: Visit, form: BusinessForm, status: int = 200, *, pinned: Pinned | None = None
) -> Page:  # fmt: skip
    typed = {name: str(form.data[name] or "") for name in IN_TEXTS}
    drafted = _drafted(visit.business, typed)
    context = {"form": form, "preview": _preview(session, drafted, visit), "pinned": pinned}
    return Page("settings_page/page.html", context | _beside(session, visit), status)


def _beside(session: Session, visit: Visit) -> dict[str, Any]:
    return {"hours": hours.of(session), "is_demo": visit.settings.demo, "changes": _changes(session, visit)}


def _changes(session: Session, visit: Visit) -> tuple[Change, ...]:
    """What is no longer as it was registered."""
    if not visit.business.may_use(Capability.TEXTING):
        return ()
    public_url, form_origin = visit.settings.public_url, visit.settings.form_origin
    return drift.standing(session, visit.business, public_url=public_url, form_origin=form_origin).changes


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
