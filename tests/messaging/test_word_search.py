"""Finding a text by its words (status page search; P10, P16): both databases, nothing of a query's syntax."""

import contextlib
import sqlite3
from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa

from portal.accounts.sender import SMS
from portal.consent import subscription
from portal.database import Database, Lane
from portal.messaging import message, word_search
from portal.messaging.message import Direction, Fate
from portal.messaging.word_search import Found, Hit
from tests.conftest import World

ROSA, OWEN = "+14155550132", "+14155550133"
Says = Callable[..., str]


@pytest.fixture
def says(world: World, database: Database) -> Says:
    """A text of a client, taken in as the job does it."""

    def say(text: str, number: str = ROSA, *, home: str = world.hearth.id, take: bool = True, **values: Any) -> str:
        def work(session: Any) -> str | None:
            row = subscription.lock(session, home, SMS, number)
            given = {"direction": Direction.INBOUND, "status": Fate.RECEIVED} | values
            return message.add(session, row, text=text, **given)

        made = database.write(work)
        if take:
            catch_up(database)
        return str(made)

    return say


def catch_up(database: Database) -> int:
    count = 0
    while database.read(word_search.is_behind):
        count += database.write(word_search.take_in, lane=Lane.BULK)
    return count


def delete(database: Database, *ids: str) -> None:
    query = sa.delete(message.table).where(message.table.c.id.in_(ids))
    database.write(lambda session: session.connection().execute(query))


def found(database: Database, home: str, q: str, after: str = "") -> Found:
    answer = database.read(lambda session: word_search.find(session, home, q, after=after))
    assert answer is not None
    return answer


def said(hit: Hit) -> str:
    return "".join(f"[{piece.text}]" if piece.is_hit else piece.text for piece in hit.pieces)


@pytest.mark.covers("H-16")
@pytest.mark.parametrize("q", ["beach", "BEA", "at beach", "morning bea", "béach"])
def test_a_text_is_found_by_the_beginnings_of_its_words_in_any_order(
    world: World, database: Database, says: Says, q: str
) -> None:
    says("Can we do it at the beach on Saturday morning?")
    says("See you soon", OWEN)
    (hit,) = found(database, world.hearth.id, q).hits
    assert hit.number == ROSA
    assert "[beach]" in said(hit)


@pytest.mark.parametrize("q", ["be", "a b", "!!", "", "  ", "'\"*"])
def test_too_few_letters_look_for_nothing(world: World, database: Database, says: Says, q: str) -> None:
    says("Can we do it at the beach?")
    assert database.read(lambda session: word_search.find(session, world.hearth.id, q)) is None


@pytest.mark.covers("P16")
@pytest.mark.parametrize(
    "q",
    [
        "beach OR saturday zzz", "NOT beach", "beach NEAR zebra", '"beach zebra"', "{business_id}: beach", "beach*' --",
        "'':* | 'beach", "beach) OR (", "words:beach", "^beach -zebra", "\\'beach zebra", "a" * 5000 + " beach",
        "beach\x00zebra", "!beach", "<-> beach", "+beach +zebra", "%beach%", "*beach",
    ],
)  # fmt: skip
def test_the_syntax_of_a_search_engine_is_only_text(world: World, database: Database, says: Says, q: str) -> None:
    says("Can we do it at the beach?")
    words = word_search.words_of(q)
    hits = found(database, world.hearth.id, q).hits
    assert len(hits) == (1 if words == ["beach"] else 0)


@pytest.mark.covers("P10", "rules 27")
def test_texts_of_another_business_are_never_found(world: World, database: Database, says: Says) -> None:
    says("Our secret beach", home=world.other.id)
    assert found(database, world.hearth.id, "secret beach").hits == ()
    assert found(database, world.hearth.id, f"beach {world.other.id}").hits == ()


def test_a_conversation_is_one_result_with_its_newest_line_first(world: World, database: Database, says: Says) -> None:
    says("The beach is lovely")
    says("beach or forest?", OWEN)
    says("I prefer the beach")
    hits = found(database, world.hearth.id, "beach").hits
    assert [(hit.number, hit.more) for hit in hits] == [(ROSA, 1), (OWEN, 0)]
    assert said(hits[0]) == "I prefer the [beach]"


def test_the_pages_of_a_search_show_every_conversation_once(world: World, database: Database, says: Says) -> None:
    numbers = [f"+1415555{n:04d}" for n in range(45)]
    for number in numbers:
        says("the same words", number, take=False)
    catch_up(database)
    seen: list[str] = []
    after: str | None = ""
    while after is not None:
        page = found(database, world.hearth.id, "same wor", after)
        seen += [hit.number for hit in page.hits]
        after = page.older
    assert seen == numbers[::-1]


def test_a_notice_of_ours_is_not_found_and_a_note_of_a_member_is(world: World, database: Database, says: Says) -> None:
    says("Opted in by questionnaire", direction=Direction.NOTICE, status=Fate.NOTED)
    note = {"direction": Direction.NOTICE, "status": Fate.NOTED, "member_id": world.alice.id}
    says("She prefers the questionnaire on paper", **note)
    (hit,) = found(database, world.hearth.id, "questionnaire").hits
    assert said(hit) == "She prefers the [questionnaire] on paper"
    assert hit.more == 0


def test_a_long_text_is_shown_around_what_was_found(world: World, database: Database, says: Says) -> None:
    says("word " * 100 + "needle " + "hay " * 100)
    (hit,) = found(database, world.hearth.id, "needle").hits
    assert "[needle]" in said(hit)
    assert said(hit).startswith("… ")
    assert said(hit).endswith(" …")
    assert len(said(hit)) < 200


def test_what_came_while_nobody_looked_is_taken_in_later_in_pieces(
    world: World, database: Database, says: Says, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(word_search, "PIECE", 2)
    for n in range(5):
        says(f"text number {n}", f"+1415555{n:04d}", take=False)
    caught = catch_up(database)
    assert caught == (5 if database.is_sqlite else 0)
    assert len(found(database, world.hearth.id, "number").hits) == 5
    assert catch_up(database) == 0


def test_numbering_the_messages_anew_loses_and_doubles_nothing(world: World, database: Database, says: Says) -> None:
    """VACUUM may give every message another rowid; rows that are gone leave gaps for it to close."""
    if not database.is_sqlite:
        return
    gone = [says(f"first {n}") for n in range(3)]
    says("stays")
    delete(database, *gone)
    with contextlib.closing(sqlite3.connect(database.url.removeprefix("sqlite:///"))) as connection:
        connection.execute("VACUUM")
    says("comes later")
    assert [said(hit) for hit in found(database, world.hearth.id, "later").hits] == ["comes [later]"]
    assert [said(hit) for hit in found(database, world.hearth.id, "stays").hits] == ["[stays]"]
    assert found(database, world.hearth.id, "stays").hits[0].more == 0


def test_a_message_that_is_gone_is_no_place_to_go_on_from(world: World, database: Database, says: Says) -> None:
    says("stays")
    last = says("goes away")
    database.write(
        lambda session: session.connection().execute(sa.delete(message.table).where(message.table.c.id == last))
    )
    says("comes later")
    assert [said(hit) for hit in found(database, world.hearth.id, "later").hits] == ["comes [later]"]
    assert found(database, world.hearth.id, "stays").hits[0].more == 0


def test_a_forgotten_message_is_not_found_and_not_taken_in_again(world: World, database: Database, says: Says) -> None:
    """For erasure, which wipes the message in the same transaction; here on SQLite, where the index is apart."""
    if not database.is_sqlite:
        return
    kept, gone = says("keep this secret"), says("forget this secret", OWEN)
    database.write(lambda session: word_search.forget(session, [gone]))
    assert [hit.id for hit in found(database, world.hearth.id, "secret").hits] == [kept]
    assert catch_up(database) == 0
    database.write(word_search.compact)
    with database.engine.connect() as connection:
        blocks = b"".join(row[0] for row in connection.exec_driver_sql("SELECT block FROM message_words_data"))
    assert b"secre" in blocks
    assert b"forge" not in blocks
