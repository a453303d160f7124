"""One numbered sequence per business, without gaps or repeats: whoever crashes, whoever else works, whenever a
transaction ends and whatever a text's time does."""

import contextlib
import datetime as dt
import random
import threading
from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa
from sqlmodel import Session

from portal import clock
from portal.accounts import business as businesses
from portal.accounts.sender import SMS
from portal.consent import ledger, subscription, verification
from portal.database import Database
from portal.messaging import (
    archive,
    archive_item,
    archive_line,
    archive_source,
    archive_turn,
    message,
    note,
    outbox,
)
from portal.messaging.archive_turn import Turn
from portal.messaging.message import Direction, Fate
from portal.providers.provider import Accepted, Rejected, StatusUpdate, Trouble
from tests.conftest import World
from tests.messaging.conftest import CLIENT, Road
from tests.messaging.test_whatsapp_road import Line

Shift = Callable[[dt.timedelta], None]
NOWHERE = (archive.START, "")
HOUR = dt.timedelta(hours=1)


@pytest.fixture
def kept(road: Road) -> Road:
    """Hearth's archive is on."""
    road.write(lambda session: archive.switch(session, road.business, is_on=True))
    return road


def look(road: Road, *, sweeps: bool = False) -> Turn:
    found = road.database.read(lambda session: archive_turn.look(session, road.business, sweeps=sweeps))
    return found or Turn(None, [], [], [], NOWHERE, NOWHERE, 0, has_more=False)


def turn(road: Road, *, sweeps: bool = False) -> bool:
    """One look and its store; whether there may be more."""
    found = look(road, sweeps=sweeps)
    if found.row is None:
        return False
    road.database.write(lambda session: archive_turn.store(session, found))
    return found.has_more


def fill(road: Road, *, sweeps: bool = False) -> None:
    while turn(road, sweeps=sweeps):
        pass


def lines(road: Road, after: int = 0) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = road.database.read(
        lambda session: archive_line.page(session, road.business, after=after, limit=1000)
    )
    return found


def texts(road: Road) -> list[str]:
    return [line["message"]["text"] for line in lines(road) if line["what"] == "message"]


def assert_whole(road: Road) -> None:
    """Numbered 1, 2, 3 …; every entry and every text that has an outcome in it exactly once."""
    told = lines(road)
    assert [line["number"] for line in told] == list(range(1, len(told) + 1))
    here = [line["message"]["id"] for line in told if line["what"] == "message"]
    settled = [each.id for each in road.messages() if each.status not in archive_source.WAITING]
    assert sorted(here) == sorted(settled)
    seqs = [line["entry"]["seq"] for line in told if line["what"] == "entry"]
    sealed = road.database.read(lambda session: verification.verify(session, road.business))
    assert (sealed.problem, seqs) == ("", list(range(1, sealed.entries + 1)))


def put(road: Road, text: str, **values: Any) -> str:
    def work(session: Session) -> str:
        row = subscription.lock(session, road.business, SMS, CLIENT)
        known: dict[str, Any] = {"direction": Direction.INBOUND, "status": Fate.RECEIVED}
        return str(message.add(session, row, text=text, **(known | values)))

    made: str = road.write(work)
    return made


def open_gate(road: Road) -> None:
    gate = {"has_first_message_gate": True, "has_whatsapp": True}
    road.write(lambda session: businesses.change_policy(session, businesses.get(session, road.business), **gate))


def slots(road: Road) -> list[str]:
    """Whose words the texts and notices in the archive are, by the versions they name."""
    told = [line["message"] for line in lines(road) if line["what"] == "message"]
    return [each["wording_version"].partition("/")[0] for each in told if each["wording_version"]]


@pytest.mark.covers("M-2", "S-2")
@pytest.mark.parametrize("answer", ["accepted", "rejected"])
def test_what_both_sides_are_told_of_an_answer_is_in_the_archive_with_its_words_and_its_proof(
    kept: Road, answer: str
) -> None:
    open_gate(kept)
    words = {"accepted": "YES", "rejected": "STOP"}[answer]
    kept.texts_us("Do you have a free day?")
    kept.send_all()
    kept.texts_us(words)
    kept.send_all()
    fill(kept)
    assert_whole(kept)
    told = ["request.client", "request.user", f"{answer}.client", f"{answer}.user"]
    assert sorted(slots(kept)) == sorted(f"mt.{each}" for each in told)
    assert {"Do you have a free day?", words} <= set(texts(kept))
    asked, answered = (line["entry"] for line in lines(kept) if line["what"] == "entry")
    assert (asked["kind"], answered["values"]["words"]) == ("asked", words)
    assert answered["previous_hash"] == asked["hash"]
    assert answered["hash"] == ledger.entry_hash(answered["sealed"])


@pytest.mark.covers("W-2")
def test_requests_and_answers_on_whatsapp_are_in_the_archive_too(kept: Road) -> None:
    open_gate(kept)
    line = Line(kept.world)
    line.says("Do you have a free day?")
    kept.send_all()
    line.says("YES")
    kept.send_all()
    fill(kept)
    assert_whole(kept)
    told = [line["message"] for line in lines(kept) if line["what"] == "message"]
    assert {each["channel"] for each in told} == {"whatsapp"}
    assert sorted(slots(kept)) == sorted(
        f"mt.{each}" for each in ("request.client", "request.user", "accepted.client", "accepted.user")
    )
    kinds = [(each["entry"]["kind"], each["entry"]["sealed"]["channel"]) for each in lines(kept) if each["entry"]]
    assert kinds == [("asked", "whatsapp"), ("opted_in", "whatsapp")]


def test_a_text_on_its_way_waits_for_its_outcome_and_a_later_one_is_an_item_of_its_own(kept: Road) -> None:
    kept.says_yes()
    fill(kept)
    assert [line["what"] for line in lines(kept)] == ["entry", "message"]  # the notice; the confirmation still waits
    [claimed] = kept.claim()
    fill(kept)
    assert len(lines(kept)) == 2
    kept.land(claimed.row, Accepted("SM1"))
    fill(kept)
    kept.report(StatusUpdate("s", "AC", "SM1", "delivered", 5))
    fill(kept)
    fill(kept)
    first, second = (line for line in lines(kept)[2:] if line["message"])
    assert (first["message"]["status"], first["what"]) == ("sent", "message")
    assert (second["message"]["status"], second["what"]) == ("delivered", "outcome")
    assert second["message"]["id"] == first["message"]["id"]
    assert kept.database.read(lambda session: session.execute(sa.select(archive_item.open_table)).all()) == []


def test_the_same_number_always_tells_the_same(kept: Road) -> None:
    kept.says_yes()
    kept.send_all()
    fill(kept)
    before = lines(kept)
    sent = kept.outbound()[0]
    kept.report(StatusUpdate("s", "AC", str(sent.provider_id), "delivered", 5))
    assert lines(kept) == before


def test_a_held_text_that_is_settled_days_later_is_not_forgotten(kept: Road, shift: Shift) -> None:
    """Its time moves too, when it is cancelled after its own time has come."""
    waits = put(
        kept, "held", direction=Direction.OUTBOUND, status=Fate.HELD, purpose="conversation",
        due_at=clock.now() + HOUR,
    )  # fmt: skip
    put(kept, "hello")
    fill(kept)
    assert texts(kept) == ["hello"]
    for _ in range(3):
        shift(dt.timedelta(days=1))
        fill(kept, sweeps=True)
    kept.write(lambda session: outbox.cancel(session, kept.business, waits))
    fill(kept)
    fill(kept, sweeps=True)
    assert texts(kept) == ["hello", "held"]
    assert_whole(kept)


def test_a_transaction_that_ends_after_a_later_one_is_not_missed(kept: Road, shift: Shift) -> None:
    """As if it had been open while the later text was numbered."""
    began = clock.now()
    shift(dt.timedelta(seconds=10))
    put(kept, "second")
    fill(kept)
    put(kept, "first", created_at=began)
    fill(kept)
    assert texts(kept) == ["second", "first"]


@pytest.mark.only_on_postgres  # SQLite has one writer: transactions do not interleave there
def test_two_transactions_that_really_interleave_are_both_in_it(kept: Road) -> None:
    put(kept, "there is a conversation")
    begun, may_end = threading.Event(), threading.Event()

    def slowly(session: Session) -> None:
        row = subscription.find(session, kept.business, SMS, CLIENT)
        message.add(session, row, direction=Direction.NOTICE, status=Fate.NOTED, text="slow", should_touch=False)
        session.execute(sa.text("SELECT 1"))  # what was posted is sent before this
        begun.set()
        assert may_end.wait(10)

    slow = threading.Thread(target=lambda: kept.database.write(slowly))
    slow.start()
    assert begun.wait(10)
    row = kept.row()
    kept.database.write(
        lambda session: message.add(
            session, row, direction=Direction.NOTICE, status=Fate.NOTED, text="quick", should_touch=False
        )
    )
    fill(kept)
    assert texts(kept) == ["there is a conversation", "quick"]
    may_end.set()
    slow.join(10)
    fill(kept)
    assert texts(kept) == ["there is a conversation", "quick", "slow"]
    assert_whole(kept)


def test_a_text_from_before_everything_seen_is_found_by_the_second_look(kept: Road, shift: Shift) -> None:
    """A clock that was set back: nobody looks there again but the sweep."""
    put(kept, "now")
    shift(HOUR)
    fill(kept)
    put(kept, "long ago", created_at=clock.now() - 2 * HOUR)
    fill(kept)
    assert texts(kept) == ["now"]
    fill(kept, sweeps=True)
    fill(kept, sweeps=True)
    assert texts(kept) == ["now", "long ago"]
    assert_whole(kept)


def test_the_second_look_goes_round_and_round(kept: Road, shift: Shift, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archive_source, "SWEEP", 2)
    for i in range(5):
        put(kept, f"{i}")
    shift(HOUR)
    for _ in range(4):
        fill(kept, sweeps=True)
    put(kept, "slipped in", created_at=clock.now() - 2 * HOUR)
    for _ in range(4):
        fill(kept, sweeps=True)
    assert texts(kept)[-1] == "slipped in"
    assert_whole(kept)


class Killed(BaseException):
    """The process ends here."""


@pytest.mark.parametrize("step", ["move", "add", "wait_for", "commit"])
def test_a_crash_at_any_step_leaves_a_whole_turn_or_none(
    kept: Road, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    kept.says_yes()
    kept.texts_us("hello")
    before = len(lines(kept))
    room = archive if step == "move" else archive_item
    with monkeypatch.context() as patch:
        if step == "commit":
            patch.setattr(archive_turn, "store", _after(archive_turn.store))
        else:
            patch.setattr(room, step, _after(getattr(room, step)))
        with pytest.raises(Killed):
            turn(kept)
    assert len(lines(kept)) == before
    fill(kept)
    kept.send_all()
    fill(kept)
    assert_whole(kept)


def _after(real: Callable[..., Any]) -> Callable[..., Any]:
    def dies(*given: Any, **named: Any) -> None:
        real(*given, **named)
        raise Killed

    return dies


def test_of_two_workers_that_looked_at_once_one_stores_and_the_other_looks_again(kept: Road) -> None:
    kept.says_yes()
    mine, theirs = look(kept), look(kept)
    assert kept.database.write(lambda session: archive_turn.store(session, mine))
    assert not kept.database.write(lambda session: archive_turn.store(session, theirs))
    fill(kept)
    assert_whole(kept)


def test_workers_beside_each_other_number_everything_once(kept: Road, database_url: str) -> None:
    """Four at it while texts come in, each with connections of its own."""
    others = [Database(database_url, secrets=kept.world.secrets) for _ in range(3)]
    done = threading.Event()
    faults: list[BaseException] = []

    def work(database: Database) -> None:
        mine = Road(kept.world, database)
        try:
            while not done.is_set():
                turn(mine)
        except BaseException as fault:
            faults.append(fault)

    workers = [threading.Thread(target=work, args=(database,)) for database in (kept.database, *others)]
    for each in workers:
        each.start()
    for i in range(60):
        put(kept, f"text {i}")
    done.set()
    for each in workers:
        each.join(30)
    for database in others:
        database.dispose()
    assert faults == []
    fill(kept)
    assert len(texts(kept)) == 60
    assert_whole(kept)


@pytest.mark.parametrize("seed", [1, 2])
def test_whatever_happens_in_whatever_order_the_archive_is_whole_in_the_end(
    kept: Road, shift: Shift, monkeypatch: pytest.MonkeyPatch, seed: int
) -> None:
    """Texts, answers, outcomes in late reports, crashes in the middle of a turn, second looks, hours and clocks that
    are set back, drawn by lot."""
    lot = random.Random(seed)
    for module in (archive_source, archive_turn):
        monkeypatch.setattr(module, "PIECE", 3)
    monkeypatch.setattr(archive_source, "SWEEP", 4)
    kept.says_yes()

    def crash() -> None:
        with monkeypatch.context() as patch, contextlib.suppress(Killed):
            patch.setattr(archive_item, "add", _after(archive_item.add))
            turn(kept)

    def late_report() -> None:
        sent = [each for each in kept.outbound() if each.status == Fate.SENT]
        for each in sent[:1]:
            kept.report(StatusUpdate(f"s{each.id}", "AC", each.provider_id, "delivered", 5))

    deeds: list[Callable[[], object]] = [
        lambda: kept.texts_us(lot.choice(["hello", "STOP", "START", "what is this?"])),
        lambda: kept.member_writes("see you"), lambda: kept.claim(2), lambda: kept.send_all(), late_report, crash,
        lambda: put(kept, "a clock went wrong", created_at=clock.now() - 3 * HOUR), lambda: shift(HOUR / 3),
        lambda: turn(kept), lambda: turn(kept, sweeps=True),
        lambda: put(kept, "later", direction=Direction.OUTBOUND, status=Fate.HELD, purpose="conversation"),
    ]  # fmt: skip
    for _ in range(120):
        lot.choice(deeds)()
    for _ in range(len(kept.messages()) // 4 + 2):
        fill(kept, sweeps=True)
    assert_whole(kept)


def test_history_goes_in_by_its_time_in_pieces(kept: Road, monkeypatch: pytest.MonkeyPatch) -> None:
    """Texts and facts about consent from before the archive was on."""
    for module in (archive_source, archive_turn):
        monkeypatch.setattr(module, "PIECE", 3)
    kept.says_yes()
    kept.send_all()
    for i in range(4):
        kept.texts_us(f"text {i}")
    kept.texts_us("STOP")
    kept.texts_us("START")
    kept.send_all()
    fill(kept)
    assert_whole(kept)
    moments = [
        line["message"]["created_at"] if line["what"] == "message" else line["entry"]["sealed"]["recorded_at"]
        for line in lines(kept)
    ]
    assert moments == sorted(moments)


def test_an_archive_that_was_off_goes_on_where_it_stopped(kept: Road, shift: Shift) -> None:
    put(kept, "one")
    fill(kept)
    kept.write(lambda session: archive.switch(session, kept.business, is_on=False))
    put(kept, "two")
    fill(kept)
    assert texts(kept) == ["one"]
    shift(dt.timedelta(days=30))
    kept.write(lambda session: archive.switch(session, kept.business, is_on=True))
    fill(kept)
    assert texts(kept) == ["one", "two"]
    assert_whole(kept)


@pytest.mark.covers("X-9")
def test_a_text_withheld_from_members_is_in_the_archive_and_marked(kept: Road) -> None:
    put(kept, "let me in", is_hidden=True)
    fill(kept)
    assert [(each["message"]["text"], each["message"]["hidden"]) for each in lines(kept)] == [("let me in", True)]


def test_what_was_taken_back_stays_gone_and_the_line_says_so(kept: Road) -> None:
    put(kept, "hello")
    alice = kept.world.alice.id
    noted = kept.write(
        lambda session: note.write(session, kept.business, kept.row().id, "secret", member_id=alice, once_key="n")
    )
    fill(kept)
    kept.write(lambda session: note.remove(session, kept.business, kept.row().id, noted, member_id=alice))
    last = lines(kept)[-1]["message"]
    assert (last["id"], last["erased"], last["member"]) == (noted, True, "Alice")
    assert "text" not in last


def test_an_erased_value_of_an_entry_is_named_and_its_hash_stays(kept: Road) -> None:
    kept.says_yes()
    fill(kept)
    [entry] = [line["entry"] for line in lines(kept) if line["entry"]]
    assert entry["erased"] == []
    assert entry["salts"].keys() == entry["values"].keys() == entry["sealed"]["commitments"].keys()


def test_a_failed_text_is_watched_until_no_report_can_come(kept: Road, shift: Shift) -> None:
    kept.says_yes()
    kept.send_all(lambda row: Rejected(Trouble.CONTENT, "30007", "filtered"))
    fill(kept)
    shift(archive_turn.WATCHED + HOUR)
    fill(kept)
    assert kept.database.read(lambda session: session.execute(sa.select(archive_item.open_table)).all()) == []
    assert_whole(kept)


@pytest.mark.covers("rules 27")
def test_each_business_has_its_own_archive(kept: Road, world: World) -> None:
    kept.says_yes()
    other = world.other.id
    kept.write(lambda session: archive.switch(session, other, is_on=True))
    fill(kept)
    found = kept.database.read(lambda session: archive_turn.look(session, other))
    assert found is not None
    assert found.items == []
    assert kept.database.read(lambda session: archive_line.page(session, other, limit=10)) == []


def test_a_business_without_an_archive_is_not_looked_at(road: Road) -> None:
    assert road.database.read(archive.on) == []
    assert road.database.read(lambda session: archive_turn.look(session, road.business)) is None
