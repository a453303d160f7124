"""Every contact for a file: in the order of their ids, which never change, so that each is in it once."""

from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session

from portal import clock
from portal.column import table_of
from portal.contacts import contact_date, number_state, opt_in_mark
from portal.contacts.contact import Contact
from portal.sheet import Cell
from portal.statement import Statement, param

PIECE = 200
COLUMNS = ("id", "name", "email", "number", "other_numbers", "dates", "opt_in", "created_at")

_c = table_of(Contact)
_PIECE = Statement(
    sa.select(_c.c.id, _c.c.name, _c.c.email, _c.c.created_at)
    .where(_c.c.business_id == param("business_id"), _c.c.id > param("after"), _c.c.merged_into_id.is_(None))
    .order_by(_c.c.id)
    .limit(param("limit", sa.Integer()))
)


def piece(session: Session, business_id: str, after: str | None) -> tuple[list[dict[str, Any]], str | None]:
    """Some contacts as the API tells them, and where to go on, or None."""
    found = _PIECE.rows(session, business_id=business_id, after=after or "", limit=PIECE)
    ids = [row.id for row in found]
    states, dates = number_state.of(session, ids), contact_date.of(session, ids)
    marks = opt_in_mark.of(session, ids)
    rows = []
    for row in found:
        current = [state for state in states[row.id] if state.is_current]
        rows.append({
            "id": row.id, "name": row.name, "email": row.email,
            "numbers": [{"number": each.number} for each in current],
            "dates": [{"name": each.name, "date": each.on_date.isoformat()} for each in dates[row.id]],
            "opt_in": marks[row.id], "created_at": clock.rfc3339(row.created_at),
        })  # fmt: skip
    return rows, ids[-1] if len(ids) == PIECE else None


def flat(row: Mapping[str, Any]) -> list[list[Cell]]:
    """One line of a sheet: the first number in a cell of its own, as an import wants it."""
    first, *others = [each["number"] for each in row["numbers"]] or [""]
    dates = "; ".join(f"{each['name']}: {each['date']}" for each in row["dates"])
    return [[row["id"], row["name"], row["email"], first, "; ".join(others), dates, row["opt_in"], row["created_at"]]]
