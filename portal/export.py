"""What a business takes out of the house: four files and its archive, written piece by piece, never whole in memory.

Each piece is a read of its own, in an order that does not change (keyset): whatever was stored when the export began is
in it once, as it stood when its piece was read. No long transaction keeps the database from tidying up.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from sqlmodel import Session

from portal import sheet
from portal.accounts import audit
from portal.consent import ledger_export
from portal.contacts import contact_export
from portal.evidence import ledger_end
from portal.messaging import archive_line, message_export
from portal.questionnaires import submission_export


class What(StrEnum):
    CONTACTS = "contacts"
    MESSAGES = "messages"
    LEDGER = "ledger"
    SUBMISSIONS = "submissions"


class Format(StrEnum):
    CSV = "csv"
    JSONL = "jsonl"


FEED_PIECE = 200


@dataclass(frozen=True)
class _Kind:
    """`piece(session, business_id, after)` reads some rows; `flat(row)` are the lines of a sheet that one row makes;
    `end(session, business_id)` is a last row, if any."""

    columns: Sequence[str]
    piece: Callable[[Session, str, Any], tuple[list[dict[str, Any]], Any]]
    flat: Callable[[Mapping[str, Any]], list[list[sheet.Cell]]]
    end: Callable[[Session, str], dict[str, Any] | None] | None = None


_KINDS = {
    What(name): _Kind(room.COLUMNS, room.piece, room.flat, end)
    for name, room, end in (
        ("contacts", contact_export, None),
        ("messages", message_export, None),
        ("ledger", ledger_export, ledger_end.row),
        ("submissions", submission_export, None),
    )
}


def note(session: Session, business_id: str, what: str, format_: Format, *, actor: str, ip: str = "") -> None:
    """Every export is an entry of the audit log before its first byte leaves (promises.md E.4)."""
    audit.note(
        session, "export.started", actor=actor, business_id=business_id, ip=ip, what=str(what), format=str(format_)
    )


class Export:
    """One file. Call `piece` in a read until `is_done`."""

    def __init__(self, business_id: str, what: What, format_: Format) -> None:
        self._business_id, self._kind, self._is_csv = business_id, _KINDS[what], format_ is Format.CSV
        self._after: Any = None
        self._has_begun = self.is_done = False

    def piece(self, session: Session) -> bytes:
        """The next piece of the file; with the header row, where there is one, in the first."""
        rows, after = self._kind.piece(session, self._business_id, self._after)
        if after is None and self._kind.end is not None and (end := self._kind.end(session, self._business_id)):
            rows = [*rows, end]
        if self._is_csv:
            head = [] if self._has_begun else [self._kind.columns]
            written = sheet.csv_lines([*head, *(line for row in rows for line in self._kind.flat(row))])
        else:
            written = b"".join(map(sheet.json_line, rows))
        self._after, self._has_begun, self.is_done = after, True, after is None
        return written


class Feed:
    """The archive of a business after some number, as JSON lines; as `Export`."""

    def __init__(self, business_id: str, after: int) -> None:
        self._business_id, self._after = business_id, after
        self.is_done = False

    def piece(self, session: Session) -> bytes:
        lines = archive_line.page(session, self._business_id, after=self._after, limit=FEED_PIECE)
        self._after, self.is_done = lines[-1]["number"] if lines else self._after, len(lines) < FEED_PIECE
        return b"".join(map(sheet.json_line, lines))
