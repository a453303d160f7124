"""A glance passes an entry only as it was sealed, and what nobody touched needs no closer look."""

import datetime as dt
import json
from collections.abc import Iterator
from typing import Any
from unittest import mock

import pytest
from sqlmodel import Session

from portal.consent import dropped_field, verification
from portal.consent.glance import Glance
from portal.consent.state import Kind
from portal.contacts import contact
from portal.erasure import removal
from portal.erasure.reason import Reason
from tests.consent.conftest import CLIENT, SECOND, Books

pytestmark = pytest.mark.covers("P11")
TEXTS = ("evidence", "salts", "commitments")
NESTED = {
    "seen": {"size": 16.5, "in_view": True, "lines": ["a", None]},
    "words": 'Sí, “yes” – \\u2013 \n, "choice": ',
    "choice": "yes",
}


@pytest.fixture
def told(written: Books) -> Books:
    """With values of every kind, an entry without its address, and one without anything."""
    written.record(Kind.OPTED_IN, SECOND, scope="informational", evidence={**NESTED, "ip": "192.0.2.7", "version": 3})
    return written


def stored(books: Books) -> list[Any]:
    found: list[Any] = books.database.read(
        lambda session: verification.STORED.rows(session, business_id=books.business, after=0, limit=100)
    )
    return found


def sees(row: Any, *, as_it_was: Any) -> bool:
    return Glance({}, {}).sees(row, seq=as_it_was.seq, previous=as_it_was.previous_hash)


def test_what_nobody_touched_needs_no_closer_look(told: Books) -> None:
    """Neither where an address ran out nor where a client was forgotten."""
    told.database.write(lambda session: _let_go(session, told))
    with mock.patch.object(verification._Look, "_closely", side_effect=AssertionError("looked closely")):
        assert told.verify().problem == ""


def _let_go(session: Session, books: Books) -> None:
    through = dt.datetime.now(dt.UTC) + dt.timedelta(days=1)
    assert dropped_field.drop_ip(session, books.business, [6], through=through) == 1
    gone = contact.create(session, books.business, name="Rosa Vale", numbers=[CLIENT])
    removal.erase(session, books.business, gone.id, reason=Reason.ASKED, actor="member:alice")


def spoiled(text: str) -> Iterator[str]:
    """Every character another one, gone, and doubled; blanks and a second name put in."""
    for at, char in enumerate(text):
        for other in {"0", " ", '"', char.upper(), chr(ord(char) ^ 1)} - {char}:
            yield text[:at] + other + text[at + 1 :]
        yield text[:at] + text[at + 1 :]
        yield text[:at] + char + text[at:]
        yield text[:at] + " " + text[at:]
    yield text[:-1] + ", " + text[1:]
    yield text[:-1] + ', "words": "Yes"}'


def means(row: Any) -> tuple[Any, ...]:
    """What everybody else reads in these cells; salts are bytes, whatever their digits look like."""
    moments = (row.occurred_at, row.recorded_at)
    read = [dt.datetime.fromisoformat(each) if isinstance(each, str) else each for each in moments]
    salts = {name: bytes.fromhex(salt) for name, salt in json.loads(row.salts).items()}
    return json.loads(row.evidence), salts, json.loads(row.commitments), *read


def test_whatever_reads_differently_is_not_passed(told: Books) -> None:
    """Character by character, in every entry."""
    tried, wrongly = 0, []
    for row in stored(told):
        assert sees(row, as_it_was=row)
        for name in (*TEXTS, "occurred_at", "recorded_at"):
            before = getattr(row, name)
            for after in spoiled(before) if isinstance(before, str) else ():
                changed = row._replace(**{name: after})
                tried += 1
                if sees(changed, as_it_was=row) and means(changed) != means(row):
                    wrongly.append((row.seq, name, after))
    assert wrongly == []
    assert tried > 10_000
