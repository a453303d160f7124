"""A text that members write often; its variables are filled in the composer, where a member sees them first.

What is not known about a client stays as a marked gap, and a text with a gap in it is not sent.
"""

import datetime as dt
import re
from collections.abc import Mapping

import sqlalchemy as sa
from sqlmodel import Field, Session, SQLModel

from portal import clock
from portal.column import UtcTime, key_text, new_id, sort_key, table_of
from portal.errors import Conflict, NotFound
from portal.statement import Statement, param

VARIABLES: Mapping[str, str] = {
    "first name": "the client's first name",
    "name": "the client's whole name",
    "business": "the name of your business",
    "project": "the project of the conversation",
    "my name": "who writes",
}
MOST = 200
KEPT = dt.timedelta(days=1)  # a deleted one can be put back for so long
_GAP = re.compile(r"\{[^{}\n]*[^\W\d_][^{}\n]*\}|<\s*employee\s+name\s*>", re.IGNORECASE)
"""Words in braces: a variable that was not filled, or one that does not exist; and the place of the wordings (X-4)."""


class CannedReply(SQLModel, table=True):
    __tablename__ = "canned_reply"
    __table_args__ = (sa.Index("canned_reply_by_name", "business_id", "name_key", "id"),)

    id: str = Field(default_factory=new_id, primary_key=True)
    business_id: str = Field(foreign_key="business.id")
    name: str
    name_key: str = Field(sa_type=key_text())
    text: str
    created_at: dt.datetime = Field(default_factory=clock.now, sa_type=UtcTime)
    deleted_at: dt.datetime | None = Field(default=None, sa_type=UtcTime)


_t = table_of(CannedReply)
_ALL = Statement(
    sa.select(_t.c.id, _t.c.name, _t.c.text)
    .where(_t.c.business_id == param("business_id"), _t.c.deleted_at.is_(None))
    .order_by(_t.c.name_key, _t.c.id)
    .limit(MOST)
)
_FORGET = Statement(
    sa.delete(_t).where(_t.c.business_id == param("business_id"), _t.c.deleted_at < param("at", _t.c.deleted_at.type))
)


def all_of(session: Session, business_id: str) -> list[sa.Row[tuple[str, str, str]]]:
    """Id, name and text of each, by name."""
    return _ALL.rows(session, business_id=business_id)


def create(session: Session, business_id: str, *, name: str, text: str) -> CannedReply:
    """Raises Conflict when there are too many."""
    _FORGET.run(session, business_id=business_id, at=clock.now() - KEPT)
    if len(all_of(session, business_id)) >= MOST:
        raise Conflict(f"There are {MOST} replies already. Please delete one that nobody uses.")
    made = CannedReply(business_id=business_id, name=name, name_key=sort_key(name), text=text)
    session.add(made)
    session.flush()
    return made


def get(session: Session, business_id: str, reply_id: str) -> CannedReply:
    """Raises NotFound for an unknown, a deleted or somebody else's."""
    found = _any(session, business_id, reply_id)
    if found.deleted_at is not None:
        raise NotFound("This reply was deleted.")
    return found


def change(session: Session, reply: CannedReply, *, name: str, text: str) -> None:
    reply.name, reply.name_key, reply.text = name, sort_key(name), text
    session.add(reply)


def delete(session: Session, reply: CannedReply) -> None:
    """It can be put back for a day."""
    reply.deleted_at = clock.now()
    session.add(reply)


def restore(session: Session, business_id: str, reply_id: str) -> CannedReply:
    """Put a deleted one back. Raises NotFound when it is gone for good."""
    found = _any(session, business_id, reply_id)
    found.deleted_at = None
    session.add(found)
    return found


def fill(text: str, values: Mapping[str, str]) -> str:
    """`text` with what is known; what is not stays as the gap it was. A value is never read as a variable again."""

    def known(found: re.Match[str]) -> str:
        return values.get(_variable(found.group())) or found.group()

    return _GAP.sub(known, text)


def gaps(text: str) -> list[str]:
    """The words in braces, each once, in the order of the text."""
    return list(dict.fromkeys(_GAP.findall(text)))


def unknown(text: str) -> list[str]:
    """Gaps that no variable will ever fill."""
    return [gap for gap in gaps(text) if _variable(gap) not in VARIABLES]


def values(*, name: str, business: str, project: str, member: str) -> dict[str, str]:
    """What is known about one conversation; empty where it is not."""
    return {
        "first name": name.split()[0] if name.split() else "", "name": name, "business": business, "project": project,
        "my name": member,
    }  # fmt: skip


def _variable(gap: str) -> str:
    return " ".join(gap.strip("{}").casefold().split())


def _any(session: Session, business_id: str, reply_id: str) -> CannedReply:
    found = session.get(CannedReply, reply_id)
    if found is None or found.business_id != business_id:
        raise NotFound("There is no such reply.")
    return found
