"""Signed checkpoints of a ledger: what the first so many entries are, in one line that outlives the database.

A log must not sign what contradicts anything it signed before (c2sp.org/tlog-checkpoint); `make` looks first, and the
table's key lets no second root in for one size. Whoever keeps an old one, in a mail or in a packet, can show that
entries were rewritten, even by somebody who has the database and the key file (promises.md F.5).
"""

import base64
import datetime as dt
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlmodel import Field, Session, SQLModel

from portal import clock, local_time, logs
from portal.accounts import key
from portal.accounts.business import Business
from portal.column import UtcTime, table_of
from portal.consent import ledger_seal
from portal.evidence import note, tree
from portal.evidence.merkle import Tree
from portal.evidence.tree import Gap
from portal.statement import Statement, param, params


class LedgerCheckpoint(SQLModel, table=True):
    """`day` is that of the business's own time zone; `root` as in the note. `mailed_at`: when it was last mailed, to
    `mailed_to` people; null for one that was made for a packet."""

    __tablename__ = "ledger_checkpoint"

    business_id: str = Field(foreign_key="business.id", primary_key=True)
    size: int = Field(primary_key=True)
    root: str
    note: str
    day: dt.date
    made_at: dt.datetime = Field(sa_type=UtcTime)
    mailed_at: dt.datetime | None = Field(default=None, sa_type=UtcTime)
    mailed_to: int = 0


table = table_of(LedgerCheckpoint)
_of = table.c.business_id == param("business_id")
_NEWEST = Statement(sa.select(table).where(_of).order_by(table.c.size.desc()).limit(1))
_LIST = Statement(
    sa.select(table)
    .where(_of, table.c.size < param("below", sa.Integer()))
    .order_by(table.c.size.desc())
    .limit(param("limit", sa.Integer()))
)
_ALL = Statement(sa.select(table.c.size, table.c.root, table.c.note).where(_of).order_by(table.c.size))
_ONE = Statement(sa.select(table).where(_of, table.c.size == param("size", sa.Integer())))
_ADD = Statement(
    lambda insert: insert(table).values(
        **params("business_id", "size", "root", "note"), day=param("day", sa.Date()),
        made_at=param("made_at", UtcTime()), mailed_to=0,
    ).on_conflict_do_nothing()
)  # fmt: skip
_MAILED = Statement(
    sa.update(table)
    .where(_of, table.c.size == param("size", sa.Integer()))
    .values(mailed_at=param("now", UtcTime()), mailed_to=param("people", sa.Integer()))
)
MOST = 2**31 - 1


@dataclass(frozen=True)
class Made:
    """The newest checkpoint with its tree, or why there is none: `problem` is one sentence, empty for a ledger that
    has no entry yet."""

    row: Any = None
    tree: Tree | None = None
    problem: str = ""


def make(session: Session, business_id: str, *, has_looked: bool = False) -> Made:
    """A checkpoint of everything there is, or the newest one where nothing came since. Nothing is stored in a reading
    transaction: the same ledger gives the same note again. What the nightly round found stands until a round finds it
    no more (`has_looked`): it alone compares with the second place, and a database that was put back agrees with
    itself."""
    known = ledger_seal.of(session, business_id)
    if known is not None and known.problem and not has_looked:
        return Made(problem=known.problem)
    newest, size = _newest(session, business_id), tree.size(session, business_id)
    problem, made = "", None
    try:
        made = tree.of(session, business_id, size)
        problem = _contradiction(session, newest, made)
        root = made.root()
    except Gap as gap:
        problem = str(gap)
    if problem or made is None:
        _refuse(session, business_id, problem)
        return Made(problem=problem)
    if not size or (newest is not None and newest.size == size):
        return Made(newest, made)
    return Made(_signed(session, business_id, made, root), made)


def newest(session: Session, business_id: str, *, covering: int = 0) -> Made:
    """The newest one that was stored, with its tree; a fresh one where it does not reach entry `covering`."""
    found = _newest(session, business_id)
    if found is None or found.size < covering:
        return make(session, business_id)
    return Made(found, tree.of(session, business_id, found.size))


def page(session: Session, business_id: str, *, below: int = MOST, limit: int = 20) -> list[Any]:
    """The newest first, those of fewer entries than `below`."""
    return _LIST.rows(session, business_id=business_id, below=below, limit=limit)


def one(session: Session, business_id: str, size: int) -> Any:
    """The checkpoint of the first `size` entries, or None."""
    return _ONE.first(session, business_id=business_id, size=size) if 0 < size <= MOST else None


def all_of(session: Session, business_id: str) -> list[Any]:
    """Size, root and note of every one, the oldest first: one or two a day."""
    return _ALL.rows(session, business_id=business_id)


def mark_mailed(session: Session, business_id: str, size: int, people: int) -> None:
    _MAILED.run(session, business_id=business_id, size=size, now=clock.now(), people=people)


def public_key(session: Session) -> str:
    """Of this installation, as it stands in mails."""
    return note.public_text(key.of(session))


def is_own(session: Session, business_id: str, row: Any) -> bool:
    """Whether a stored one is what this installation signs for that size and root."""
    return bool(row.note == note.signed(key.of(session), business_id, size=row.size, root=base64.b64decode(row.root)))


def _newest(session: Session, business_id: str) -> Any:
    return _NEWEST.first(session, business_id=business_id)


def _contradiction(session: Session, last: Any, made: Tree) -> str:
    """Whether the ledger still begins with what was signed last; what was signed before was looked at then."""
    if last is None:
        return ""
    if made.size < last.size:
        return f"The ledger has {made.size} entries; a checkpoint of {last.size} was signed."
    if base64.b64encode(made.root(last.size)).decode() != last.root:
        return f"The first {last.size} entries are not those that were signed."
    return "" if is_own(session, last.business_id, last) else f"The checkpoint of {last.size} entries was changed."


def _signed(session: Session, business_id: str, made: Tree, root: bytes) -> Any:
    now = clock.now()
    zone = session.get_one(Business, business_id).timezone
    values: dict[str, Any] = {
        "business_id": business_id, "size": made.size, "root": base64.b64encode(root).decode(),
        "note": note.signed(key.of(session), business_id, size=made.size, root=root),
        "day": local_time.today(zone), "made_at": now,
    }  # fmt: skip
    if _may_write(session):
        tree.keep_new(session, business_id, made)
        _ADD.run(session, **values)
        return one(session, business_id, made.size)
    return LedgerCheckpoint(**values)


def _refuse(session: Session, business_id: str, problem: str) -> None:
    logs.event("checkpoint.refused", level=40, business=business_id)
    if _may_write(session):
        ledger_seal.say(session, business_id, problem)


def _may_write(session: Session) -> bool:
    return not session.info.get("is_reading")
