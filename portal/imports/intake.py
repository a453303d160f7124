"""A file comes in: its fingerprint is taken, it is read once from beginning to end and cut into pieces."""

import hashlib
from collections.abc import Iterator
from functools import partial
from typing import BinaryIO

from sqlmodel import Session

from portal import clock
from portal.database import Database, Lane
from portal.errors import Invalid
from portal.imports import field, import_piece, import_run, row_file
from portal.imports.encoding import refused
from portal.imports.field import What
from portal.imports.import_run import Progress
from portal.imports.row_file import Row

MOST_BYTES = 20 * 1024 * 1024
MOST_ROWS = 200_000
PIECE = 1024 * 1024


def take(
    database: Database, source: BinaryIO, business_id: str, what: What, *, file_name: str, actor: str,
    member_id: str | None = None, group_id: str | None = None,
) -> str:  # fmt: skip
    """The id of the run, which is looked through next. Many short transactions: a STOP never waits for a file. Raises
    Invalid, with the sentence under `file`, for what is no list; Conflict where too many wait."""
    fingerprint, size = _fingerprint(source)
    begin = partial(
        import_run.begin, business_id=business_id, what=what, file_name=file_name, actor=actor, member_id=member_id,
        group_id=group_id,
    )  # fmt: skip
    with row_file.opened(source, what) as found:
        run_id = database.write(begin, lane=Lane.BULK).id
        try:
            first, count = _stored(database, business_id, run_id, found.rows)
        except BaseException:  # also our own mistakes: what waits for ever would keep others from coming in
            database.write(partial(_drop, run_id=run_id), lane=Lane.BULK)
            raise
    mapping = field.guess(found.columns, what, first.cells)
    database.write(
        lambda session: _ready(session, run_id, found.columns, mapping, count, fingerprint, size), lane=Lane.BULK
    )
    return run_id


def at_once(
    session: Session, source: BinaryIO, business_id: str, what: What, *, file_name: str, actor: str,
    member_id: str | None = None,
) -> str:  # fmt: skip
    """The same for a short list that is ours, in one transaction."""
    fingerprint, size = _fingerprint(source)
    run_id = import_run.begin(session, business_id, what, file_name=file_name, actor=actor, member_id=member_id).id
    with row_file.opened(source, what) as found:
        rows = list(found.rows)
    import_piece.add(session, business_id, run_id, 0, rows)
    mapping = field.guess(found.columns, what, rows[0].cells)
    _ready(session, run_id, found.columns, mapping, len(rows), fingerprint, size)
    return run_id


def _stored(database: Database, business_id: str, run_id: str, rows: Iterator[Row]) -> tuple[Row, int]:
    """The first row and how many there are."""
    count, first = 0, None
    for piece in import_piece.cut(rows):
        first = first or piece[0]
        if count + len(piece) > MOST_ROWS:
            raise refused(f"This list has more than {MOST_ROWS:,} rows. Please cut it into several files.")
        store = partial(import_piece.add, business_id=business_id, run_id=run_id, first=count, rows=piece)
        database.write(store, lane=Lane.BULK)
        count += len(piece)
    if first is None:
        raise refused("This list has no rows.")
    return first, count


def _fingerprint(source: BinaryIO) -> tuple[str, int]:
    found, size = hashlib.sha256(), 0
    source.seek(0)
    while piece := source.read(PIECE):
        found.update(piece)
        size += len(piece)
        if size > MOST_BYTES:
            raise refused(f"This file has more than {MOST_BYTES // 1024 // 1024} MB. Please cut it into several.")
    if not size:
        raise refused("This file is empty.")
    return found.hexdigest(), size


def _drop(session: Session, run_id: str) -> None:
    found = import_run.lock(session, run_id)
    if found is not None:
        import_run.finish(session, found, Progress.CANCELLED, actor=found.actor)


def _ready(
    session: Session, run_id: str, columns: tuple[str, ...], mapping: list[field.Field], rows: int, sha256: str,
    size: int,
) -> None:  # fmt: skip
    """Where the columns cannot be guessed, a member chooses them before anything is looked through."""
    found = import_run.lock(session, run_id)
    if found is None:
        raise Invalid("This import was discarded meanwhile.")
    found.columns, found.mapping, found.rows = list(columns), [str(each) for each in mapping], rows
    found.sha256, found.size, found.moved_at = sha256, size, clock.now()
    is_clear = not field.problem(mapping, What(found.what))
    found.status = Progress.CHECKING if is_clear else Progress.PREVIEWED
    session.add(found)
    session.flush()
