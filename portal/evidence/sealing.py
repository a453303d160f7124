"""What seals a packet: a signed checkpoint, the path of every entry up to it, and that older ones lead to it."""

import base64
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session

from portal.accounts import key
from portal.evidence import checkpoint, note
from portal.evidence.tree import Gap
from portal.statement import Statement, param

DAYS, MONTHS, EXPORTS = 14, 25, 10
"""Of how many earlier checkpoints a packet holds the proof: with the first, 50 at most."""
_t = checkpoint.table.c
_MAILED = Statement(
    sa.select(_t.size, _t.day)
    .where(
        _t.business_id == param("business_id"), _t.size < param("below", sa.Integer()), _t.mailed_at.is_not(None)
    )
    .order_by(_t.size)
)  # fmt: skip
_EXPORTED = Statement(
    sa.select(_t.size)
    .where(_t.business_id == param("business_id"), _t.size < param("below", sa.Integer()), _t.mailed_at.is_(None))
    .order_by(_t.size.desc())
    .limit(param("limit", sa.Integer()))
)
_FIRST = Statement(sa.select(_t.size, _t.day).where(_t.business_id == param("business_id")).order_by(_t.size).limit(1))


@dataclass(frozen=True)
class Sealing:
    """JSON-able. Without a checkpoint, `problem` says why, unless there is nothing to seal."""

    checkpoint: dict[str, Any] | None = None
    inclusion: dict[str, list[str]] = field(default_factory=dict)
    earlier: list[dict[str, Any]] = field(default_factory=list)
    problem: str = ""


def of(session: Session, business_id: str, seqs: Sequence[int]) -> Sealing:
    """Of these entries. A fresh checkpoint is made, and not mailed, where the newest is older than one of them."""
    if not seqs:
        return Sealing()
    made = checkpoint.newest(session, business_id, covering=max(seqs))
    if made.row is None or made.tree is None:
        return Sealing(problem=made.problem)
    row, tree = made.row, made.tree
    signed = {"note": row.note, "key": note.public_text(key.of(session)), "size": row.size, "root": row.root}
    try:
        if base64.b64encode(tree.root()).decode() != row.root:
            return Sealing(problem=f"The first {row.size} entries are not those that were signed.")
        inclusion = {str(seq): _hex(tree.inclusion(seq - 1)) for seq in seqs}
        earlier = [
            {"note": checkpoint.one(session, business_id, size).note, "proof": _hex(tree.consistency(size))}
            for size in _chosen(session, business_id, row.size)
        ]
    except Gap as gap:
        return Sealing(problem=str(gap))
    return Sealing(signed, inclusion, earlier)


def _chosen(session: Session, business_id: str, below: int) -> list[int]:
    """The very first, the last that went out with exports, and of those that were mailed the first of each month and
    the last days', oldest first."""
    mailed = _MAILED.rows(session, business_id=business_id, below=below)
    months: dict[tuple[int, int], int] = {}
    for row in mailed:
        months.setdefault((row.day.year, row.day.month), row.size)
    first = [row.size for row in _FIRST.rows(session, business_id=business_id) if row.size < below]
    exported = [row.size for row in _EXPORTED.rows(session, business_id=business_id, below=below, limit=EXPORTS)]
    return sorted({*first, *exported, *list(months.values())[-MONTHS:], *(row.size for row in mailed[-DAYS:])})


def _hex(nodes: Iterable[bytes]) -> list[str]:
    return [each.hex() for each in nodes]
