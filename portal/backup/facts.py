"""What stands in a copy: its schema, the end of every ledger, how many rows each table has.

Asked without the classes of tables, because a copy may be older than this program.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import sqlalchemy as sa

from portal.backup.manifest import End

VERSION = "alembic_version"


@dataclass(frozen=True)
class Facts:
    schema: str
    heads: Mapping[str, End]
    counts: Mapping[str, int]


def read(connection: sa.Connection) -> Facts:
    """In the transaction of `connection`; an empty schema where there is none."""
    names = set(sa.inspect(connection).get_table_names())
    version = _one(connection, VERSION, "version_num") if VERSION in names else ""
    counts = {name: int(_one(connection, name, "count(*)") or 0) for name in sorted(names) if _is_ours(name)}
    return Facts(version or "", heads(connection) if "ledger_head" in names else {}, counts)


def heads(connection: sa.Connection) -> dict[str, End]:
    """By business, also in a database of an older schema: this table has been the same since the first."""
    rows = connection.exec_driver_sql("SELECT business_id, seq, hash FROM ledger_head ORDER BY business_id")
    return {row.business_id: End(row.seq, row.hash) for row in rows}


def differences(expected: Mapping[str, End], found: Mapping[str, End]) -> list[str]:
    """Businesses whose ledger does not end as it should."""
    return sorted(name for name in {*expected, *found} if expected.get(name) != found.get(name))


def _is_ours(name: str) -> bool:
    """Not the schema's own row, and not the inner tables of the index of words."""
    return name != VERSION and not name.startswith("message_words")


def _one(connection: sa.Connection, table: str, what: str) -> str | None:
    quoted = connection.dialect.identifier_preparer.quote(table)
    found = connection.exec_driver_sql(f"SELECT {what} FROM {quoted}").scalar()  # noqa: S608 (a table of the schema)
    return None if found is None else str(found)
