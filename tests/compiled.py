"""Statements are compiled once a process, not once a test.

SQLAlchemy keeps what it compiled for each engine, and every test has engines of its own: compiling was the largest
cost of a test that only asks. Here all engines of one kind share what was compiled, as all requests of a server do.
"""

from collections.abc import Hashable
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import registry
from sqlalchemy.dialects.postgresql.psycopg import PGDialect_psycopg
from sqlalchemy.dialects.sqlite.pysqlite import SQLiteDialect_pysqlite
from sqlalchemy.util import LRUCache

MOST = 3000  # statements; the whole suite has fewer that are worth keeping
_KEPT: LRUCache[Any, Any] = LRUCache(MOST)


class _Alike:
    """Equal to every other of its kind that writes parameters the same way: the key of what was compiled names it."""

    paramstyle: str

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Alike) and self._kind() == other._kind()

    def __hash__(self) -> int:
        return hash(self._kind())

    def _kind(self) -> Hashable:
        return type(self), self.paramstyle

    @classmethod
    def engine_created(cls, engine: sa.Engine) -> None:
        engine.update_execution_options(compiled_cache=_KEPT)


class SQLite(_Alike, SQLiteDialect_pysqlite):
    supports_statement_cache = True


class Postgres(_Alike, PGDialect_psycopg):
    supports_statement_cache = True


registry.register("sqlite", __name__, SQLite.__name__)
registry.register("postgresql.psycopg", __name__, Postgres.__name__)
