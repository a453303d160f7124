"""`portal verify`: one walk over a whole ledger, which also makes every root that was ever signed, and compares.

In the memory of one piece of entries and one path of the tree, however long the ledger is.
"""

import base64
import json
from collections.abc import Iterator, Sequence
from typing import Any

from sqlmodel import Session

from portal.consent import evidence, verification
from portal.consent.verification import Verified
from portal.evidence import checkpoint, retelling, verifier
from portal.evidence.merkle import Growing
from portal.evidence.note import Checkpoint


def verify(session: Session, business_id: str, given: Sequence[Checkpoint] = ()) -> Verified:
    """As `verification.verify`, and against every stored checkpoint and those `given`, which somebody kept. All of
    them were signed by this installation, or it is said."""
    stored = checkpoint.all_of(session, business_id)
    wanted = {each.size for each in (*stored, *given)}
    growing, roots = Growing(), {0: b""}

    def see(entry_hash: str) -> None:
        growing.add(bytes.fromhex(entry_hash))
        if growing.size in wanted:
            roots[growing.size] = growing.root()

    result = verification.verify(session, business_id, see=see)
    problem = result.problem or next(
        (each for row in stored if (each := _stored_problem(session, business_id, row, roots))), ""
    )
    problem = problem or next((each for note in given if (each := _given_problem(note, roots, result.entries))), "")
    return Verified(business_id, result.entries, problem)


def file_problem(raw: bytes, given: Sequence[str] = (), key: str = "") -> str:
    """Of an evidence file of either format, without a database: what is wrong first, in one sentence, or nothing.
    `given` are texts with checkpoints that somebody kept."""
    try:
        found = json.loads(raw, object_pairs_hook=_once)
        problem = evidence.problem_of(found)
        if problem or found["format"] == evidence.FORMAT:
            return problem or ("This file is of the old format, which has no checkpoint to compare." if given else "")
        notes = [each for text in given for each in verifier.notes_in(text)]
        return next((what for is_so, what in _claims(found, notes, key) if not is_so), "")
    except (LookupError, TypeError, ValueError, AttributeError, OverflowError, RecursionError):
        return "This is not an evidence file."


def _claims(found: Any, notes: list[Any], key: str) -> Iterator[tuple[bool, str]]:
    yield from verifier.of_entries(found)
    yield from verifier.of_seal(found, notes, key)
    yield from retelling.claims(found)


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Of a name that stands twice, one reader would believe the first and another the last."""
    made = dict(pairs)
    if len(made) != len(pairs):
        raise ValueError("a name stands twice")
    return made


def _stored_problem(session: Session, business_id: str, row: Any, roots: dict[int, bytes]) -> str:
    if not checkpoint.is_own(session, business_id, row):
        return f"The checkpoint of {row.size} entries is not one that this installation signed."
    return _problem(row.size, base64.b64decode(row.root), roots, "signed here")


def _given_problem(note: Checkpoint, roots: dict[int, bytes], entries: int) -> str:
    if note.size > entries:
        return f"The ledger has {entries} entries; the checkpoint you gave was signed at {note.size}: some are missing."
    return _problem(note.size, note.root, roots, "you gave")


def _problem(size: int, root: bytes, roots: dict[int, bytes], which: str) -> str:
    if roots.get(size) == root:
        return ""
    return f"The first {size} entries are not those of the checkpoint {which}: the ledger was rewritten."
