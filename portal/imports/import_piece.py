"""The rows of a list while they are needed, some in each piece; and which number stood in which row first.

Both are the clients' data: they go when the import is done, or after a day (tidy.py).
"""

from collections.abc import Iterator, Sequence
from typing import Any

import sqlalchemy as sa
from sqlmodel import Field, Session, SQLModel

from portal.column import table_of
from portal.imports.row_file import Row
from portal.statement import Statement, param, params

ROWS = 200
BYTES = 128 * 1024
"""Characters in one piece, or one row where a row is longer: row_file.py limits those."""


class ImportPiece(SQLModel, table=True):
    """`first` is the place of its first row: how many rows come before it."""

    __tablename__ = "import_piece"

    run_id: str = Field(foreign_key="import_run.id", primary_key=True)
    first: int = Field(primary_key=True)
    business_id: str = Field(foreign_key="business.id")
    size: int
    rows: list[Any] = Field(sa_type=sa.JSON)


class ImportKey(SQLModel, table=True):
    """`key` is the round, and a number or an e-mail address; `row` where it stood first."""

    __tablename__ = "import_key"

    run_id: str = Field(foreign_key="import_run.id", primary_key=True)
    key: str = Field(primary_key=True)
    business_id: str = Field(foreign_key="business.id")
    row: int


table, keys = table_of(ImportPiece), table_of(ImportKey)
_ADD = Statement(sa.insert(table).values(**params(*(column.key for column in table.columns))))
_AT = Statement(
    sa.select(table.c.first, table.c.rows)
    .where(table.c.run_id == param("run_id"), table.c.first <= param("place"))
    .order_by(table.c.first.desc())
    .limit(1)
)
_KEY = Statement(
    lambda insert: insert(keys).values(**params("run_id", "key", "business_id", "row")).on_conflict_do_nothing()
)


def cut(rows: Iterator[Row]) -> Iterator[list[Row]]:
    """Pieces of at most ROWS rows and about BYTES characters."""
    piece, size = list[Row](), 0
    for row in rows:
        length = sum(map(len, row.cells))
        if piece and (len(piece) >= ROWS or size + length > BYTES):
            yield piece
            piece, size = [], 0
        piece.append(row)
        size += length
    if piece:
        yield piece


def add(session: Session, business_id: str, run_id: str, first: int, rows: Sequence[Row]) -> None:
    _ADD.run(session, run_id=run_id, first=first, business_id=business_id, size=len(rows), rows=[list(r) for r in rows])


def after(session: Session, run_id: str, place: int, *, limit: int) -> list[Row]:
    """Rows from a place on, of one piece: fewer than `limit` where it ends."""
    found = _AT.first(session, run_id=run_id, place=place)
    if found is None:
        return []
    begin = place - found.first
    return [Row(number, cells) for number, cells in found.rows[begin : begin + limit]]


def note_keys(session: Session, business_id: str, run_id: str, given: Sequence[tuple[str, int]]) -> None:
    """(key, row) of some rows; the first row that has a key keeps it."""
    for key, row in given:
        _KEY.run(session, run_id=run_id, key=key, business_id=business_id, row=row)


def first_rows(session: Session, run_id: str, wanted: Sequence[str]) -> dict[str, int]:
    """The row in which each key stood first."""
    query = sa.select(keys.c.key, keys.c.row).where(keys.c.run_id == run_id, keys.c.key.in_(list(wanted)))
    return {row.key: row.row for row in session.execute(query)}
