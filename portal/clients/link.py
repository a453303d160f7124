"""The link to a client's own page: signed, without a login, and dead as soon as a member makes a new one.

Whoever holds it reads the page; what changes texting asks for the end of the number besides (digits.py).
"""

from dataclasses import dataclass
from typing import Protocol

from itsdangerous import BadSignature, URLSafeSerializer
from sqlmodel import Session

from portal.accounts import audit, key
from portal.accounts import business as businesses
from portal.accounts.business import Business, Capability
from portal.accounts.key import Secrets
from portal.contacts import contact, merge
from portal.contacts.contact import Contact
from portal.errors import NotFound

PURPOSE = "own page"
LONGEST = 300  # characters of a token; ours have about 80
BAD_LINK = "This link is incomplete or no longer valid. Please ask the business that sent it for a new one."


class Whose(Protocol):
    """Who acts, through a link of either kind: on their own page, or for the one number that got a text."""

    @property
    def business(self) -> Business: ...
    @property
    def actor(self) -> str: ...
    @property
    def about(self) -> str: ...


@dataclass(frozen=True)
class Opened:
    """Whose page it is; `client` is the record that stands now."""

    business: Business
    client: Contact

    @property
    def about(self) -> str:
        """What the audit calls them."""
        return self.client.id

    @property
    def has_name(self) -> bool:
        """Whether a member named them: no name that anybody may have typed, and no number in a name's place."""
        return not self.client.has_typed_name and any(char.isalpha() for char in self.client.name)

    @property
    def actor(self) -> str:
        return f"contact:{self.client.id}"


def url(secrets: Secrets, form_origin: str, client: Contact) -> str:
    """The page of this contact. Whoever holds the link reads what stands there."""
    token = _signer(secrets, client.business_id).dumps([client.id, client.portal_epoch])
    return f"{form_origin}/c/{token}"


def find(session: Session, token: str) -> Opened:
    """The page behind `token`. A merged record leads to the one it is part of. Raises NotFound, in the same words for
    a link that is not ours, one that was replaced, and a client whom we do not know any more."""
    contact_id, _ = _claimed(token)
    named = session.get(Contact, contact_id)
    if named is None or not _is_genuine(key.of(session), named, token):
        raise NotFound(BAD_LINK)
    business = businesses.get(session, named.business_id)
    if not business.may_use(Capability.TEXTING):
        raise NotFound(BAD_LINK)
    try:
        return Opened(business, contact.living(session, business.id, named.id))
    except NotFound:
        raise NotFound(BAD_LINK) from None


def renew(session: Session, client: Contact, *, actor: str, ip: str) -> None:
    """From now on no link counts that was made before, nor one of a record that was merged into this one."""
    for each in contact.lock(session, client.business_id, *merge.members(session, client.id)):
        each.portal_epoch += 1
        session.add(each)
    audit.note(session, "own_page.renewed", actor=actor, business_id=client.business_id, object=client.id, ip=ip)


def _claimed(token: str) -> tuple[str, int]:
    """What the token says of itself, before anything proves it: so no more of it is unpacked than ours can hold, and
    nothing that no id has reaches the database."""
    is_like_ours = token.isascii() and len(token) <= LONGEST
    _, said = URLSafeSerializer("").loads_unsafe(token) if is_like_ours else (False, None)
    if not (isinstance(said, list) and len(said) == 2 and isinstance(said[0], str) and isinstance(said[1], int)):
        raise NotFound(BAD_LINK)
    if said[0].isascii() and said[0].isalnum():
        return said[0], said[1]
    raise NotFound(BAD_LINK)


def _is_genuine(secrets: Secrets, named: Contact, token: str) -> bool:
    try:
        return bool(_signer(secrets, named.business_id).loads(token) == [named.id, named.portal_epoch])
    except BadSignature:
        return False


def _signer(secrets: Secrets, business_id: str) -> URLSafeSerializer:
    """Purpose and business are part of the key, so a link of one is worth nothing for another (ASVS 9.2)."""
    return URLSafeSerializer(secrets.derived(f"link:{PURPOSE}"), salt=business_id)
