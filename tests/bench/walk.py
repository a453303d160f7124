"""V14: `portal verify` over a ledger of forms and replies, beside a bare chain of SHA-256 over the same bytes."""

import hashlib
import time
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from sqlmodel import Session

from portal.accounts.sender import SMS
from portal.consent import ledger, subscription, verification
from portal.consent.state import Kind, Origin, Proof
from portal.database import Database
from portal.evidence import proving
from tests.bench import scene
from tests.bench.child import BenchError
from tests.bench.figure import Figure
from tests.bench.pace import QUICK, Pace, take_turns

NUMBERS, QUICK_NUMBERS = 5_000, 100  # with two entries each
WORDS = "By choosing Yes you agree to texts about your appointments – reply STOP to end. " * 4
FIELDS = ("privacy_url", "terms_url", "question", "typed", "echo", "questionnaire", "page_url", "referrer", "language")


def verify(folder: Path, pace: Pace) -> list[Figure]:
    """V14, by processor time: one walk waits for nothing but its own."""
    count = QUICK_NUMBERS if pace.seconds <= QUICK.seconds else NUMBERS
    made = scene.set_up(folder, f"sqlite:///{folder / 'portal.db'}", count)
    with scene.opened(made.settings) as database:
        for at in range(0, count, scene.PIECE):
            numbers = made.numbers[at : at + scene.PIECE]
            database.write(partial(_answer, business=made.business, numbers=numbers))
        rows = list(_rows(database, made.business))
        measures: dict[str, Callable[[], float]] = {
            "ours": partial(_walked, database, made.business), "floor": partial(_chained, rows),
        }  # fmt: skip
        found = take_turns(measures, pace.rounds)
    note = (
        "floor: one SHA-256 an entry, chained, over what its row holds; ours also proves each field by one of its own"
    )
    return [Figure("V14", "verify, processor time", "/s", found["ours"], found["floor"], note=note)]


def _answer(session: Session, business: str, numbers: Sequence[str]) -> None:
    """Each of them by a form, and then by STOP; the third entry of a number beside the one of its scene."""
    form = {"words": WORDS, "rendered": f"<fieldset><p>{WORDS}</p></fieldset>", "version": 3, "personal_link": False}
    form |= {name: f"{name} of a form like any other" for name in FIELDS}
    reply = {"words": "STOP", "rule": "exact", "grammar_version": "1", "provider": "twilio", "to": scene.OUR_NUMBER}
    acts = ((Kind.OPTED_IN, Origin.FORM, form), (Kind.OPTED_OUT, Origin.REPLY, reply))
    for number in numbers:
        row = subscription.lock(session, business, SMS, number)
        for kind, origin, told in acts:
            proof = Proof.ANONYMOUS if origin is Origin.FORM else Proof.HANDSET
            row = ledger.record(session, row, kind, origin=origin, proof=proof, actor="client", evidence=told).row


def _walked(database: Database, business: str) -> float:
    """Entries a second. Raises BenchError where one is not in order."""
    start = time.process_time()
    found = database.read(lambda session: proving.verify(session, business))
    if found.problem:
        raise BenchError(found.problem)
    return found.entries / (time.process_time() - start)


def _rows(database: Database, business: str) -> Iterator[bytes]:
    """What each entry has in the database, as one text."""
    place: dict[str, Any] = {"business_id": business, "after": 0, "limit": 3 * NUMBERS}
    for row in database.read(lambda session: verification.STORED.rows(session, **place)):
        yield "".join(map(str, row)).encode()


def _chained(rows: Sequence[bytes]) -> float:
    start, last = time.process_time(), b""
    for row in rows:
        last = hashlib.sha256(last + row).digest()
    return len(rows) / (time.process_time() - start)
