"""Every contact for a file: in the order of their ids, which never change, so that each is in it once."""

from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session

from portal import clock
from portal.column import table_of
from portal.contacts import contact_date, group_member, number_state, opt_in_mark
from portal.contacts.contact import Contact
from portal.contacts.group import ContactGroup
from portal.sheet import Cell
from portal.statement import Statement, param

PIECE = 200
COLUMNS = ("id", "name", "email", "number", "other_numbers", "dates", "groups", "opt_in", "created_at")

_c = table_of(Contact)
_PIECE = Statement(
    sa.select(_c.c.id, _c.c.name, _c.c.email, _c.c.created_at)
    .where(_c.c.business_id == param("business_id"), _c.c.id > param("after"), _c.c.merged_into_id.is_(None))
    .order_by(_c.c.id)
    .limit(param("limit", sa.Integer()))
)

_g = table_of(ContactGroup)
_GROUPS = Statement(sa.select(_g.c.id, _g.c.name).where(_g.c.business_id == param("business_id")))


def piece(session: Session, business_id: str, after: str | None) -> tuple[list[dict[str, Any]], str | None]:
    """Some contacts as the API tells them, and where to go on, or None."""
    found = _PIECE.rows(session, business_id=business_id, after=after or "", limit=PIECE)
    ids = [row.id for row in found]
    states, dates = number_state.of(session, ids), contact_date.of(session, ids)
    groups, names = group_member.groups_of(session, ids), _names(session, business_id)
    marks = opt_in_mark.of(session, ids)
    rows = []
    for row in found:
        current = [state for state in states[row.id] if state.is_current]
        rows.append({
            "id": row.id, "name": row.name, "email": row.email,
            "numbers": [{"number": each.number} for each in current],
            "dates": [{"name": each.name, "date": each.on_date.isoformat()} for each in dates[row.id]],
            "groups": groups[row.id], "group_names": [names[each] for each in groups[row.id] if each in names],
            "opt_in": marks[row.id], "created_at": clock.rfc3339(row.created_at),
        })  # fmt: skip
    return rows, ids[-1] if len(ids) == PIECE else None


def flat(row: Mapping[str, Any]) -> list[list[Cell]]:
    """One line of a sheet: the first number in a cell of its own, as an import wants it."""
    first, *others = [each["number"] for each in row["numbers"]] or [""]
    dates, groups = (f"{each['name']}: {each['date']}" for each in row["dates"]), sorted(row["group_names"])
    return [[
        row["id"], row["name"], row["email"], first, "; ".join(others), "; ".join(dates), "; ".join(groups),
        row["opt_in"], row["created_at"],
    ]]  # fmt: skip


def _names(session: Session, business_id: str) -> dict[str, str]:
    """Of the groups; a business has few."""
    return {row.id: row.name for row in _GROUPS.rows(session, business_id=business_id)}
