"""Mails archives: settle a batch, write it, send it outside of every transaction, mark it. Never to a log, never twice
under different names."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from email.utils import format_datetime
from functools import partial
from typing import Any

from sqlmodel import Session

from portal import logs
from portal.database import Database, Lane
from portal.errors import Problem
from portal.messaging import archive_journal, archive_line
from portal.messaging.archive_journal import Batch
from portal.messaging.archive_line import Line

MAILS = 20  # of one business in one turn; the others have theirs, the rest follows
ALARMING = 3  # failures after which the log speaks of an alert


@dataclass(frozen=True)
class Letter:
    """One mail. `key` names it for ever: from it comes the Message-ID. `file` is its name and bytes."""

    to: str
    subject: str
    text: str
    key: str
    date: str
    headers: dict[str, str]
    file: tuple[str, bytes]


Post = Callable[[Letter], None]
"""Sends it, or raises."""


class Journal:
    """One per process that runs jobs; `turn` is called by the timetable."""

    def __init__(self, database: Database, *, post: Post) -> None:
        self._database, self._post = database, post

    def turn(self) -> None:
        for business_id in self._database.read(archive_journal.due):
            for _ in range(MAILS):
                if not self._mail(business_id):
                    break

    def _mail(self, business_id: str) -> bool:
        """Whether a batch left and another one may be due."""
        batch = self._database.write(partial(archive_journal.claim, business_id=business_id), lane=Lane.BULK)
        if batch is None:
            return False
        try:
            self._post(self._database.read(partial(letter, batch=batch)))
        except Exception as error:
            self._fail(batch, error)
            return False
        self._database.write(partial(archive_journal.mark, batch=batch), lane=Lane.BULK)
        logs.event("archive.mailed", business=business_id, first=batch.first, last=batch.last)
        return True

    def _fail(self, batch: Batch, error: Exception) -> None:
        """What the error says stays out of the log: it may repeat what was mailed."""
        problem = error.detail if isinstance(error, Problem) else f"An error of the program ({type(error).__name__})."
        self._database.write(partial(archive_journal.fail, batch=batch, problem=problem), lane=Lane.BULK)
        logs.event(
            "archive.mail_alert" if batch.failures + 1 >= ALARMING else "archive.mail_failed", level=40,
            business=batch.business_id, failures=batch.failures + 1, error=type(error).__name__,
        )  # fmt: skip


def letter(session: Session, batch: Batch) -> Letter:
    """The same bytes whenever it is written, unless something in it was erased meanwhile. So it says nothing that may
    change: no name of the business, no time of its sending."""
    limit = batch.last - batch.first + 1
    lines = archive_line.page(session, batch.business_id, after=batch.first - 1, limit=limit)
    span = f"{batch.first}-{batch.last}"
    file = "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines)
    return Letter(
        to=batch.email, subject=f"Archive of {batch.slug}: items {batch.first} to {batch.last}",
        text=_text(batch, lines), key=f"archive.{batch.business_id}.{span}", date=format_datetime(batch.at),
        headers={
            "X-Archive-Business": batch.business_id, "X-Archive-First-Number": str(batch.first),
            "X-Archive-Last-Number": str(batch.last),
        },
        file=(f"archive-{span}.jsonl", file.encode("utf-8", "replace")),
    )  # fmt: skip


def _text(batch: Batch, lines: list[Line]) -> str:
    head = (
        f"Items {batch.first} to {batch.last} of the archive of {batch.slug}. The attached file holds them whole, "
        "one JSON object on each line."
    )
    words = "\n\n".join([head, *map(_words, lines)])
    return words.encode("utf-8", "replace").decode() + "\n"


def _words(line: Line) -> str:
    return f"#{line['number']}  {_about(line)}"


def _about(line: Line) -> str:
    if (entry := line["entry"]) is not None:
        kind = str(entry.get("kind", "erased")).replace("_", " ")
        number = entry.get("values", {}).get("number", "a number that was erased")
        return f"{entry.get('at', line['at'])}  consent: {kind}, {number}, entry {entry.get('seq', '')}"
    return _message(line["message"], is_outcome=line["what"] == "outcome")


def _message(text: dict[str, Any], *, is_outcome: bool) -> str:
    if is_outcome:
        return f"text {text['id']} is now {text['status']}"
    if text["erased"]:
        return f"{text['created_at']}  text {text['id']}: erased"
    who = f" by {text['member']}" if text["member"] else ""
    where = f"{text['direction']} {text['channel']} {text['number']}"
    return f"{text['created_at']}  {where}{who}, {text['status']}:\n{text['text']}"
