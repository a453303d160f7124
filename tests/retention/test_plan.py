"""The nightly queries walk an index from where the last night stopped, never a table: a million texts cost nothing."""

from typing import Any

import pytest
import sqlalchemy as sa
from sqlmodel import Session

from portal.column import table_of
from portal.messaging import message, provider_event
from portal.questionnaires.submission import Submission
from portal.retention import addresses, answers, events, texts
from portal.retention.mark import Place
from tests.retention.conftest import Years

_m, _v, _a = message.table, provider_event.table, table_of(Submission)
QUERIES = {
    "message_by_time": (texts.older, (_m.c.created_at, _m.c.id)),
    "provider_event_with_raw": (events.older, (_v.c.received_at,)),
    "submission_by_business": (answers.older, (_a.c.created_at, _a.c.id)),
    "audit_entry_by_time": (addresses.older_audit, ()),
}


@pytest.mark.parametrize("index", list(QUERIES))
def test_a_night_reads_by_an_index(years: Years, index: str) -> None:
    older, order = QUERIES[index]
    query = older(years.home, Place(), years.now).order_by(*order).limit(200)

    def plan(session: Session) -> str:
        is_sqlite = session.get_bind().dialect.name == "sqlite"
        if not is_sqlite:
            session.execute(sa.text("SET LOCAL enable_seqscan = off"))
        said: Any = query.compile(session.get_bind(), compile_kwargs={"literal_binds": True})
        begin = "EXPLAIN QUERY PLAN " if is_sqlite else "EXPLAIN "
        return " ".join(str(tuple(row)) for row in session.connection().exec_driver_sql(f"{begin}{said}"))

    found = years.read(plan)
    assert index in found
    assert "SCAN " not in found
    assert "TEMP B-TREE" not in found
