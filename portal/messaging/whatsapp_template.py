"""The templates that Meta has approved for a business: the only words that go out on WhatsApp past its 24 hours.

A template belongs to the business's own WhatsApp account, so each business keeps its own, branches too.
"""

import datetime as dt
import re
from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlmodel import Field, Session, SQLModel, select

from portal import clock
from portal.column import UtcTime, new_id, one_of, table_of
from portal.database import announce
from portal.errors import Conflict, Invalid, NotFound
from portal.providers.provider import TemplateUpdate

MOST = 100
LONGEST = 1024  # characters of a body, by Meta's rules
NAME = re.compile(r"[a-z0-9_]{1,512}")
LANGUAGE = re.compile(r"[a-z]{2,3}(_[A-Z]{2})?")
_PLACE = re.compile(r"\{\{\s*(\d{1,2})\s*\}\}")


class Category(StrEnum):
    UTILITY = "utility"
    MARKETING = "marketing"
    AUTHENTICATION = "authentication"


class Standing(StrEnum):
    """What Meta says of it; only what is approved may be sent."""

    PENDING = "pending"
    APPROVED = "approved"
    REJECTED = "rejected"
    PAUSED = "paused"


_STANDING = {
    "approved": Standing.APPROVED, "reinstated": Standing.APPROVED, "rejected": Standing.REJECTED,
    "disabled": Standing.REJECTED, "deleted": Standing.REJECTED, "pending_deletion": Standing.REJECTED,
    "paused": Standing.PAUSED, "pending": Standing.PENDING, "in_appeal": Standing.PENDING,
}  # fmt: skip
"""Meta's words; any other one, such as a warning, changes nothing."""


class WhatsappTemplate(SQLModel, table=True):
    """`body` holds {{1}}, {{2}} … where the values go. `name` and `language` are as Meta knows it."""

    __tablename__ = "whatsapp_template"
    __table_args__ = (
        one_of(Category, "category"),
        one_of(Standing, "status"),
        sa.UniqueConstraint("business_id", "name", "language", name="whatsapp_template_once"),
    )

    id: str = Field(default_factory=new_id, primary_key=True)
    business_id: str = Field(foreign_key="business.id")
    name: str
    language: str
    category: str
    body: str
    status: str = Standing.PENDING
    updated_at: dt.datetime = Field(default_factory=clock.now, sa_type=UtcTime)

    @property
    def places(self) -> int:
        """How many values it takes."""
        return max((int(place) for place in _PLACE.findall(self.body)), default=0)


table = table_of(WhatsappTemplate)


def of(session: Session, business_id: str) -> list[WhatsappTemplate]:
    """All of a business's, by name."""
    query = select(WhatsappTemplate).where(WhatsappTemplate.business_id == business_id)
    return list(session.exec(query.order_by(sa.column("name"), sa.column("language")).limit(MOST)).all())


def usable(session: Session, business_id: str) -> list[WhatsappTemplate]:
    """Those that may be sent now."""
    return [each for each in of(session, business_id) if each.status == Standing.APPROVED]


def get(session: Session, business_id: str, template_id: str) -> WhatsappTemplate:
    """Raises NotFound for an unknown or somebody else's."""
    found = session.get(WhatsappTemplate, template_id)
    if found is None or found.business_id != business_id:
        raise NotFound("There is no such template.")
    return found


def add(
    session: Session, business_id: str, *, name: str, language: str, category: str, body: str, status: str
) -> WhatsappTemplate:
    """Raises Conflict for a second one of the same name and language, and Invalid where a place is left out."""
    if len(of(session, business_id)) >= MOST:
        raise Invalid(f"A business keeps at most {MOST} templates here.")
    numbers = {int(place) for place in _PLACE.findall(body)}
    if numbers != set(range(1, len(numbers) + 1)):
        raise Invalid("Number the places from {{1}} on, without leaving one out.", fields={"body": [_GAP]})
    same = select(WhatsappTemplate.id).where(
        WhatsappTemplate.business_id == business_id, WhatsappTemplate.name == name,
        WhatsappTemplate.language == language,
    )  # fmt: skip
    if session.exec(same).first():
        raise Conflict("There is a template of this name in this language already.")
    made = WhatsappTemplate(
        business_id=business_id, name=name, language=language, category=Category(category), body=body,
        status=Standing(status),
    )  # fmt: skip
    session.add(made)
    session.flush()
    return made


_GAP = "Number the places {{1}}, {{2}}, {{3}} …, without leaving one out."


def mark(session: Session, found: WhatsappTemplate, status: str) -> None:
    found.status, found.updated_at = Standing(status), clock.now()
    session.add(found)
    announce(session, f"business:{found.business_id}")


def remove(session: Session, found: WhatsappTemplate) -> None:
    """Texts that used it keep their words."""
    session.delete(found)


def report(session: Session, business_id: str, update: TemplateUpdate) -> None:
    """What Meta decided; a template that nobody has written down here is left alone: we do not know its words."""
    query = select(WhatsappTemplate).where(
        WhatsappTemplate.business_id == business_id, WhatsappTemplate.name == update.name,
        WhatsappTemplate.language == update.language,
    )  # fmt: skip
    found, standing = session.exec(query).first(), _STANDING.get(update.status)
    if found is not None and standing is not None:
        mark(session, found, standing)


def fill(found: WhatsappTemplate, values: Sequence[str]) -> tuple[str, Mapping[str, Any]]:
    """(the words as the client reads them, what the provider needs). Raises Invalid for a missing or empty value."""
    given = [" ".join(value.split()) for value in values]  # Meta takes no line breaks in a value
    if len(given) != found.places or not all(given):
        raise Invalid(f"This template needs {found.places} values.")
    words = _PLACE.sub(lambda place: given[int(place[1]) - 1], found.body)
    return words, {"name": found.name, "language": found.language, "parameters": given}
