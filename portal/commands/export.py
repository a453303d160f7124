"""What a business takes with it: contacts, texts, ledger, answers and its archive, streamed to standard output."""

import argparse
import sys
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from portal.commands import database
from portal.errors import Invalid, SettingsError

if TYPE_CHECKING:
    from sqlmodel import Session

    from portal.database import Database

OPERATOR = "operator"
ARCHIVE = "archive"
WHAT = ("contacts", "messages", "ledger", "submissions", ARCHIVE)
FORMATS = ("csv", "jsonl")


def add(commands: Any) -> None:
    export = commands.add_parser("export", help="write what a business has to standard output, piece by piece")
    export.add_argument("--business", required=True, metavar="B", help="id or slug")
    export.add_argument("--what", required=True, choices=WHAT)
    export.add_argument("--format", choices=FORMATS, help="csv without it; the archive is always jsonl")
    export.add_argument("--after", type=int, metavar="N", help="of the archive: only what has a higher number")
    export.add_argument("--checkpoint", metavar="FILE", help="also write the seal of the records that it tells of")
    export.set_defaults(run=run_export)


def run_export(arguments: argparse.Namespace) -> int:
    """Bytes, whatever this terminal's own encoding is."""
    from portal import export
    from portal.accounts import business as businesses

    _check(arguments)
    format_ = export.Format(arguments.format or ("jsonl" if arguments.what == ARCHIVE else "csv"))

    def begin(session: "Session") -> str:
        business_id = businesses.named(session, arguments.business).id
        export.note(session, business_id, arguments.what, format_, actor=OPERATOR)
        return business_id

    with database.opened() as found:
        business_id = found.write(begin)
        file: export.Export | export.Feed
        if arguments.what == ARCHIVE:
            file = export.Feed(business_id, arguments.after or 0)
        else:
            file = export.Export(business_id, export.What(arguments.what), format_)
        while not file.is_done:
            sys.stdout.buffer.write(found.read(file.piece))
        sys.stdout.buffer.flush()
        if arguments.checkpoint is not None:
            _seal(found, business_id, arguments)
    return 0


def _seal(found: "Database", business_id: str, arguments: argparse.Namespace) -> None:
    """Beside the file and not in it. Raises SettingsError where the disk does not take it."""
    from portal.evidence import export_seal

    file = f"{arguments.what} of portal export"
    text = found.write(partial(export_seal.text, business_id=business_id, file=file))
    try:
        Path(arguments.checkpoint).write_text(text, encoding="utf-8")
    except OSError as error:
        raise SettingsError(f"{arguments.checkpoint} cannot be written: {error.strerror}.") from error


def _check(arguments: argparse.Namespace) -> None:
    """Raises Invalid for what does not go together."""
    if arguments.what == ARCHIVE and arguments.format == "csv":
        raise Invalid("The archive is written as JSON lines only.")
    if arguments.what != ARCHIVE and arguments.after is not None:
        raise Invalid("--after goes with --what archive, whose items have numbers.")
