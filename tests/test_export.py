"""What leaves the house as files: every row once, in plain names, and nothing of anybody else's."""

import datetime as dt
import json
from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa
from sqlmodel import Session, select

from portal import clock, export
from portal.accounts.audit import AuditEntry
from portal.accounts.sender import SMS
from portal.consent import subscription
from portal.contacts import contact, group
from portal.erasure import removal
from portal.erasure.reason import Reason
from portal.evidence import note
from portal.export import Export, Format, What
from portal.messaging import message, message_export
from portal.messaging.message import Direction, Fate
from portal.questionnaires import questionnaire, submission
from portal.questionnaires.submission import Answer
from tests.conftest import NO_CAPS, World
from tests.messaging.conftest import CLIENT, Road

Write = Callable[..., str]
AT = dt.datetime(2026, 11, 21, 23, 5, tzinfo=dt.UTC)


@pytest.fixture
def road(world: World) -> Road:
    return Road(world, world.database)


@pytest.fixture
def written(world: World) -> Write:
    """Hearth's file, as one text."""

    def write(what: What, format_: Format = Format.JSONL) -> str:
        file, pieces = Export(world.hearth.id, what, format_), []
        while not file.is_done:
            pieces.append(world.read(file.piece))
        return b"".join(pieces).decode()

    return write


def rows(text: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in text.splitlines()]


def put(world: World, text: str, **values: Any) -> str:
    def work(session: Session) -> str:
        row = subscription.lock(session, world.hearth.id, SMS, CLIENT)
        known: dict[str, Any] = {"direction": Direction.INBOUND, "status": Fate.RECEIVED, "created_at": AT}
        return str(message.add(session, row, text=text, **(known | values)))

    made: str = world.write(work)
    return made


def test_texts_leave_as_a_table_with_a_header_and_no_formula(world: World, written: Write) -> None:
    first = put(world, '=HYPERLINK("x")')
    assert written(What.MESSAGES, Format.CSV) == (
        "id,direction,channel,number,text,purpose,status,reason,wording_version,consent_entry,provider_id,segments,"
        "created_at,sent_at,member,project,project_name\r\n"
        f'{first},inbound,sms,{CLIENT},"\'=HYPERLINK(""x"")",,received,,,,,1,2026-11-21T23:05:00Z,,,,\r\n'
    )


def test_a_text_names_its_words_its_consent_and_who_wrote_it(road: Road, written: Write) -> None:
    road.says_yes()
    road.send_all()
    put(road.world, "See you", direction=Direction.OUTBOUND, status=Fate.CANCELLED, member_id=road.world.alice.id)
    told = rows(written(What.MESSAGES))
    assert told[0]["member"] == "Alice"
    [confirmation] = [row for row in told if row["purpose"] == "opt_in_confirmation"]
    assert confirmation["wording_version"]
    assert confirmation["consent_entry"] == 1
    assert confirmation["provider_id"]


@pytest.mark.covers("X-9")
def test_a_text_that_waits_for_its_writers_yes_is_in_no_file_until_then(world: World, written: Write) -> None:
    put(world, "held back", is_hidden=True)
    put(world, "for all to see")
    assert [row["text"] for row in rows(written(What.MESSAGES))] == ["for all to see"]


def test_texts_in_several_pieces_are_each_there_once_also_one_that_leaves_meanwhile(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(message_export, "PIECE", 2)
    later = put(world, "later", direction=Direction.OUTBOUND, status=Fate.QUEUED, due_at=AT + dt.timedelta(days=1))
    put(world, "second", created_at=AT + dt.timedelta(minutes=1))
    put(world, "third", created_at=AT + dt.timedelta(minutes=2))
    file = Export(world.hearth.id, What.MESSAGES, Format.JSONL)
    told = world.read(file.piece)
    world.write(
        lambda session: session.execute(
            sa.update(message.table).where(message.table.c.id == later).values(created_at=AT + dt.timedelta(hours=1))
        )
    )
    while not file.is_done:
        told += world.read(file.piece)
    assert [row["text"] for row in rows(told.decode())] == ["later", "second", "third"]


def test_the_ledger_leaves_with_words_and_hashes_in_its_own_order(road: Road, written: Write) -> None:
    road.says_yes()
    road.texts_us("STOP")
    *told, seal = rows(written(What.LEDGER))
    assert [(row["seq"], row["kind"]) for row in told] == [(1, "opted_in"), (2, "opted_out")]
    assert (seal["seq"], seal["kind"], [each.size for each in note.found_in(seal["words"])]) == (
        None,
        "checkpoint",
        [2],
    )
    assert told[1]["previous_hash"] == told[0]["hash"]
    assert [row["words"] for row in told] == ["the disclaimer", "STOP"]
    assert {row["number"] for row in told} == {CLIENT}


@pytest.mark.covers("P17")
def test_the_ledger_leaves_without_a_gap_also_after_an_erasure(road: Road, written: Write) -> None:
    client = road.write(lambda session: contact.create(session, road.business, name="Zoë", numbers=[CLIENT]).id)
    road.texts_us("STOP")
    road.write(lambda session: removal.erase(session, road.business, client, reason=Reason.ASKED, actor="member:alice"))
    (told, seal) = rows(written(What.LEDGER))
    assert seal["kind"] == "checkpoint"
    assert (told["seq"], told["kind"], told["number"], told["words"]) == (1, "opted_out", None, None)


def test_contacts_leave_with_the_first_number_in_a_cell_of_its_own(world: World, written: Write) -> None:
    def create(session: Session) -> contact.Contact:
        made = contact.create(
            session, world.hearth.id, name="Rosa Vale", email="rosa@example.com", numbers=[CLIENT, "+14155550133"]
        )
        group.add(session, group.create(session, world.hearth.id, name="Weddings"), [made.id])
        return made

    made = world.write(create)
    _, line = written(What.CONTACTS, Format.CSV).splitlines()
    assert line == (
        f"{made.id},Rosa Vale,rosa@example.com,+14155550132,+14155550133,,Weddings,,{clock.rfc3339(made.created_at)}"
    )
    [row] = rows(written(What.CONTACTS))
    assert row["numbers"] == [{"number": CLIENT}, {"number": "+14155550133"}]


def test_each_answer_has_a_line_with_its_label_as_it_was(world: World, written: Write) -> None:
    def answer(session: Session) -> str:
        asked = questionnaire.create(session, world.hearth.id, "Hello")
        questionnaire.publish(session, asked)
        answers = [Answer("q1", "Which days?", "choices", ("Mon", "Tue")), Answer("q2", "Name?", "text", "-Rosa")]
        submission.receive(session, asked, version=1, nonce="n", answers=answers, act=None, client=None, caps=NO_CAPS)
        return asked.id

    asked = world.write(answer)
    first, second = written(What.SUBMISSIONS, Format.CSV).splitlines()[1:]
    assert f",{asked},Hello,1,," in first
    assert first.endswith(",q1,Which days?,choices,Mon; Tue,")
    assert second.endswith(",q2,Name?,text,'-Rosa,")
    [row] = rows(written(What.SUBMISSIONS))
    assert row["answers"][0]["value"] == ["Mon", "Tue"]


@pytest.mark.covers("rules 27")
def test_nothing_of_another_business_is_in_any_file(road: Road) -> None:
    road.says_yes()
    road.texts_us("hello")
    for what in What:
        assert road.world.read(Export(road.world.other.id, what, Format.JSONL).piece) == b""


def test_an_export_is_written_down_before_it_begins(world: World) -> None:
    world.write(lambda session: export.note(session, world.hearth.id, What.LEDGER, Format.CSV, actor="operator"))
    noted = world.read(lambda session: session.exec(select(AuditEntry)).all())[-1]
    assert (noted.action, noted.details) == ("export.started", {"what": "ledger", "format": "csv"})
