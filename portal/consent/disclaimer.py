"""The fixed words beside the opt-in question, and beside the one about marketing that may follow it. The business fills
in its name, purposes and links; every variant is a version with a hash, kept for ever, because consent was given to
exactly these words (H-8, rules.md rows 10 and 17)."""

import datetime as dt
import hashlib
from dataclasses import dataclass

from sqlmodel import Field, Session, SQLModel

from portal import clock
from portal.accounts.business import Business
from portal.column import UtcTime, table_of
from portal.statement import Statement, params

LINKS = "Privacy Policy and SMS Terms."
WORDS = (
    "By choosing Yes and entering my number, I agree to receive text messages (SMS), including automated ones, from "
    "{business} about {purposes} at this number. Message frequency varies. Message and data rates may apply. "
    "Reply STOP to opt out or HELP for help. Consent is not a condition of purchase. "
    "See the {business} " + LINKS
)
MARKETING_WORDS = (
    "By choosing Yes here too, I also agree to receive marketing and promotional text messages (SMS), including "
    "automated ones sent with an automatic telephone dialing system, from {business} at the number I entered above. "
    "My choice is my electronic signature. I do not have to agree to this, directly or indirectly, as a condition of "
    "buying any property, goods or services. Message frequency varies. Message and data rates may apply. "
    "Reply STOP to opt out or HELP for help. See the {business} " + LINKS
)
"""Written consent with its two disclosures, 47 CFR 64.1200(f)(9) (rules.md 1.1); a question of its own (section 12)."""


class Disclaimer(SQLModel, table=True):
    """One variant as it was shown. `id` is the SHA-256 of business, text and links."""

    id: str = Field(primary_key=True)
    business_id: str = Field(foreign_key="business.id", index=True)
    text: str
    privacy_url: str
    terms_url: str
    created_at: dt.datetime = Field(default_factory=clock.now, sa_type=UtcTime)


@dataclass(frozen=True)
class Shown:
    """What a form shows: the words, the two links, and the id that the form token is bound to."""

    id: str
    text: str
    privacy_url: str
    terms_url: str

    @property
    def before_links(self) -> str:
        """The words up to the two that are links on screen."""
        return self.text.removesuffix(LINKS)


_table = table_of(Disclaimer)
_KEEP = Statement(
    lambda insert: insert(_table).values(**params(*(column.key for column in _table.columns))).on_conflict_do_nothing()
)


def current(business: Business, *, public_url: str) -> Shown:
    """The words of today. Pure; `keep` stores them when they are first used."""
    return _shown(business, WORDS.format(business=business.name, purposes=business.purposes), public_url)


def marketing(business: Business, *, public_url: str) -> Shown:
    """The same beside the question about marketing, with a hash of its own."""
    return _shown(business, MARKETING_WORDS.format(business=business.name), public_url)


def _shown(business: Business, text: str, public_url: str) -> Shown:
    page = f"{public_url}/opt-in/{business.slug}"
    privacy = _link(business.privacy_url, f"{page}#privacy")
    terms = _link(business.terms_url, f"{page}#terms")
    digest = hashlib.sha256("\x00".join((business.id, text, privacy, terms)).encode()).hexdigest()
    return Shown(digest, text, privacy, terms)


def keep(session: Session, business_id: str, shown: Shown) -> None:
    """Store a variant once, also when two clients are the first to see it."""
    _KEEP.run(
        session, id=shown.id, business_id=business_id, text=shown.text, privacy_url=shown.privacy_url,
        terms_url=shown.terms_url, created_at=clock.now(),
    )  # fmt: skip


def find(session: Session, business_id: str, disclaimer_id: str) -> Shown | None:
    """The variant a form was rendered with, or None for an unknown or somebody else's."""
    kept = session.get(Disclaimer, disclaimer_id)
    if kept is None or kept.business_id != business_id:
        return None
    return Shown(kept.id, kept.text, kept.privacy_url, kept.terms_url)


def _link(own: str, ours: str) -> str:
    """The business's own page, where it is one: a client never gets a link that runs something."""
    return own if own.startswith(("https://", "http://")) else ours
