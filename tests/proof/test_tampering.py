"""P11 as a count: whatever is changed in a ledger of every kind of entry is detected, also by a stranger with one file.

Without the key file a change is found by walking the ledger. Whoever has the key file too can write a ledger anew that
is right in itself; then a checkpoint that somebody kept in a mail is what finds it.
"""

import base64
import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import pytest
import sqlalchemy as sa
from sqlmodel import Session

from portal.accounts import business as businesses
from portal.accounts.sender import SMS
from portal.consent import head, ledger, ledger_seal, subscription
from portal.consent.state import Kind, Origin, Proof
from portal.contacts import contact
from portal.database import Database
from portal.erasure import removal
from portal.erasure.reason import Reason
from portal.evidence import checkpoint, note, packet, proving, sealing, tree, verifier
from tests.conftest import World
from tests.consent.conftest import disarm

pytestmark = pytest.mark.covers("P11", "promises F", "rules 17")
CLIENT, SECOND = "+14155550132", "+14155550133"
Tampering = Callable[[Session], object]
_e, _h, _c = ledger.table, head.table, checkpoint.table


@dataclass
class Chamber:
    """A ledger of two numbers with every kind of entry, signed twice; the notes lie in somebody's mailbox."""

    database: Database
    business: str
    mailed: list[str]

    def problem(self, session: Session, *, has_mail: bool = True) -> str:
        known = [each for text in self.mailed if has_mail for each in note.found_in(text)]
        return proving.verify(session, self.business, known).problem

    def entries(self, session: Session) -> Sequence[Any]:
        query = sa.select(_e).where(_e.c.business_id == self.business).order_by(_e.c.seq)
        return session.connection().execute(query).all()

    def missed(self, tamperings: Iterator[tuple[str, Tampering]], *, has_mail: bool) -> tuple[int, list[str]]:
        """How many were tried, and the names of those that nothing was said of."""
        found: list[tuple[str, bool]] = []

        def work(session: Session) -> None:
            disarm(session)
            for name, tamper in tamperings:
                with session.begin_nested() as attempt:
                    tamper(session)
                    session.flush()
                    found.append((name, bool(self.problem(session, has_mail=has_mail))))
                    attempt.rollback()
            session.rollback()

        self.database.write(work)
        return len(found), [name for name, is_detected in found if not is_detected]


on_sqlite = pytest.mark.at_the_door  # hundreds of tries; on PostgreSQL tests/consent/test_verification.py has as many


@pytest.fixture
def chamber(world: World, database: Database) -> Chamber:
    made = Chamber(database, world.hearth.id, [])
    for number, kinds in ((CLIENT, list(Kind)), (SECOND, [Kind.OPTED_IN, Kind.OPTED_OUT])):
        for kind in kinds:
            _record(made, kind, number)
        made.mailed.append(database.write(lambda session: checkpoint.make(session, made.business).row.note))
    return made


def _record(chamber: Chamber, kind: Kind, number: str) -> None:
    def work(session: Session) -> None:
        row = subscription.lock(session, chamber.business, SMS, number)
        ledger.record(
            session, row, kind, origin=Origin.FORM, proof=Proof.HANDSET, actor="client",
            scope="informational" if kind == Kind.OPTED_IN else None,
            evidence={"words": f"words of {kind}", "rule": "exact", "ip": "192.0.2.7"},
        )  # fmt: skip

    chamber.database.write(work)


def columns(entry: Any) -> Iterator[tuple[str, Any]]:
    """For every column of an entry, values that it does not have."""
    for name in _e.columns.keys():  # noqa: SIM118 (a collection of columns, whose names are wanted)
        value = getattr(entry, name)
        if isinstance(value, dict):
            for inner in value:
                yield name, {key: each for key, each in value.items() if key != inner}
                yield name, value | {inner: ("00" if value[inner][:2] != "00" else "11") + value[inner][2:]}
            yield name, value | {"added": "00"}
            yield name, {}
        elif name in ("occurred_at", "recorded_at"):
            yield name, value.replace(year=2020)
        elif name == "seq":
            yield name, value + 1000
        elif name in ("kind", "origin", "proof"):
            words = {"kind": Kind, "origin": Origin, "proof": Proof}[name]
            yield name, next(each for each in words if each != value)
        else:
            yield name, ("0" * 31 + "7" if name == "business_id" else f"x{value or ''}"[:64])
            if value is not None and name in ("scope", "carrier"):
                yield name, None


def at(chamber: Chamber, seq: int) -> Any:
    return sa.and_(_e.c.business_id == chamber.business, _e.c.seq == seq)


def run(*statements: sa.Executable) -> Tampering:
    def work(session: Session) -> None:
        for each in statements:
            session.connection().execute(each)

    return work


def changes(chamber: Chamber, entries: Sequence[Any]) -> Iterator[tuple[str, Tampering]]:
    """Each column of each entry, each entry gone, each two swapped, each tail cut off with the end put back."""
    for entry in entries:
        for name, value in columns(entry):
            yield (
                f"{entry.seq} {entry.kind} {name}",
                run(sa.update(_e).where(at(chamber, entry.seq)).values({name: value})),
            )
        yield f"{entry.seq} deleted", run(sa.delete(_e).where(at(chamber, entry.seq)))
        tail = sa.delete(_e).where(_e.c.business_id == chamber.business, _e.c.seq >= entry.seq)
        end = {"seq": entry.seq - 1, "hash": entry.previous_hash}
        yield f"{entry.seq} cut off", run(tail, sa.update(_h).where(_h.c.business_id == chamber.business).values(**end))
    for entry in entries[1:]:
        moves = ((entry.seq, 5000), (entry.seq - 1, entry.seq), (5000, entry.seq - 1))
        swap = [sa.update(_e).where(at(chamber, before)).values(seq=after) for before, after in moves]
        yield f"{entry.seq} swapped", run(*swap)


@on_sqlite
def test_every_change_of_every_kind_of_entry_is_detected(chamber: Chamber, report: Callable[[str], None]) -> None:
    """By somebody who has the database, and not the key file."""
    entries = chamber.database.read(chamber.entries)
    assert {each.kind for each in entries} == set(Kind)
    tried, missed = chamber.missed(changes(chamber, entries), has_mail=False)
    report(f"ledger tampering without the key file: {tried - len(missed)} of {tried} detected (P11)")
    assert (missed, tried > 600) == ([], True)


def chained_anew(chamber: Chamber, spoil: Callable[[dict[str, Any]], dict[str, Any] | None], session: Session) -> None:
    """What the database and the key file allow: any entry written differently or left out, every later hash right, the
    end sealed, the states written from the new entries, and every checkpoint in the database signed again."""
    kept = chamber.entries(session)
    session.connection().execute(sa.delete(_e).where(_e.c.business_id == chamber.business))
    last, seq, facts = head.GENESIS, 0, []
    for each in kept:
        changed = spoil(dict(each._mapping))
        if changed is None:
            continue
        seq += 1
        changed |= {"seq": seq, "previous_hash": last}
        named = changed["evidence"].items()
        changed["commitments"] = {name: ledger.commitment(changed["salts"][name], value) for name, value in named}
        changed["hash"] = last = ledger.entry_hash(changed)
        session.connection().execute(sa.insert(_e).values(**changed))
        facts.append(changed)
    head.move(session, chamber.business, seq=seq, last_hash=last)
    for table in (checkpoint.table, tree.table, ledger_seal.table):
        session.connection().execute(sa.delete(table))
    assert checkpoint.make(session, chamber.business).row is not None


def _without(gone: int, entry: dict[str, Any]) -> dict[str, Any] | None:
    return None if entry["seq"] == gone else entry


def _with_words(seq: int, entry: dict[str, Any]) -> dict[str, Any]:
    if entry["seq"] == seq:
        entry["evidence"] = entry["evidence"] | {"words": "I agree to everything"}
    return entry


def _earlier(seq: int, entry: dict[str, Any]) -> dict[str, Any]:
    """Back-dated."""
    if entry["seq"] == seq:
        entry["recorded_at"] = entry["recorded_at"].replace(year=2020)
    return entry


def rewrites(chamber: Chamber, entries: Sequence[Any]) -> Iterator[tuple[str, Tampering]]:
    for entry in entries:
        for spoil in (_without, _with_words, _earlier):
            made = partial(chained_anew, chamber, partial(spoil, entry.seq))
            yield f"{entry.seq} {entry.kind} {spoil.__name__}", made


@on_sqlite
def test_a_ledger_written_anew_with_the_key_file_contradicts_a_mailed_checkpoint(
    chamber: Chamber, report: Callable[[str], None]
) -> None:
    entries = chamber.database.read(chamber.entries)
    tried, missed = chamber.missed(rewrites(chamber, entries), has_mail=True)
    report(f"ledger written anew with the key file, against a mail: {tried - len(missed)} of {tried} detected (P11)")
    assert (missed, tried) == ([], 3 * len(entries))


def test_without_a_mailed_checkpoint_the_key_file_is_enough_to_rewrite_words(chamber: Chamber) -> None:
    """Why owners are mailed: nothing in one database can hold against whoever has all of it and the keys."""
    tried, missed = chamber.missed(
        iter([("words", partial(chained_anew, chamber, partial(_with_words, 3)))]), has_mail=False
    )
    assert (tried, missed) == (1, ["words"])


def test_every_checkpoint_still_holds_after_an_erasure(chamber: Chamber) -> None:
    """P17: what they said is gone; that it was said, when and in which order, is proven as before."""

    def erase(session: Session) -> None:
        made = contact.create(session, chamber.business, name="Rosa Vale", numbers=[CLIENT])
        removal.erase(session, chamber.business, made.id, reason=Reason.ASKED, actor="member:alice")

    def look(session: Session) -> tuple[str, int, list[bool]]:
        entries = chamber.entries(session)
        seqs = [each.seq for each in entries]
        sealed = sealing.of(session, chamber.business, seqs)
        assert sealed.checkpoint is not None
        root, size = base64.b64decode(sealed.checkpoint["root"]), sealed.checkpoint["size"]
        proven = []
        for each in entries:
            path, leaf = list(map(bytes.fromhex, sealed.inclusion[str(each.seq)])), bytes.fromhex(each.hash)
            proven.append(verifier.climb(leaf, leaf, each.seq, size, path, True)[1] == root)
        emptied = sum(each.evidence == {} for each in entries)
        return chamber.problem(session), emptied, proven

    chamber.database.write(erase)
    problem, emptied, proven = chamber.database.read(look)
    assert problem == ""
    assert emptied >= len(Kind)
    assert all(proven)


@on_sqlite
def test_a_stranger_detects_every_change_of_a_packet(
    chamber: Chamber, report: Callable[[str], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each value in what is sealed, changed, emptied and taken out: with the file and Python alone."""
    file = chamber.database.write(lambda session: _packed(session, chamber))
    assert _wrong(file) == []
    monkeypatch.setattr(verifier, "is_signed", _remembering(verifier.is_signed))
    tried, missed = 0, []
    for path in [*_paths(file["entries"], "entries"), *_paths(file["inclusion"], "inclusion")]:
        for change in (_other, None):
            tried += 1
            if not _wrong_when_spoiled(file, path, change):
                missed.append(path)
    report(
        f"evidence file changed, checked by the stranger's verifier: {tried - len(missed)} of {tried} detected (P11)"
    )
    assert missed == []


def _packed(session: Session, chamber: Chamber) -> dict[str, Any]:
    row = subscription.find(session, chamber.business, SMS, CLIENT)
    found = packet.of(session, businesses.get(session, chamber.business), row)
    sealed = sealing.of(session, chamber.business, [each["seq"] for each in found["entries"]])
    found |= {"checkpoint": sealed.checkpoint, "inclusion": sealed.inclusion, "earlier": sealed.earlier}
    told = ("business", "subscription", "entries", "checkpoint", "inclusion", "earlier")
    made: dict[str, Any] = json.loads(json.dumps({name: found[name] for name in told}))
    return made


def _wrong(file: Any) -> list[str]:
    try:
        claims = (*verifier.of_entries(file), *verifier.of_seal(file, [], ""))
        return [what for is_so, what in claims if not is_so]
    except (LookupError, TypeError, ValueError, AttributeError) as error:
        return [repr(error)]


def _remembering(is_signed: Callable[[bytes, bytes, bytes], bool]) -> Callable[[bytes, bytes, bytes], bool]:
    """The same few signatures are looked at again and again here."""
    known: dict[tuple[bytes, bytes, bytes], bool] = {}

    def remembered(key: bytes, text: bytes, signature: bytes) -> bool:
        asked = (key, text, signature)
        if asked not in known:
            known[asked] = is_signed(*asked)
        return known[asked]

    return remembered


def _paths(value: Any, *path: Any) -> Iterator[tuple[Any, ...]]:
    """To every leaf."""
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for name, each in inner:
        yield from _paths(each, *path, name)
    if not isinstance(value, dict | list):
        yield path


def _other(value: Any) -> Any:
    return value + 1 if isinstance(value, int) else f"{value or ''}0"


def _wrong_when_spoiled(file: Any, path: tuple[Any, ...], change: Callable[[Any], Any] | None) -> list[str]:
    """With the value at `path` changed, or taken out; afterwards it is as it was."""
    place = file
    for name in path[:-1]:
        place = place[name]
    kept = list(place.items()) if isinstance(place, dict) else list(place)
    if change is None:
        del place[path[-1]]
    else:
        place[path[-1]] = change(place[path[-1]])
    try:
        return _wrong(file)
    finally:
        place.clear()
        (place.update if isinstance(place, dict) else place.extend)(kept)
