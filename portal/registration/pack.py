"""What a business hands to its provider or registry before it may text, made from its live settings (rules.md 7)."""

import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from sqlmodel import Session

from portal.accounts.business import Business
from portal.accounts.language import Language
from portal.consent import disclaimer
from portal.consent.disclaimer import Shown
from portal.messaging import wording_part
from portal.registration import clause, keyword_list, live, sample, way
from portal.registration.clause import Clause
from portal.registration.live import Form, Live
from portal.registration.number import Number
from portal.registration.sample import Sample
from portal.registration.way import Way

_PHONE = re.compile(r"\+?\d(?:[\s().-]?\d){6,}")


@dataclass(frozen=True)
class Answered:
    """An automatic answer with the words that call for it."""

    text: str
    keywords: tuple[str, ...]


@dataclass(frozen=True)
class Pack:
    """`disclaimer` are the words beside Yes and No. `asks_cold`: a reason in one's own words is enough to ask a number
    by text. `others` are all texts that go out by themselves, beside `samples`. `has_own_privacy`, `has_own_terms`: the
    link leads to a page that we cannot see. `offers` are the words beside the question about marketing, where a form
    asks it."""

    brand: str
    purposes: str
    language: Language
    description: str
    disclaimer: str
    offers: str
    message_flow: str
    ways: tuple[Way, ...]
    forms: tuple[Form, ...]
    samples: tuple[Sample, ...]
    others: tuple[Sample, ...]
    opt_in: Answered
    opt_out: Answered
    help: Answered
    has_embedded_links: bool
    has_embedded_phone: bool
    privacy_url: str
    terms_url: str
    has_own_privacy: bool
    has_own_terms: bool
    proof_url: str
    privacy: tuple[Clause, ...]
    terms: tuple[Clause, ...]
    numbers: tuple[Number, ...]
    phone: str
    email: str
    asks_cold: bool

    @property
    def asking(self) -> tuple[Way, ...]:
        """Ways on which a text asks for the consent."""
        return tuple(each for each in self.ways if each.asks)


def read(session: Session, business: Business, *, public_url: str, form_origin: str) -> Pack:
    """From the settings of this moment."""
    return of(live.read(session, business, public_url=public_url, form_origin=form_origin))


def of(found: Live) -> Pack:
    business, proof_url = found.business, f"{found.public_url}/opt-in/{found.business.slug}"
    shown = disclaimer.current(business, public_url=found.public_url)
    offers = disclaimer.marketing(business, public_url=found.public_url).text
    asks_offers = any(each.asks_offers for each in found.forms)
    others, links = sample.all_of(found), _links(shown, proof_url)
    said = [each.text for each in others]
    numbers = [each.number for each in found.numbers]
    return Pack(
        brand=business.name, purposes=business.purposes, language=Language(business.language),
        description=_description(found), disclaimer=shown.text, offers=offers if asks_offers else "",
        message_flow=way.message_flow(found, shown, offers, proof_url), ways=way.of(found), forms=found.forms,
        samples=sample.chosen(found), others=others,
        opt_in=Answered(found.words.get("form.confirmation", ""), keyword_list.start(business)),
        opt_out=Answered(found.words.get("opt_out.confirmation", ""), keyword_list.stop(business)),
        help=Answered(found.words.get("help", ""), keyword_list.built_in("help")),
        has_embedded_links=business.has_preference_links or any(map(wording_part.has_link, said)),
        has_embedded_phone=any(map(_PHONE.search, said)), privacy_url=links[0], terms_url=links[1],
        has_own_privacy=not links[0].startswith(proof_url), has_own_terms=not links[1].startswith(proof_url),
        proof_url=proof_url, privacy=clause.privacy(business),
        terms=clause.terms(business, numbers, privacy_url=links[0]), numbers=found.numbers,
        phone=business.phone, email=business.email, asks_cold=business.allows_cold_requests,
    )  # fmt: skip


def _links(shown: Shown, proof_url: str) -> tuple[str, str]:
    """Privacy policy and terms; where they are ours, as pages of their own for a reviewer who scrolls nowhere."""
    known = {f"{proof_url}#{part}": f"{proof_url}/{part}" for part in ("privacy", "terms")}
    return known.get(shown.privacy_url, shown.privacy_url), known.get(shown.terms_url, shown.terms_url)


def _description(found: Live) -> str:
    """40 to 4096 characters: who writes to whom, about what, and on what ground."""
    business = found.business
    by_itself = ", ".join(f"“{each.name}”" for each in found.automations[:10])
    offers = (
        " Offers go only to those who agreed to marketing by a question of its own."
        if any(each.asks_offers for each in found.forms)
        else ""
    )
    automatic = f" and automatic texts ({by_itself})" if by_itself else ""
    return (
        f"{business.name} sends text messages (SMS) about {business.purposes} to its own clients, and to nobody who "
        f"did not agree. They are conversations with its team{automatic}.{offers} Message frequency varies. Every "
        "client opted in with the exact number that is texted; a STOP, in any words, ends all texts to that number at "
        "once. No list is bought, rented or shared, and no consent is passed on to another business."
    )


def plain(found: Pack) -> dict[str, Any]:
    """As JSON takes it, for a file, a program and a snapshot."""
    return {
        "brand": found.brand, "description": found.description, "message_flow": found.message_flow,
        "call_to_action": found.disclaimer, "marketing_call_to_action": found.offers,
        "samples": [{"title": each.title, "text": each.text} for each in found.samples],
        **{name: _answered(getattr(found, name)) for name in ("opt_in", "opt_out", "help")},
        "has_embedded_links": found.has_embedded_links, "has_embedded_phone": found.has_embedded_phone,
        "privacy_url": found.privacy_url, "terms_url": found.terms_url, "proof_url": found.proof_url,
        "privacy": [asdict(each) for each in found.privacy], "terms": [asdict(each) for each in found.terms],
        "support": {"phone": found.phone, "email": found.email},
        "numbers": [{"number": each.number, "kind": each.kind, "asks": each.asks} for each in found.numbers],
    }  # fmt: skip


def _answered(found: Answered) -> Mapping[str, Any]:
    return {"text": found.text, "keywords": list(found.keywords)}
