"""`portal verify`: nothing of a ledger was changed, removed or cut off; nor of a file of evidence, nor since a mail."""

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from portal import settings as settings_of
from portal.commands import database
from portal.commands.output import say
from portal.errors import Invalid

if TYPE_CHECKING:
    from sqlmodel import Session

    from portal.consent.verification import Verified
    from portal.database import Database
    from portal.evidence.note import Checkpoint


def add(commands: Any) -> None:
    verify = commands.add_parser("verify", help="prove that no ledger entry was changed, removed or cut off")
    verify.add_argument("--business", metavar="B", help="id or slug; without it, all")
    verify.add_argument(
        "--checkpoint", metavar="FILE", action="append", default=[], help="a mailed seal that was kept; may be repeated"
    )
    verify.add_argument("--from", metavar="FILE", dest="file", help="an evidence.json instead of the database")
    verify.add_argument("--key", metavar="BASE64", default="", help="with --from: the public key from the mails")
    verify.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """1 where something is wrong."""
    if arguments.file is not None:
        return _of_file(arguments)
    with database.existing(settings_of.from_environment()) as found:
        given = _given(found, arguments.checkpoint)
        ledgers = found.read(lambda session: _ledgers(session, arguments.business, given))
        results = [_verified(found, each, given) for each in ledgers]
    if not results:
        say("There is no ledger yet.")
    return int(not all(results))


def _of_file(arguments: argparse.Namespace) -> int:
    """Without a database, and without settings: anybody may do it anywhere."""
    from portal.evidence import note, proving

    texts = [note.text_of(_read(each)) for each in arguments.checkpoint]
    for path, text in zip(arguments.checkpoint, texts, strict=True):
        if not note.found_in(text):
            raise Invalid(f"There is no checkpoint in {path}.")
    problem = proving.file_problem(_read(arguments.file), texts, arguments.key)
    say(f"{arguments.file}: {problem}" if problem else f"{arguments.file}: all in order")
    return int(bool(problem))


def _given(found: "Database", paths: Sequence[str]) -> list["Checkpoint"]:
    """Raises Invalid for a file without a checkpoint that this installation signed."""
    from portal.accounts import key
    from portal.evidence import note

    secrets, known = found.read(key.of), []
    for path in paths:
        ours = note.ours_in(secrets, note.text_of(_read(path)))
        if not ours:
            raise Invalid(f"There is no checkpoint in {path} that was signed with this installation’s key file.")
        known += ours
    return known


def _ledgers(
    session: "Session", business: str | None, given: Sequence["Checkpoint"]
) -> list[tuple[str, str]]:  # fmt: skip
    """(id, slug) of each business to verify: those of the checkpoints, the one named, or all, one whose business is
    gone too."""
    from portal.accounts import business as businesses
    from portal.accounts.business import Business
    from portal.consent import verification

    if business is not None:
        found = businesses.named(session, business)
        if any(each.business_id != found.id for each in given):
            raise Invalid("A checkpoint you gave is of another business.")
        return [(found.id, found.slug)]
    ids = sorted({each.business_id for each in given}) or verification.businesses(session)
    named = [(each, session.get(Business, each)) for each in ids]
    return [(each, found.slug if found else each) for each, found in named]


def _verified(found: "Database", ledger: tuple[str, str], given: Sequence["Checkpoint"]) -> bool:
    from portal.evidence import proving

    business_id, slug = ledger
    notes = [each for each in given if each.business_id == business_id]
    result: Verified = found.read(lambda session: proving.verify(session, business_id, notes))
    count = f"{result.entries} {'entry' if result.entries == 1 else 'entries'}"
    and_notes = f", {len(notes)} of your checkpoints kept" if notes else ""
    good = f"{slug}: {count}, all in order{and_notes}"
    say(f"{slug}: {count}, broken: {result.problem}" if result.problem else good)
    return not result.problem


def _read(path: str) -> bytes:
    try:
        return Path(path).read_bytes()
    except OSError as error:
        raise Invalid(f"{path} cannot be read: {error.strerror}.") from error
