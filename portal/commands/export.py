"""What a business takes with it: its contacts, texts, ledger and answers, streamed to standard output."""

import argparse
import sys
from typing import TYPE_CHECKING, Any

from portal.commands import database

if TYPE_CHECKING:
    from sqlmodel import Session

OPERATOR = "operator"
WHAT = ("contacts", "messages", "ledger", "submissions")
FORMATS = ("csv", "jsonl")


def add(commands: Any) -> None:
    export = commands.add_parser("export", help="write what a business has to standard output, piece by piece")
    export.add_argument("--business", required=True, metavar="B", help="id or slug")
    export.add_argument("--what", required=True, choices=WHAT)
    export.add_argument("--format", default="csv", choices=FORMATS)
    export.set_defaults(run=run_export)


def run_export(arguments: argparse.Namespace) -> int:
    """Bytes, whatever this terminal's own encoding is."""
    from portal import export
    from portal.accounts import business as businesses

    what, format_ = export.What(arguments.what), export.Format(arguments.format)

    def begin(session: "Session") -> str:
        business_id = businesses.named(session, arguments.business).id
        export.note(session, business_id, what, format_, actor=OPERATOR)
        return business_id

    with database.opened() as found:
        file = export.Export(found.write(begin), what, format_)
        while not file.is_done:
            sys.stdout.buffer.write(found.read(file.piece))
        sys.stdout.buffer.flush()
    return 0
