"""The rows of a list that did not come in, each with its reason and what stood in it, to be mended and sent again."""

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from sqlmodel import Field, Session, SQLModel

from portal.column import table_of
from portal.imports.contact_row import Trouble
from portal.statement import Statement, param, params

MOST = 5_000
"""Listed of one import; more are counted."""
LONGEST_CELL = 500
PAGE = 50


class ImportProblem(SQLModel, table=True):
    """`cells` are the client's data: they go after a month (tidy.py), and with the client."""

    __tablename__ = "import_problem"

    run_id: str = Field(foreign_key="import_run.id", primary_key=True)
    row: int = Field(primary_key=True)
    business_id: str = Field(foreign_key="business.id")
    problem: str
    cells: list[str] = Field(sa_type=sa.JSON)


table = table_of(ImportProblem)
_ADD = Statement(
    lambda insert: (
        insert(table).values(**params("run_id", "row", "business_id", "problem", "cells")).on_conflict_do_nothing()
    )
)
_AFTER = Statement(
    sa.select(table.c.row, table.c.problem, table.c.cells)
    .where(table.c.run_id == param("run_id"), table.c.row > param("after", sa.Integer()))
    .order_by(table.c.row)
    .limit(param("limit", sa.Integer()))
)


def add(session: Session, business_id: str, run_id: str, troubles: Sequence[Trouble], *, listed: int) -> None:
    """`listed` are there already."""
    for each in troubles[: max(0, MOST - listed)]:
        _ADD.run(
            session, run_id=run_id, row=each.row, business_id=business_id, problem=each.sentence,
            cells=[cell[:LONGEST_CELL] for cell in each.cells],
        )  # fmt: skip


def after(session: Session, run_id: str, row: int, *, limit: int = PAGE) -> list[Any]:
    """Rows with row, problem and cells, in their order."""
    return _AFTER.rows(session, run_id=run_id, after=row, limit=limit)


def clear(session: Session, run_id: str) -> None:
    session.execute(sa.delete(table).where(table.c.run_id == run_id))
