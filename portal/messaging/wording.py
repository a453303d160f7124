"""The words of automatic texts: our own, or a business's in one of its languages. Every version is kept; the newest is
in force, and going back to ours is a version too. No typed answer of a client is ever among them (law 7)."""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlmodel import Field, Session, SQLModel

from portal import clock
from portal.accounts import audit
from portal.accounts.business import Business
from portal.accounts.language import Language
from portal.accounts.sender import SMS
from portal.column import UtcTime, table_of
from portal.errors import Conflict, Invalid, NotFound
from portal.messaging import wording_lint, wording_text
from portal.messaging.wording_default import DEFAULTS, VERSION
from portal.messaging.wording_slot import EDITABLE, SLOTS, Slot
from portal.statement import Statement, param, params

MOST_SHOWN = 50


class WordingVersion(SQLModel, table=True):
    """One version, never changed. Without `text`, the business went back to ours."""

    __tablename__ = "wording"

    business_id: str = Field(foreign_key="business.id", primary_key=True)
    channel: str = Field(primary_key=True)
    key: str = Field(primary_key=True)
    language: str = Field(primary_key=True)
    number: int = Field(primary_key=True)
    text: str | None
    created_at: dt.datetime = Field(sa_type=UtcTime)
    created_by: str


@dataclass(frozen=True)
class Wording:
    """A text ready to go. `version`, as in form.confirmation/en/3, is kept with every text that used it."""

    key: str
    text: str
    version: str


@dataclass(frozen=True)
class InForce:
    """The words of one slot in one language with their places unfilled. `number` is None while they are ours."""

    slot: Slot
    language: Language
    text: str
    number: int | None

    @property
    def version(self) -> str:
        return f"{self.slot.key}/{self.language}/{self.number or VERSION}"


_t = table_of(WordingVersion)
_IDENTITY = ("business_id", "channel", "key", "language")
_OF_SLOT = [_t.c[name] == param(name) for name in _IDENTITY]
_ONE = Statement(sa.select(_t.c.text).where(*_OF_SLOT, _t.c.number == param("number")))
_NEWEST = Statement(
    sa.select(_t.c.number, _t.c.text, _t.c.created_at, _t.c.created_by)
    .where(*_OF_SLOT)
    .order_by(_t.c.number.desc())
    .limit(param("limit", sa.Integer()))
)
_ADD = Statement(sa.insert(_t).values(**params(*_IDENTITY, "number", "text", "created_at", "created_by")))
_LOCK = Statement(
    sa.select(table_of(Business).c.wordings).where(table_of(Business).c.id == param("id")).with_for_update()
)


def automatic(session: Session, business: Business, key: str, language: Language | None = None) -> Wording:
    """The text of `key` with the business's own particulars filled in, in its language where none is given. Raises
    KeyError for an unknown key. A business that wrote no words of its own costs no query."""
    found = in_force(session, business, EDITABLE[key], language or Language(business.language))
    return Wording(key, wording_text.fill(found.text, wording_text.values(business, found.language)), found.version)


def in_force(session: Session, business: Business, slot: Slot, language: Language) -> InForce:
    """What goes out now: the business's own version, or ours."""
    number = business.wordings.get(_mark(slot, language))
    if number is not None:
        kept = _ONE.first(session, **_identity(business, slot, language), number=number)
        return InForce(slot, language, str(kept.text), number)
    return InForce(slot, language, DEFAULTS[language][slot.key], None)


def longest(session: Session, business: Business) -> int:
    """Characters of the longest text that may go out for it: in its language, and where it wrote words of its own."""
    texts = (
        automatic(session, business, slot.key, language).text
        for language in Language
        for slot in EDITABLE.values()
        if language == business.language or _mark(slot, language) in business.wordings
    )
    return max(map(len, texts))


def versions(session: Session, business: Business, slot: Slot, language: Language) -> list[Any]:
    """The newest first: number, text (None: back to ours), when and by whom."""
    return _NEWEST.rows(session, **_identity(business, slot, language), limit=MOST_SHOWN)


def editable(key: str) -> Slot:
    """Raises NotFound for an unknown key, Conflict for words that are fixed."""
    if key not in SLOTS:
        raise NotFound("There is no such text.")
    if key not in EDITABLE:
        raise Conflict("These words are fixed.", reason="fixed")
    return EDITABLE[key]


def save(
    session: Session, business: Business, slot: Slot, language: Language, text: str | None, *, actor: str, ip: str
) -> InForce:
    """A new version, in force from now on; None goes back to ours. Words that are in force already add nothing. Raises
    Invalid, naming what is missing."""
    if text is not None:
        report = wording_lint.check(text, slot, language, business)
        if report.errors:
            raise Invalid("This text cannot go out yet.", fields={"text": report.errors})
    business = _locked(session, business)
    before = in_force(session, business, slot, language)
    if before.text == text or (text is None and before.number is None):
        return before
    number = _add(session, business, slot, language, text, actor)
    mark = _mark(slot, language)
    others = {name: kept for name, kept in business.wordings.items() if name != mark}
    business.wordings = others if text is None else others | {mark: number}
    session.add(business)
    session.flush()
    audit.note(
        session, "wording.changed", actor=actor, business_id=business.id, object=mark, ip=ip, version=number,
        is_ours=text is None,
    )  # fmt: skip
    return in_force(session, business, slot, language)


def _add(session: Session, business: Business, slot: Slot, language: Language, text: str | None, actor: str) -> int:
    identity = _identity(business, slot, language)
    last = _NEWEST.first(session, **identity, limit=1)
    number = last.number + 1 if last else 1
    _ADD.run(session, **identity, number=number, text=text, created_at=clock.now(), created_by=actor)
    return int(number)


def _locked(session: Session, business: Business) -> Business:
    """As it is now, and changed by nobody else until the commit: two who save at once both keep their words."""
    _LOCK.rows(session, id=business.id)
    found = session.get(Business, business.id, populate_existing=True)
    if found is None:
        raise NotFound("There is no such business.")
    return found


def _identity(business: Business, slot: Slot, language: Language) -> dict[str, str]:
    return {"business_id": business.id, "channel": SMS, "key": slot.key, "language": str(language)}


def _mark(slot: Slot, language: Language) -> str:
    return f"{SMS}/{slot.key}/{language}"


def all_in_force(session: Session, business: Business, language: Language) -> Iterator[InForce]:
    """Every slot that may be worded, in the order of the page."""
    for slot in EDITABLE.values():
        yield in_force(session, business, slot, language)
