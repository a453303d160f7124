"""`portal verify`: one walk over a whole ledger, which also makes every root that was ever signed, and compares.

In the memory of one piece of entries and one path of the tree, however long the ledger is.
"""

import base64
import copy
import json
from collections.abc import Iterator, Sequence
from typing import Any

from sqlmodel import Session

from portal.consent import evidence, verification
from portal.consent.verification import Place, Verified
from portal.evidence import checkpoint, retelling, tree, verifier
from portal.evidence.ledger_walk import Read
from portal.evidence.merkle import Growing
from portal.evidence.note import Checkpoint
from portal.evidence.side_walk import SideWalk


def verify(session: Session, business_id: str, given: Sequence[Checkpoint] = ()) -> Verified:
    """As `verification.verify`, and against every stored checkpoint and those `given`, which somebody kept. All of
    them were signed by this installation, or it is said."""
    comparison = _Comparison(checkpoint.all_of(session, business_id), given)
    return comparison.of(session, verification.verify(session, business_id, see=comparison.see))


def verify_beside(beside: SideWalk, read: Read[Any], business_id: str, given: Sequence[Checkpoint] = ()) -> Verified:
    """The same of a long ledger, walked by other processes as far as all is in order. `read` runs one transaction: none
    stays open meanwhile."""
    stored, end = read(lambda session: (checkpoint.all_of(session, business_id), tree.size(session, business_id)))
    comparison, start = _Comparison(stored, given), verification.BEGINNING
    for hashes in beside.hashes(business_id, end):
        for each in hashes:
            comparison.see(each)
        start = Place(start.seq + len(hashes), hashes[-1])
    is_folded = beside.is_folded()

    def rest(session: Session) -> Verified:
        seen = copy.deepcopy(comparison)  # a transaction may run twice
        walked = verification.verify(session, business_id, see=seen.see, start=start, is_folded=is_folded)
        return seen.of(session, walked)

    result: Verified = read(rest)
    return result


class _Comparison:
    """Of the entries seen with the checkpoints that stand in the database and those that somebody gave."""

    def __init__(self, stored: Sequence[Any], given: Sequence[Checkpoint]) -> None:
        self._stored, self._given = stored, given
        self._wanted = {each.size for each in (*stored, *given)}
        self._growing, self._roots = Growing(), {0: b""}

    def see(self, entry_hash: str) -> None:
        self._growing.add(bytes.fromhex(entry_hash))
        if self._growing.size in self._wanted:
            self._roots[self._growing.size] = self._growing.root()

    def of(self, session: Session, walked: Verified) -> Verified:
        """What was wrong on the walk, or else in a checkpoint."""
        roots, business_id, entries = self._roots, walked.business_id, walked.entries
        problem = walked.problem or next(
            (each for row in self._stored if (each := _stored_problem(session, business_id, row, roots))), ""
        )
        problem = problem or next((each for note in self._given if (each := _given_problem(note, roots, entries))), "")
        return Verified(business_id, entries, problem)


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
