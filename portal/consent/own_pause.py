"""Quiet until a day, as a client asked for it on their own page: no fact about consent, which stays as it is.

It begins there and ends by itself, there, or with a START from the handset; nobody else touches it.
"""

import datetime as dt
from typing import Any

from sqlmodel import Session

from portal import clock
from portal.consent import subscription
from portal.statement import Statement, param, params

LONGEST = dt.timedelta(days=366)

_table = subscription.table
_SET = Statement(_table.update().where(_table.c.id == param("id")).values(**params("paused_until_at")))


def until(row: Any) -> dt.datetime | None:
    """When the quiet ends; None where there is none."""
    end: dt.datetime | None = row.paused_until_at
    return end if end is not None and end > clock.now() else None


def begin(session: Session, row: Any, *, until_at: dt.datetime) -> None:
    """`row` is the locked subscription."""
    _SET.run(session, id=row.id, paused_until_at=until_at)


def end(session: Session, row: Any) -> None:
    _SET.run(session, id=row.id, paused_until_at=None)
