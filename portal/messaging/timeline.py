"""Everything that happened to one client in one list, newest first: sources of lines, merged page by page.

Each source answers its newest few lines after a place by one query, however long its history; only as many as a page
needs are read of each. What sources there are is up to the page: packages above this one bring their own.
"""

import datetime as dt
import heapq
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session

from portal import clock
from portal.errors import NotFound

PAGE = 40


@dataclass(frozen=True)
class Line:
    """One thing that happened. `source` and `id` order what happened at the same moment; `kind` chooses icon and
    colour; `title` says it in a sentence, `text` are words of the client or of a member, `status` is how a text stands.
    `opens` is the page to look at; `undoes` the contact whose merge can be taken back."""

    at: dt.datetime
    source: str
    id: str
    kind: str
    title: str
    text: str = ""
    number: str = ""
    by: str = ""
    status: str = ""
    purpose: str = ""
    project: str = ""
    opens: str = ""
    undoes: str = ""

    @property
    def place(self) -> tuple[dt.datetime, str, str]:
        return self.at, self.source, self.id


@dataclass(frozen=True)
class Place:
    """Where the last page ended."""

    at: dt.datetime
    source: str
    id: str

    def before(
        self, source: str, at: sa.ColumnElement[Any], id_: sa.ColumnElement[Any], own: Any = None
    ) -> sa.ColumnElement[bool]:
        """For a source's query: what happened before this place. `own` is the id as the source's table has it."""
        moment = sa.literal(self.at, at.type)
        if source == self.source:
            return sa.tuple_(at, id_) < sa.tuple_(moment, sa.literal(self.id if own is None else own, id_.type))
        return at <= moment if source < self.source else at < moment


Source = Callable[[Session, Place | None, int], Sequence[Line]]
"""(session, place, limit): its newest `limit` lines after the place, newest first."""


@dataclass(frozen=True)
class TimelinePage:
    """`older` is the cursor to go on after, or None."""

    lines: tuple[Line, ...]
    older: str | None


def page(session: Session, sources: Sequence[Source], *, after: str = "", limit: int = PAGE) -> TimelinePage:
    """One query per source. Raises NotFound for an `after` that is none of ours."""
    place = _place(after) if after else None
    pieces = [source(session, place, limit + 1) for source in sources]
    lines = list(heapq.merge(*pieces, key=lambda line: line.place, reverse=True))
    last = lines[limit - 1] if len(lines) > limit else None
    return TimelinePage(tuple(lines[:limit]), _cursor(last) if last else None)


def rows_of_each(
    session: Session, query: sa.Select[Any], owner: sa.ColumnElement[Any], owners: Sequence[str], limit: int
) -> Sequence[Any]:
    """The first `limit` rows of the ordered `query` for each owner, in one statement: each part of it walks its own
    piece of the owner's index."""
    parts = [sa.select(query.where(owner == each).limit(limit).subquery()) for each in owners]
    return session.execute(sa.union_all(*parts)).all() if parts else ()


def newest(lines: Iterable[Line], limit: int) -> list[Line]:
    return sorted(lines, key=lambda line: line.place, reverse=True)[:limit]


def _cursor(line: Line) -> str:
    return f"{clock.rfc3339(line.at)}~{line.source}~{line.id}"


def _place(after: str) -> Place:
    moment, source, line_id = (*after.split("~", 2), "", "")[:3]
    try:
        return Place(clock.parse_rfc3339(moment), source, line_id)
    except ValueError as error:
        raise NotFound("This page of the timeline does not exist.") from error
