"""What must not go, though a clock, a copy, a choice or a merge says so: nothing that is gone comes back."""

import datetime as dt
import importlib
from types import SimpleNamespace
from typing import Any, cast

import pytest
import sqlalchemy as sa
from sqlmodel import Session

from portal import clock
from portal.accounts import business
from portal.accounts.sender import WHATSAPP
from portal.column import table_of
from portal.consent import dropped_field, ledger, legal_hold, subscription
from portal.consent.purpose import Purpose
from portal.consent.state import Kind
from portal.contacts import contact, merge
from portal.errors import Conflict
from portal.evidence import packet
from portal.jobs import retaining
from portal.jobs.timetable import Timetable
from portal.messaging import message, note, provider_event, quarantine
from portal.messaging.message import Direction, Fate
from portal.questionnaires.submission import Submission
from portal.retention import forecast, nightly, period, run, spared
from portal.retention.period import Kind as What
from tests.retention.conftest import IP, A, B, Years
from tests.retention.test_nightly import GONE, choose, end, hold


def out(years: Years, purpose: Purpose, status: Fate = Fate.SENT, **values: Any) -> str:
    def work(session: Session) -> str:
        row = subscription.find(session, years.home, "sms", A) or subscription.lock(session, years.home, "sms", A)
        made = message.add(
            session, row, direction=Direction.OUTBOUND, status=status, text="Reply STOP", purpose=purpose, **values
        )
        return str(made)

    return str(years.write(work))


def merges(years: Years) -> tuple[str, str]:
    """Ann with A, who is part of Anna with B now."""

    def work(session: Session) -> tuple[str, str]:
        anna = contact.create(session, years.home, name="Anna", numbers=[B])
        ann = contact.create(session, years.home, name="Ann", numbers=[A])
        merge.merge(session, anna, ann, actor="tests")
        return ann.id, anna.id

    ann, anna = years.write(work)
    return ann, anna


@pytest.mark.covers("P9", "rules 17")
def test_a_clock_that_is_years_ahead_takes_nothing_in_its_first_nights(years: Years) -> None:
    text, seq = years.texts("of today"), years.says(Kind.OPTED_IN)
    years.night()
    right = years.now
    years.later(12 * 365)
    for _ in range(run.NIGHTS_BEFORE):
        assert years.read(lambda session: forecast.read(session, years.home)).only_looks
        nightly.work_off(years.world.database)
        years.later(1)
    assert (years.text(text), years.entry(seq).evidence["ip"]) == ("of today", IP)
    assert not years.read(lambda session: forecast.read(session, years.home)).only_looks
    years.now = right + dt.timedelta(days=1)
    assert years.home in dict(years.read(nightly.owed)), "nights of the right clock go on"


@pytest.mark.covers("P9")
def test_a_clock_that_jumps_in_the_middle_of_the_nights_stops_them(years: Years) -> None:
    text, asked = years.texts("of today"), []

    def may_go_on() -> bool:
        asked.append(clock.now())
        return len(asked) < 3

    years.night()
    years.later(800)
    years.write(lambda session: session.execute(sa.delete(run.table)))
    for _ in range(run.NIGHTS_BEFORE):
        nightly.work_off(years.world.database)
        years.later(1)
    nightly.work_off(years.world.database, may_go_on=may_go_on)
    [last] = years.read(lambda session: run.latest(session, years.home, limit=1))
    assert last.finished_at is None or last.counts == {}
    assert len(asked) >= 3
    nightly.work_off(years.world.database)
    assert years.text(text) == GONE


@pytest.mark.covers("P18")
def test_in_a_copy_that_came_back_nothing_goes_until_a_person_says_so(years: Years) -> None:
    """It may have forgotten a hold."""
    years.night()
    years.later(1)
    years.write(lambda session: quarantine.enter(session, quarantine.RESTORE))
    timetable = SimpleNamespace(database=years.world.database, dispatcher=SimpleNamespace(watch=None))
    before = years.read(nightly.owed)
    retaining.let_run_out(cast(Timetable, timetable))
    assert (years.read(nightly.owed), len(before)) == (before, 2)
    years.write(lambda session: quarantine.end(session, by="operator"))
    retaining.let_run_out(cast(Timetable, timetable))
    assert years.read(nightly.owed) == []


@pytest.mark.covers("P11", "rules 16", "rules 17")
def test_texts_that_asked_for_a_consent_and_confirmed_it_stay_with_it(years: Years) -> None:
    seq = years.says(Kind.OPTED_IN)
    row = years.read(lambda session: subscription.find(session, years.home, "sms", A))
    confirmation = out(years, Purpose.OPT_IN_CONFIRMATION, once_key=f"opt_in:{row.id}:{seq}")
    asked, chat = out(years, Purpose.OPT_IN_REQUEST), out(years, Purpose.CONVERSATION)
    years.later(800)
    counted = years.read(lambda session: forecast.read(session, years.home))
    assert {each.kind: each.count for each in counted.lines}[What.TEXTS] == 1
    years.night()
    assert [years.text(each) for each in (confirmation, asked, chat)] == ["Reply STOP", "Reply STOP", GONE]

    def work(session: Session) -> Any:
        return packet.of(session, business.get(session, years.home), row)

    [consent] = years.read(work)["consents"]
    assert consent["confirmation"]["text"] == "Reply STOP"


def test_two_choices_in_a_row_are_as_careful_as_one(years: Years) -> None:
    old = years.texts("hello")
    years.later(400)
    choose(years, What.TEXTS, 6)
    choose(years, What.TEXTS, 7)
    years.night()
    assert years.text(old) == "hello"
    years.later(2)
    kept = years.read(lambda session: period.of(session, years.home))[What.TEXTS]
    years.night()
    assert (kept.length, years.text(old)) == (7, "The text was deleted after 7 months.")


@pytest.mark.covers("P17")
@pytest.mark.parametrize("number", [A, B])
def test_a_hold_on_a_number_keeps_answers_of_all_that_its_person_was_called(years: Years, number: str) -> None:
    """Sent in through a personal link, by a record that is part of another one now."""
    ids = {each: years.row_id(each) for each in (A, B)}
    sent, (ann, _) = years.answers(), merges(years)
    s = table_of(Submission)
    years.write(lambda session: session.execute(sa.update(s).where(s.c.id == sent).values(contact_id=ann)))
    choose(years, What.ANSWERS, 6)
    hold(years, ids[number])
    years.later(400)
    years.night()
    assert years.answers_of(sent)
    end(years, ids[number])
    years.later(1)
    years.night()
    assert years.answers_of(sent) == []


def test_a_number_with_a_text_that_waits_is_looked_at_again(years: Years) -> None:
    waits = out(years, Purpose.CONVERSATION, Fate.HELD)
    years.later(800)
    years.night()
    years.later(1)
    years.night()
    assert years.text(waits) == "Reply STOP"
    years.write(lambda session: session.execute(sa.update(message.table).values(status=Fate.CANCELLED)))
    years.later(1)
    years.night()
    years.later(1)
    years.night()
    assert years.text(waits) == GONE
    assert years.of(spared.table, "ref") == []


@pytest.mark.covers("P17")
def test_a_hold_keeps_reports_that_name_only_whatsapps_own_name_of_the_person(years: Years) -> None:
    def work(session: Session) -> str:
        row = subscription.lock(session, years.home, WHATSAPP, A)
        session.execute(
            sa.update(subscription.table).where(subscription.table.c.id == row.id).values(user_id="US.13491208655302")
        )
        for user in ("US.13491208655302", "US.99999999999999"):
            provider_event.keep(session, years.home, "meta", f"in:{user}", f'{{"user_id":"{user}"}}'.encode())
        return str(row.id)

    hold(years, years.write(work))
    years.later(100)
    years.night()
    assert sorted(bytes(raw) for (raw,) in years.of(provider_event.table, "raw")) == [
        b"", b'{"user_id":"US.13491208655302"}',
    ]  # fmt: skip


@pytest.mark.covers("P17")
def test_a_note_stays_while_its_number_is_on_hold(years: Years) -> None:
    row_id = years.row_id()
    known = {"member_id": years.world.alice.id}
    made = years.write(lambda session: note.write(session, years.home, row_id, "Roses", once_key="n", **known))
    hold(years, row_id)
    with pytest.raises(Conflict, match="legal hold"):
        years.write(lambda session: note.remove(session, years.home, row_id, made, **known))
    end(years, row_id)
    years.write(lambda session: note.remove(session, years.home, row_id, made, **known))


@pytest.mark.covers("P11")
def test_a_seal_that_was_spoiled_is_made_anew_and_hides_nothing(years: Years) -> None:
    old = years.says(Kind.OPTED_IN)
    years.later(91)
    young = years.says(Kind.OPTED_OUT)
    years.write(
        lambda session: session.execute(
            sa.insert(dropped_field.table).values(
                business_id=years.home, field="ip", through_at=years.now + dt.timedelta(days=3000), seal="0" * 64
            )
        )
    )
    years.night()
    assert "ip" not in years.entry(old).evidence
    assert years.problem() == ""
    with pytest.raises(sa.exc.DBAPIError, match="never changed"):
        years.write(
            lambda session: dropped_field.drop_ip(
                session, years.home, [young], through=dt.datetime.min.replace(tzinfo=dt.UTC)
            )
        )


@pytest.mark.covers("P17")
def test_no_hold_is_placed_while_something_goes(years: Years) -> None:
    """On SQLite there is one writer; on PostgreSQL the hold waits for the piece that is at work."""
    engine = years.world.database.engine
    if years.world.database.is_sqlite:
        return
    row_id = years.row_id()
    with Session(engine) as at_work, Session(engine) as lawyer:
        legal_hold.let_erase(at_work, years.home)
        for where in (row_id, None):
            lawyer.execute(sa.text("SET LOCAL lock_timeout = '100ms'"))
            with pytest.raises(sa.exc.OperationalError, match="lock timeout"):
                legal_hold.place(lawyer, years.home, where, reason="A letter", actor="operator")
            lawyer.rollback()


@pytest.mark.at_the_door
def test_the_guard_in_the_database_names_every_column_of_an_entry() -> None:
    guard = importlib.import_module("portal.migrations.versions.0035_let_run_out")
    assert {*guard.KEPT, "evidence", "salts"} == set(ledger.table.c.keys())
