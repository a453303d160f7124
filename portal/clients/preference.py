"""The texting choices of one number, behind the short link in a text to it: they only lower, and show nothing else.

The link came to the handset, so it asks for no digits; whoever it was forwarded to can lower texting, and no more.
"""

from dataclasses import dataclass

from sqlmodel import Session

from portal.accounts import business as businesses
from portal.accounts.business import Business, Capability
from portal.clients import own_number
from portal.clients.own_number import OwnNumber
from portal.consent import subscription
from portal.errors import NotFound
from portal.messaging import preference_link

BAD_LINK = "This link is no longer valid. Reply STOP to any text to stop them."


@dataclass(frozen=True)
class Reached:
    """Whose text it was, and the number with its channels."""

    business: Business
    number: OwnNumber

    @property
    def actor(self) -> str:
        return "client"

    @property
    def about(self) -> str:
        return self.number.id


def find(session: Session, code: str) -> Reached:
    """Raises NotFound in the same words for a code that is unknown, too old, or of a number that is gone."""
    found = preference_link.find(session, code)
    row = subscription.get(session, found.business_id, found.subscription_id) if found is not None else None
    if row is None:
        raise NotFound(BAD_LINK)
    business = businesses.get(session, row.business_id)
    if not business.may_use(Capability.TEXTING):
        raise NotFound(BAD_LINK)
    lines = tuple(own_number.rows(session, business.id, [row.number]))
    return Reached(business, OwnNumber(row.id, row.number, None, lines))
