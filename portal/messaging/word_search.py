"""Finding a text by its words: an index beside the messages, made by hand in migration 0003.

On PostgreSQL it is an index of the message table and always complete. On SQLite it is an FTS5 table that a job fills a
moment later, so that the STOP road pays nothing. Where the job stands is the id of the last message it took in, and
its place among the others is asked anew each time: they lie in the order in which the one writer put them there, which
clocks that step back do not change, and which VACUUM, who numbers them anew, keeps.
"""

import datetime as dt
import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session

from portal import second_lock
from portal.column import UtcTime
from portal.messaging import message

PAGE = 20
PIECE = 100  # messages taken in at a time: some milliseconds of the writer's time
LEAST = 3  # letters; fewer would find everything
MOST_WORDS = 8
LONGEST = 40  # letters of a word
SHOWN = 140  # characters of a text around what was found
LEAD = 40  # of them before it
_WORD = re.compile(r"(?:[^\W_]|[\u0300-\u036f])+")
_SQLITE = sa.text("""
    SELECT m.id, m.subscription_id, m.direction, m.text, m.created_at, s.name, s.number
    FROM message_words w CROSS JOIN message m ON m.id = w.message_id JOIN subscription s ON s.id = m.subscription_id
    WHERE w.message_words MATCH :query AND w.rowid < :place AND NOT m.is_hidden ORDER BY w.rowid DESC LIMIT :limit
""").columns(created_at=UtcTime())
_POSTGRES = sa.text("""
    SELECT m.id, m.subscription_id, m.direction, m.text, m.created_at, s.name, s.number
    FROM message m JOIN subscription s ON s.id = m.subscription_id
    WHERE m.business_id = :business_id AND NOT m.is_hidden AND to_tsvector('simple', m.text) @@ CAST(:query AS tsquery)
    AND (m.direction <> 'notice' OR m.member_id IS NOT NULL) AND (m.created_at, m.id) < (:at, :id)
    ORDER BY m.created_at DESC, m.id DESC LIMIT :limit
""").columns(created_at=UtcTime())
_PLACE = sa.text("SELECT rowid FROM message_words WHERE message_words MATCH :query")
_FORGET = sa.text(
    "UPDATE message_words SET words = '' WHERE rowid IN "
    "(SELECT rowid FROM message_words WHERE message_words MATCH :query)"
)
_LAST = sa.text("""
    SELECT w.rowid AS place, w.message_id, m.rowid AS taken FROM message_words w LEFT JOIN message m
    ON m.id = w.message_id ORDER BY w.rowid DESC LIMIT 1
""")
_NEXT = sa.text("""
    SELECT id, business_id, text, direction = 'notice' AND member_id IS NULL AS is_ours FROM message
    WHERE rowid > :taken ORDER BY rowid LIMIT :limit
""")
_ADD = sa.text("INSERT INTO message_words (message_id, business_id, words) VALUES (:id, :home, :words)")
_DROP = sa.text("DELETE FROM message_words WHERE rowid = :place")
_END, _LAST_PLACE = dt.datetime(9999, 1, 1, tzinfo=dt.UTC), 2**63 - 1


@dataclass(frozen=True)
class Piece:
    """A part of a text; `is_hit`: it is a word that was looked for."""

    text: str
    is_hit: bool


@dataclass(frozen=True)
class Hit:
    """The newest text of one conversation with all the words, and how many `more` it has on this page."""

    id: str
    subscription_id: str
    name: str
    number: str
    direction: str
    at: dt.datetime
    pieces: tuple[Piece, ...]
    more: int


@dataclass(frozen=True)
class Found:
    """The newest first; `older` is the cursor to read on from, or None."""

    hits: tuple[Hit, ...]
    older: str | None


def find(session: Session, business_id: str, q: str, *, after: str = "") -> Found | None:
    """Texts in which every word of `q` begins a word; None where `q` has too few letters to look for."""
    words = words_of(q)[:MOST_WORDS]
    if sum(map(len, words)) < LEAST:
        return None
    rows = _rows(session, business_id, words, after)
    kept = rows[:PAGE]
    more: dict[str, int] = {}
    for row in kept:
        more[row.subscription_id] = more.get(row.subscription_id, -1) + 1
    newest = {row.subscription_id: row for row in reversed(kept)}
    hits = tuple(_hit(row, words, more[row.subscription_id]) for row in kept if newest[row.subscription_id] is row)
    return Found(hits, kept[-1].id if len(rows) > PAGE else None)


def words_of(text: str) -> list[str]:
    """Without case, accents and marks: nothing of a query's syntax can be among them. Very long ones are cut."""
    plain = "".join(char for char in unicodedata.normalize("NFKD", text) if not unicodedata.combining(char))
    return [word[:LONGEST] for word in _WORD.findall(plain.casefold())]


def is_behind(session: Session) -> bool:
    """Whether there are messages that were not taken in yet."""
    if not _is_sqlite(session):
        return False
    last = _run(session, _LAST).first()
    return last is None or last.taken is None or bool(_next(session, last.taken, limit=1))


def take_in(session: Session) -> int:
    """The next few messages; how many. Every message gets a row, so that the last one says where to go on."""
    if not _is_sqlite(session):
        return 0
    rows = _next(session, _taken(session), limit=PIECE)
    if rows:
        values = [{"id": row.id, "home": row.business_id, "words": _indexed(row)} for row in rows]
        session.connection().execute(_ADD, values)
    return len(rows)


def forget(session: Session, message_ids: Sequence[str]) -> None:
    """Take the words of these messages out, whatever becomes of the messages. `compact` wipes them off the disk."""
    if _is_sqlite(session):
        for start in range(0, len(message_ids), PIECE):
            wanted = " OR ".join(f'"{each}"' for each in message_ids[start : start + PIECE])
            _run(session, _FORGET, query=f"{{message_id}} : ({wanted})")


def compact(session: Session) -> None:
    """Write the index anew without what was forgotten; takes a while on a large one."""
    if _is_sqlite(session):
        _run(session, sa.text("INSERT INTO message_words (message_words) VALUES ('optimize')"))


def _rows(session: Session, business_id: str, words: list[str], after: str) -> Sequence[Any]:
    limit = PAGE + 1
    if _is_sqlite(session):
        query = " AND ".join([f'{{business_id}} : "{business_id}"', *(f'{{words}} : "{word}" *' for word in words)])
        found = _run(session, _SQLITE, query=query, place=_place(session, after), limit=limit)
    else:
        last = message.get(session, business_id, after) if after else None
        at, row_id = (last.created_at, last.id) if last else (_END, "")
        query = " & ".join(f"'{word}':*" for word in words)
        with second_lock.wide(session):
            found = _run(session, _POSTGRES, query=query, business_id=business_id, at=at, id=row_id, limit=limit)
    rows: Sequence[Any] = found.all()
    return rows


def _place(session: Session, after: str) -> int:
    found = _run(session, _PLACE, query=f'{{message_id}} : "{after}"').scalar() if after.isalnum() else None
    return _LAST_PLACE if found is None else int(found)


def _taken(session: Session) -> int:
    """Where the last message that was taken in lies; one that was deleted since takes its words with it."""
    while (last := _run(session, _LAST).first()) is not None:
        if last.taken is not None:
            return int(last.taken)
        _run(session, _DROP, place=last.place)
    return 0


def _next(session: Session, taken: int, *, limit: int) -> Sequence[Any]:
    rows: Sequence[Any] = _run(session, _NEXT, taken=taken, limit=limit).all()
    return rows


def _indexed(row: Any) -> str:
    return "" if row.is_ours else " ".join(words_of(row.text))


def _hit(row: Any, words: list[str], more: int) -> Hit:
    pieces = tuple(_pieces(row.text, words))
    return Hit(row.id, row.subscription_id, row.name, row.number, row.direction, row.created_at, pieces, more)


def _pieces(text: str, words: list[str]) -> Iterator[Piece]:
    """The text around its first hit, cut where hits begin and end."""
    spans = [found.span() for found in _WORD.finditer(text) if _is_hit(found.group(), words)]
    start = max(0, spans[0][0] - LEAD) if spans else 0
    start = text.rfind(" ", 0, start) + 1 if start else 0
    end = start + SHOWN
    if start:
        yield Piece("… ", is_hit=False)
    for first, last in spans:
        if last <= end:
            yield Piece(text[start:first], is_hit=False)
            yield Piece(text[first:last], is_hit=True)
            start = last
    yield Piece(text[start:end] + (" …" if end < len(text) else ""), is_hit=False)


def _is_hit(word: str, words: list[str]) -> bool:
    return any(part.startswith(wanted) for part in words_of(word) for wanted in words)


def _is_sqlite(session: Session) -> bool:
    return session.get_bind().dialect.name == "sqlite"


def _run(session: Session, clause: Any, **values: Any) -> Any:
    return session.connection().execute(clause, values)
