"""`portal backup` and `portal restore`: a copy while everything runs, and the way back into quarantine."""

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from portal import clock
from portal import settings as settings_of
from portal.commands import database
from portal.commands.output import answer

if TYPE_CHECKING:
    from portal.backup.archive import Told
    from portal.backup.manifest import Manifest
    from portal.backup.restoring import Restored
    from portal.settings import Settings

LARGE = 64 * 1024 * 1024
STEP = 10  # per cent between two words about progress


def add(commands: Any) -> None:
    backup = commands.add_parser("backup", help="copy everything but the keys to one file, while it runs")
    backup.add_argument("file", metavar="FILE", type=Path)
    backup.add_argument("--force", action="store_true", help="replace FILE")
    backup.add_argument("--json", action="store_true")
    backup.set_defaults(run=run_backup)
    restore = commands.add_parser("restore", help="bring a backup back, into quarantine; stop `portal serve` first")
    restore.add_argument("file", metavar="FILE", type=Path)
    restore.add_argument("--replace", action="store_true", help="on PostgreSQL: also where the database is not empty")
    restore.add_argument("--json", action="store_true")
    restore.set_defaults(run=run_restore)


def run_backup(arguments: argparse.Namespace) -> int:
    from portal.backup import making

    settings = settings_of.from_environment()
    database.demand_there(settings)
    with database.reachable():
        about = making.make(settings, arguments.file, may_replace=arguments.force, told=_progress("Written"))
    return answer(
        _facts(about, arguments.file), as_json=arguments.json, sentence=_made(settings, about, arguments.file)
    )


def _facts(about: "Manifest", file: Path) -> dict[str, Any]:
    return {
        "file": str(file), "made_at": clock.rfc3339(about.made_at), "schema": about.schema, "database": about.database,
        "size": about.size, "sha256": about.sha256, "ledgers": len(about.heads),
    }  # fmt: skip


def _made(settings: "Settings", about: "Manifest", file: Path) -> str:
    rows = sum(about.counts.values())
    return (
        f"{file}: {about.size:,} bytes, {rows:,} rows, {len(about.heads)} ledgers, schema {about.schema}, checked.\n"
        f"The key file {settings.key_path} is not in it, nor is PORTAL_SECRET_KEY: keep both apart from it, and safe."
    )


def run_restore(arguments: argparse.Namespace) -> int:
    from portal.backup import restoring

    settings = settings_of.from_environment()
    with database.reachable():
        done = restoring.restore(
            settings, arguments.file, may_replace=arguments.replace, told=_progress("Unpacked")
        )  # fmt: skip
    values = _facts(done.about, arguments.file) | {
        "kept": None if done.kept is None else str(done.kept), "problems": list(done.settled.problems),
        "erased_again": done.settled.erased,
    }  # fmt: skip
    return answer(values, as_json=arguments.json, sentence="\n".join(_said(done)))


def _said(done: "Restored") -> list[str]:
    settled = done.settled
    lines = [f"Restored what was backed up at {clock.rfc3339(done.about.made_at)}; the schema is brought to head."]
    if done.kept is not None:
        lines.append(f"What was there before is kept as {done.kept}.")
    lines += [f"LEDGER: {each}" for each in settled.problems]
    if not settled.problems:
        lines.append(f"{settled.ledgers} ledgers with {settled.entries} entries, all as the backup says.")
    if settled.erased:
        lines.append(f"{settled.erased} people who were erased since the backup are erased again.")
    lines += [
        "Quarantine is on: nothing is sent by itself. Everybody signs in anew.",
        "Opt-outs that members noted by hand since the backup are forgotten: note them again before the release.",
        "Next: start `portal serve`; `portal reconcile --release` fetches what was missed and ends the quarantine.",
    ]
    return lines


def _progress(verb: str) -> "Told":
    """A word on standard error at every tenth of a large one."""
    last = 0

    def tell(done: int, size: int) -> None:
        nonlocal last
        percent = done * 100 // size if size else 100
        if size > LARGE and percent >= last + STEP:
            last = percent
            sys.stderr.write(f"{verb} {percent} %\n")

    return tell
