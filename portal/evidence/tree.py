"""The Merkle tree over one business's ledger, as the database holds it: leaves are entries, whole pages are kept.

A kept page saves reading its 1,024 entries again. The nightly round makes every page anew and compares (rounds.py).
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlmodel import Field, Session, SQLModel

from portal.column import table_of
from portal.consent import head, ledger
from portal.evidence import merkle
from portal.evidence.merkle import PAGE, Tree
from portal.statement import Statement, param, params


class LedgerPage(SQLModel, table=True):
    """`hash`: the node over entries `page` * 1,024 + 1 to (`page` + 1) * 1,024."""

    __tablename__ = "ledger_page"

    business_id: str = Field(foreign_key="business.id", primary_key=True)
    page: int = Field(primary_key=True)
    hash: str


class Gap(Exception):  # noqa: N818 (a finding, no mistake of the program)
    """The ledger cannot be a tree: an entry is missing or does not follow the one before it. Says which."""


table = table_of(LedgerPage)
_e = ledger.table
_PAGES = Statement(
    sa.select(table.c.page, table.c.hash)
    .where(table.c.business_id == param("business_id"), table.c.page < param("end", sa.Integer()))
    .order_by(table.c.page)
)
_KEEP = Statement(lambda insert: insert(table).values(**params("business_id", "page", "hash")).on_conflict_do_nothing())
_LEAVES = Statement(
    sa.select(_e.c.seq, _e.c.previous_hash, _e.c.hash)
    .where(
        _e.c.business_id == param("business_id"),
        _e.c.seq > param("after", sa.Integer()),
        _e.c.seq <= param("end", sa.Integer()),
    )
    .order_by(_e.c.seq)
)
_SIZE = Statement(sa.select(head.table.c.seq).where(head.table.c.business_id == param("business_id")))


@dataclass(frozen=True)
class Page:
    """The leaves of one page; `last` is the hash of its last entry, which the next page goes on from."""

    number: int
    leaves: Sequence[bytes]
    last: str

    @property
    def is_whole(self) -> bool:
        return len(self.leaves) == PAGE


def size(session: Session, business_id: str) -> int:
    """How many entries there are, which is the number of the last."""
    found = _SIZE.first(session, business_id=business_id)
    return int(found.seq) if found else 0


def of(session: Session, business_id: str, size: int) -> Tree:
    """Of the first `size` entries. It raises Gap when it comes upon one."""

    def leaves(number: int) -> Sequence[bytes]:
        return page(session, business_id, number, size).leaves

    return Tree(size, kept(session, business_id, size), leaves)


def page(session: Session, business_id: str, number: int, size: int, *, previous: str = "") -> Page:
    """Page `number` of a ledger of `size` entries; `previous` is the hash it has to go on from, where known. Raises
    Gap."""
    after, end = number * PAGE, min((number + 1) * PAGE, size)
    expected, leaves = after, []
    for row in _LEAVES.rows(session, business_id=business_id, after=after, end=end):
        expected += 1
        if row.seq != expected:
            raise Gap(f"Entry {expected} is missing.")
        if previous and row.previous_hash != previous:
            raise Gap(f"Entry {row.seq} does not follow entry {row.seq - 1}: one of them was replaced.")
        previous = row.hash
        leaves.append(_leaf(row.seq, row.hash))
    if expected != end:
        raise Gap(f"Entry {expected + 1} is missing.")
    return Page(number, leaves, previous)


def kept(session: Session, business_id: str, size: int) -> list[bytes]:
    """The nodes of the first whole pages of a ledger of `size` entries, as far as they were kept without a gap."""
    found: list[bytes] = []
    for row in _PAGES.rows(session, business_id=business_id, end=size // PAGE):
        if row.page != len(found):
            break
        found.append(bytes.fromhex(row.hash))
    return found


def keep(session: Session, business_id: str, nodes: Iterable[tuple[int, bytes]]) -> None:
    """Nodes of whole pages, by their numbers; one that is kept stays as it is."""
    for number, node in nodes:
        _KEEP.run(session, business_id=business_id, page=number, hash=node.hex())


def keep_new(session: Session, business_id: str, tree: Tree) -> None:
    """The pages of `tree` that were not kept yet."""
    known = len(kept(session, business_id, tree.size))
    keep(session, business_id, ((number, tree.page(number)) for number in range(known, tree.size // PAGE)))


def _leaf(seq: int, text: str) -> bytes:
    """Raises Gap for what is no hash."""
    try:
        found = bytes.fromhex(text)
    except ValueError:
        found = b""
    if len(found) != len(merkle.EMPTY):
        raise Gap(f"Entry {seq} was changed after it was written.")
    return found
