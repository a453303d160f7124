"""What a business takes with it: contacts, texts, ledger, answers and its archive, streamed to standard output."""

import argparse
import sys
from typing import TYPE_CHECKING, Any

from portal.commands import database
from portal.errors import Invalid

if TYPE_CHECKING:
    from sqlmodel import Session

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
    return 0


def _check(arguments: argparse.Namespace) -> None:
    """Raises Invalid for what does not go together."""
    if arguments.what == ARCHIVE and arguments.format == "csv":
        raise Invalid("The archive is written as JSON lines only.")
    if arguments.what != ARCHIVE and arguments.after is not None:
        raise Invalid("--after goes with --what archive, whose items have numbers.")
