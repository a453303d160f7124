"""The kinds of column that all tables share: ids, aware UTC times, keys to sort by, and words from a closed list."""

import datetime as dt
import secrets
import time
import unicodedata
from enum import StrEnum
from functools import lru_cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy.types import TypeDecorator
from sqlmodel import SQLModel


def new_id() -> str:
    """32 hex digits: 48 bits of time, so that indexes grow at one end, and 80 random bits. Opaque to everyone."""
    return f"{time.time_ns() // 1_000_000:012x}{secrets.token_hex(10)}"


class UtcTime(TypeDecorator[dt.datetime]):
    """An aware UTC time on both databases; a naive one is a mistake and is refused."""

    impl = sa.DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: dt.datetime | None, dialect: sa.Dialect) -> dt.datetime | None:
        return None if value is None else _utc(value)

    def process_result_value(self, value: dt.datetime | None, dialect: sa.Dialect) -> dt.datetime | None:
        return None if value is None else value.astimezone(dt.UTC)

    def bind_processor(self, dialect: sa.Dialect) -> Any:
        """SQLite keeps text; SQLAlchemy's own way to it and back takes twice as long, ten times a STOP."""
        return _to_text if dialect.name == "sqlite" else super().bind_processor(dialect)

    def result_processor(self, dialect: sa.Dialect, coltype: object) -> Any:
        return _from_text if dialect.name == "sqlite" else super().result_processor(dialect, coltype)


@lru_cache(maxsize=64)  # one act writes the same moment into many columns, and finding it costs a tenth of writing it
def _to_text(value: dt.datetime | None) -> str | None:
    """`2026-11-21 23:05:00.000000`, as SQLAlchemy writes it: times in one column must sort."""
    return None if value is None else _utc(value).isoformat(" ", "microseconds")[:26]


def _from_text(text: str | None) -> dt.datetime | None:
    return None if text is None else dt.datetime.fromisoformat(f"{text}+00:00")


def _utc(value: dt.datetime) -> dt.datetime:
    if value.tzinfo is dt.UTC:
        return value
    if value.tzinfo is None:
        raise ValueError("a time without a zone reached the database")
    return value.astimezone(dt.UTC)


def key_text() -> sa.String:
    """Text that is sorted and searched by its beginning: by code point on both databases, or a range of beginnings
    would not be a range under PostgreSQL's language-aware order."""
    text = sa.String()
    return text.with_variant(sa.String(collation="C"), "postgresql")


def sort_key(name: str) -> str:
    """What a name is sorted and searched by: without case and accents, so that “emi” finds Émile."""
    plain = "".join(char for char in unicodedata.normalize("NFKD", name) if not unicodedata.combining(char))
    return " ".join(plain.casefold().split())[:80]


def one_of(kind: type[StrEnum], name: str) -> sa.CheckConstraint:
    """A table constraint: the column `name` holds a word of `kind`."""
    words = ", ".join(f"'{word.value}'" for word in kind)
    return sa.CheckConstraint(f"{name} IN ({words})", name=f"{name}_is_known")


def table_of(kind: type[SQLModel]) -> sa.Table:
    """The Core table of a table class, for statements."""
    return SQLModel.metadata.tables[str(kind.__tablename__)]


def partial_index(name: str, *columns: str, where: str, unique: bool = False) -> sa.Index:
    """An index of only those rows that somebody looks for, on both databases."""
    return sa.Index(name, *columns, unique=unique, sqlite_where=sa.text(where), postgresql_where=sa.text(where))
