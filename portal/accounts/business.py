"""A business: one tenant, one brand; consent given to it is valid for no other (rules.md row 27)."""

import copy
import datetime as dt
import re
import unicodedata
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlmodel import Field, Session, SQLModel, select

from portal import clock
from portal.accounts.language import Language
from portal.column import UtcTime, new_id
from portal.errors import Conflict, Invalid, NotFound

DEFAULT_PURPOSES = "your appointments and projects"


class Capability(StrEnum):
    """What the operator grants; `texting` is the beta flag of H-26."""

    TEXTING = "texting"
    FIRST_MESSAGE_GATE = "first_message_gate"
    GROUP_MESSAGES = "group_messages"
    WHATSAPP = "whatsapp"


GRANTED_AT_CREATION = (Capability.TEXTING, Capability.FIRST_MESSAGE_GATE)
SWITCHES = {
    Capability.FIRST_MESSAGE_GATE: "has_first_message_gate",
    Capability.GROUP_MESSAGES: "has_group_messages",
    Capability.WHATSAPP: "has_whatsapp",
}
POLICY = frozenset(
    {
        "capabilities", "wordings", "opt_in_words", "opt_out_words", "shows_held_inbound", "allows_cold_requests",
        *SWITCHES.values(),
    }
)  # fmt: skip
"""What is decided on the main business and inherited."""
INHERITED = ("region", "timezone", "allowed_regions", "language")
"""What a new branch starts with, to be changed there."""
MOST_BRANCHES = 200


class Business(SQLModel, table=True):
    """`purposes`, the links and the contact details go into the fixed disclaimer and the automatic texts, which are in
    `language`. `wordings` names the version of each that is the business's own (messaging/wording.py).

    A branch names its main business in `main_id` and carries a copy of its policy (POLICY below), written by
    `change_policy` alone, so that no decision about a text needs two rows (behaviours.md X-6).
    """

    __table_args__ = (sa.Index("business_by_main", "main_id"),)

    id: str = Field(default_factory=new_id, primary_key=True)
    main_id: str | None = Field(default=None, foreign_key="business.id")
    slug: str = Field(unique=True)
    name: str
    region: str = "US"
    timezone: str = "America/New_York"
    purposes: str = DEFAULT_PURPOSES
    privacy_url: str = ""
    terms_url: str = ""
    phone: str = ""
    email: str = ""
    language: str = Language.EN
    wordings: dict[str, int] = Field(default_factory=dict, sa_type=sa.JSON)
    allowed_regions: list[str] = Field(sa_type=sa.JSON)
    capabilities: list[str] = Field(sa_type=sa.JSON)
    opt_out_words: list[str] = Field(default_factory=list, sa_type=sa.JSON)
    opt_in_words: list[str] = Field(default_factory=list, sa_type=sa.JSON)
    has_first_message_gate: bool = False
    has_group_messages: bool = False
    has_whatsapp: bool = False
    shows_held_inbound: bool = False
    allows_cold_requests: bool = True
    has_preference_links: bool = False
    embed_origins: list[str] = Field(default_factory=list, sa_type=sa.JSON)
    created_at: dt.datetime = Field(default_factory=clock.now, sa_type=UtcTime)

    def may_use(self, capability: Capability) -> bool:
        return capability in self.capabilities

    @property
    def policy_id(self) -> str:
        """The business whose wordings and consent policy count: the main one."""
        return self.main_id or self.id

    def asks_first(self, channel: str) -> bool:
        """Whether the first text in either direction asks for consent on this channel; on WhatsApp always (S-4)."""
        return self.has_first_message_gate or channel == "whatsapp"


def create(session: Session, name: str, *, region: str = "US", timezone: str = "America/New_York") -> Business:
    """A new business with its own slug. Raises Invalid for an empty name."""
    name = " ".join(name.split())
    if not name or len(name) > 80:
        raise Invalid("A business needs a name of at most 80 characters.", fields={"name": ["Please give a name."]})
    business = Business(
        slug=_free_slug(session, name),
        name=name,
        region=region,
        timezone=timezone,
        allowed_regions=[region],
        capabilities=[str(each) for each in GRANTED_AT_CREATION],
    )
    session.add(business)
    session.flush()
    return business


def create_branch(session: Session, main: Business, name: str) -> Business:
    """A business of its own under `main`: own clients, senders, members and consent; policy from above (M-10).

    Raises Conflict for a branch of a branch, Invalid for an empty name.
    """
    if main.main_id is not None:
        raise Conflict(
            f"{main.name} is a branch itself, and a branch has none. Please add it to the main business.",
            reason="branch_of_a_branch",
        )
    if len(branches(session, main.id)) >= MOST_BRANCHES:
        raise Conflict(f"A business has at most {MOST_BRANCHES} branches.", reason="too_many")
    branch = create(session, name)
    values = {each: copy.deepcopy(getattr(main, each)) for each in (*POLICY, *INHERITED)}
    change(session, branch, main_id=main.id, **values)
    session.flush()
    return branch


def get(session: Session, business_id: str) -> Business:
    """Raises NotFound."""
    business = session.get(Business, business_id)
    if business is None:
        raise NotFound("There is no such business.")
    return business


def by_slug(session: Session, slug: str) -> Business:
    """Raises NotFound."""
    business = session.exec(select(Business).where(Business.slug == slug)).first()
    if business is None:
        raise NotFound("There is no such business.")
    return business


def named(session: Session, name_or_id: str) -> Business:
    """For commands: a business by id or slug. Raises NotFound."""
    return session.get(Business, name_or_id) or by_slug(session, name_or_id)


def exists(session: Session) -> bool:
    return session.exec(select(Business.id).limit(1)).first() is not None


def grant(session: Session, business: Business, capability: Capability, *, revoke: bool = False) -> None:
    """The operator gives or takes a capability, for the whole account; nobody else can. Raises Conflict for a branch.

    What is taken is also switched off; texts that were held stay held.
    """
    kept = [each for each in business.capabilities if each != capability]
    off = {SWITCHES[capability]: False} if revoke and capability in SWITCHES else {}
    change_policy(session, business, capabilities=kept if revoke else [*kept, str(capability)], **off)


def change_policy(session: Session, business: Business, **values: Any) -> None:
    """Change what a main business decides for all of its account, in every branch at once (M-10).

    Raises Conflict for a branch.
    """
    unknown = set(values) - POLICY
    if unknown:
        raise ValueError(f"no policy: {', '.join(sorted(unknown))}")
    require_main(business)
    for each in (business, *branches(session, business.id)):
        change(session, each, **values)


def require_main(business: Business) -> None:
    """Raises Conflict for a branch: it shows what it inherits."""
    if business.main_id is not None:
        raise Conflict("This is decided in the main business, for all of its branches.", reason="inherited")


def branches(session: Session, business_id: str) -> list[Business]:
    """The businesses under a main one, by name."""
    query = select(Business).where(Business.main_id == business_id).order_by(sa.column("name"), sa.column("id"))
    return list(session.exec(query.limit(MOST_BRANCHES)).all())


def require(business: Business, capability: Capability) -> None:
    """Raises NotFound where the capability is not granted: the page does not exist for this business (H-26)."""
    if not business.may_use(capability):
        raise NotFound()


def change(session: Session, business: Business, **values: Any) -> None:
    """Edit name, purposes, links, contact details; values are validated by the form or the API before."""
    for name, value in values.items():
        setattr(business, name, value)
    session.add(business)


def _free_slug(session: Session, name: str) -> str:
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    base = re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:40] or "business"
    for attempt in range(1, 200):
        slug = base if attempt == 1 else f"{base}-{attempt}"
        if session.exec(select(Business.id).where(Business.slug == slug)).first() is None:
            return slug
    raise Conflict("Too many businesses share this name; please choose another.")
