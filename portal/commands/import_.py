"""Lists come in from the command line, by the same code as on the page; it can only lower consent."""

import argparse
import sys
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from portal.commands import database
from portal.commands.output import answer
from portal.errors import Invalid

if TYPE_CHECKING:
    from portal.database import Database
    from portal.imports.import_run import ImportRun

OPERATOR = "operator"
WHAT = ("contacts", "opt-outs")
SHOWN = 20


def add(commands: Any) -> None:
    command = commands.add_parser("import", help="take in a list of contacts or opt-outs; it never gives consent")
    command.add_argument("--business", required=True, metavar="B", help="id or slug")
    command.add_argument("--what", required=True, choices=WHAT)
    command.add_argument("--dry-run", action="store_true", help="look through it and write nothing")
    command.add_argument("--json", action="store_true", help="every problem, as JSON")
    command.add_argument("file", type=Path, metavar="FILE", help="CSV or vCard")
    command.set_defaults(run=run_import)


def run_import(arguments: argparse.Namespace) -> int:
    """Raises Invalid for a file that cannot be read or is no list, NotFound for an unknown business."""
    from portal.accounts import business as businesses
    from portal.imports import import_run, intake
    from portal.imports.field import What

    with database.opened() as found:
        business_id = found.read(lambda session: businesses.named(session, arguments.business).id)
        path: Path = arguments.file
        try:
            with path.open("rb") as source:
                run_id = intake.take(
                    found, source, business_id, What(arguments.what), file_name=path.name, actor=OPERATOR
                )
        except OSError as error:
            raise Invalid(f"The file {path} cannot be read: {error.strerror}.") from error
        try:
            run = _through(found, run_id)
            if not arguments.dry_run:
                found.write(lambda session: import_run.start(session, run, actor=OPERATOR, ip=""))
                run = _through(found, run_id)
            return _told(found, run, arguments)
        finally:
            _clear(found, run_id)


def _through(found: "Database", run_id: str) -> "ImportRun":
    """Until the list is looked through, or is in. Raises Invalid where its columns cannot be told."""
    from portal.imports import turn
    from portal.imports.import_run import ImportRun

    while (ahead := found.read(partial(turn.look, run_id=run_id))) is not None:
        found.write(partial(turn.store, turn=ahead))
        if sys.stderr.isatty():
            sys.stderr.write(f"\r{ahead.status}: {ahead.ahead:,} rows")
    if sys.stderr.isatty():
        sys.stderr.write("\n")
    run = found.read(lambda session: session.get_one(ImportRun, run_id))
    if run.trouble:
        raise Invalid(f"{run.trouble} The columns are: {', '.join(run.columns)}.")
    return run


def _told(found: "Database", run: "ImportRun", arguments: argparse.Namespace) -> int:
    from portal.imports import import_problem

    rows = found.read(partial(import_problem.after, run_id=run.id, row=0, limit=import_problem.MOST))
    problems = [{"row": each.row, "problem": each.problem} for each in rows]
    values = {
        "rows": run.rows, "imported": run.imported, "skipped": run.skipped, "known": run.known, "passed": run.passed,
        "opted_out": run.stopped, "problems": problems,
    }  # fmt: skip
    lines = [f"row {each['row']}: {each['problem']}" for each in problems[:SHOWN]]
    lines += [f"and {run.problems - SHOWN:,} more"] if run.problems > SHOWN else []
    verb = "would come in" if arguments.dry_run else "came in"
    lines.append(f"{run.imported:,} of {run.rows:,} rows {verb}, {run.known:,} were here, {run.skipped:,} left out.")
    if run.promised:
        lines.append(f"{run.promised:,} rows say Yes to texts; a list gives no consent, so nothing was opened.")
    return answer(values, as_json=arguments.json, sentence="\n".join(lines))


def _clear(found: "Database", run_id: str) -> None:
    """The rows do not wait for the jobs of a server that may not be running."""
    from portal.imports import import_run, tidy
    from portal.imports.import_run import ENDED, ImportRun

    run = found.read(lambda session: session.get_one(ImportRun, run_id))
    if run.status not in ENDED:
        found.write(lambda session: import_run.cancel(session, run, actor=OPERATOR, ip=""))
    while found.write(tidy.run):
        pass
