"""Lists end to end in the database: who comes in, what is left out, and that consent only ever goes down."""

import datetime as dt
from collections.abc import Callable
from functools import partial
from typing import Any, cast

import pytest
import sqlalchemy as sa
from sqlmodel import Session

from portal import clock, jobs
from portal.accounts.sender import SMS
from portal.column import table_of
from portal.consent import ledger, legal_hold, status_count, subscription, suppression
from portal.consent.state import Kind, Origin, Proof, Status
from portal.contacts import contact_date, group, opt_in_mark
from portal.contacts.contact import Contact
from portal.database import Database
from portal.errors import Conflict, Invalid
from portal.imports import import_group, import_piece, import_problem, import_run, intake, tidy, turn
from portal.imports.field import What
from portal.imports.import_run import ImportRun, Progress
from portal.jobs import keeping
from portal.messaging import contact_desk, message, opt_in
from portal.messaging.contact_desk import Who
from tests.imports.conftest import ACTOR, BROKEN, Desk

A, B, C, D = "+14155550141", "+14155550142", "+14155550143", "+14155550144"
CONTACTS = table_of(Contact)
ALICE = Who(ACTOR, "203.0.113.9")


def said(desk: Desk, number: str, status: Status) -> None:
    """What the client at this number said before the list comes."""

    def work(session: Session) -> None:
        row = subscription.lock(session, desk.business, SMS, number)
        if status is Status.OPTED_IN:
            opt_in.opt_in(
                session, row, origin=Origin.FORM, proof=Proof.HANDSET, actor="client", confirmation="form.confirmation"
            )
        elif status is Status.OPTED_OUT:
            opt_in.opt_out(session, row, origin=Origin.REPLY, proof=Proof.HANDSET, actor="client", should_confirm=False)
        elif status is not Status.NONE:
            kind = Kind.DECLINED if status is Status.DECLINED else Kind.ASKED
            ledger.record(session, row, kind, origin=Origin.FORM, proof=Proof.ANONYMOUS, actor="client")

    desk.write(work)


def count(desk: Desk, table: sa.Table) -> int:
    query = sa.select(sa.func.count()).select_from(table)
    return int(desk.database.read(lambda session: session.execute(query).scalar_one()))


def test_contacts_come_in_with_everything_the_list_says(desk: Desk) -> None:
    desk.write(lambda session: group.create(session, desk.business, name="Families"))
    run = desk.bring(f"Name,Email,Phone,Birthday,Groups\nZoë Quinn,z@quinn.example,{A},1990-03-02,families; New ones\n")
    assert (run.status, run.imported, run.skipped) == (Progress.DONE, 1, 0)
    (found,) = desk.having(A)
    assert (found.name, found.email, found.name_key) == ("Zoë Quinn", "z@quinn.example", "zoe quinn")
    days = desk.database.read(lambda s: contact_date.of(s, [found.id]))[found.id]
    assert [(each.name, each.on_date) for each in days] == [("Birthday", dt.date(1990, 3, 2))]
    assert [each.name for each in desk.database.read(lambda s: group.of_contact(s, found.id))] == [
        "Families",
        "New ones",
    ]
    assert (desk.row(A).status, desk.row(A).name, desk.row(A).contact_id) == (Status.NONE, "Zoë Quinn", found.id)
    assert desk.database.read(lambda s: status_count.read(s, desk.business))["none"] == 1


def test_rows_with_problems_are_listed_and_the_rest_comes_in(desk: Desk) -> None:
    run = desk.bring(f"Name,Phone\nZoë,{A}\nBad,123\nAgain,(415) 555-0141\nAda,{B}\n,\n")
    assert (run.imported, run.skipped, run.problems) == (2, 2, 2)
    assert desk.problems(run) == {
        3: "“123” is too short for a phone number.", 4: "The same client is in row 2 already.",
    }  # fmt: skip


def test_whoever_is_here_already_keeps_what_is_known_of_them(desk: Desk) -> None:
    desk.write(lambda s: contact_desk.create(s, desk.business, ALICE, name="Zoë Quinn", numbers=[A]))
    desk.write(lambda s: contact_desk.create(s, desk.business, ALICE, name="Ada", email="ada@okoro.example"))
    together = desk.write(lambda s: group.create(s, desk.business, name="All")).id
    raw = f"Name,Email,Phone\nSomebody Else,z@quinn.example,{A}\nAda O.,ADA@okoro.example,\nNew,n@new.example,{B}\n"
    run = desk.bring(raw, group_id=together)
    assert (run.imported, run.known) == (1, 2)
    (found,) = desk.having(A)
    assert (found.name, found.email) == ("Zoë Quinn", "z@quinn.example")
    assert desk.database.read(lambda s: group.show(s, desk.business, together)).size == 3
    again = desk.bring(raw, group_id=together)
    assert (again.imported, again.known) == (0, 3)


def test_numbers_of_two_contacts_in_one_row_are_a_problem(desk: Desk) -> None:
    for name, number in (("Zoë", A), ("Ada", B)):
        desk.write(partial(contact_desk.create, business_id=desk.business, who=ALICE, name=name, numbers=[number]))
    run = desk.bring(f"Name,Phone,Mobile\nBoth,{A},{B}\n")
    assert "belong to two of your contacts" in desk.problems(run)[2]


def test_looking_through_writes_nothing(desk: Desk) -> None:
    run = desk.look_through(f"Name,Phone,Opt in,Groups\nZoë,{A},N,New ones\nBad,1,,\n")
    assert (run.status, run.imported, run.skipped, run.stopped) == (Progress.PREVIEWED, 1, 1, 1)
    assert (count(desk, CONTACTS), count(desk, subscription.table)) == (0, 0)
    assert count(desk, ledger.table) == 0


@pytest.mark.covers("P12", "P13", "X-18", "F-18")
@pytest.mark.parametrize("before", list(Status))
@pytest.mark.parametrize("column", ["Y", "N", ""])
def test_no_list_raises_consent(desk: Desk, before: Status, column: str) -> None:
    """Contacts, with every word a column can say, over every status a number can have."""
    said(desk, A, before)
    texts = sa.select(sa.func.count()).where(message.table.c.direction == "outbound")
    sent = desk.database.read(lambda session: session.execute(texts).scalar_one())
    run = desk.bring(f"Name,Phone,Opt in\nZoë,{A},{column}\n")
    assert desk.row(A).status == (Status.OPTED_OUT if column == "N" else before)
    assert run.promised == (1 if column == "Y" else 0)
    assert desk.database.read(lambda session: session.execute(texts).scalar_one()) == sent


@pytest.mark.covers("H-18", "P12")
@pytest.mark.parametrize("before", list(Status))
def test_a_list_of_opt_outs_stops_every_number_once_and_sends_nothing(desk: Desk, before: Status) -> None:
    said(desk, A, before)
    raw = "number,date,reason\n(415) 555-0141,2026-01-05,asked by phone\n4155550141,,\n"
    run = desk.bring(raw, What.OPT_OUTS, name="old list.csv")
    again = desk.bring(raw, What.OPT_OUTS, name="old list.csv")
    assert desk.row(A).status == Status.OPTED_OUT
    assert (run.imported, run.known) == ((0, 2) if before is Status.OPTED_OUT else (1, 1))
    assert (again.imported, again.known) == (0, 2)
    stops = [each for each in desk.entries(A) if each.kind == Kind.OPTED_OUT]
    assert len(stops) == 1
    if before is not Status.OPTED_OUT:
        evidence = stops[0].evidence
        assert (stops[0].origin, stops[0].proof, stops[0].actor) == (Origin.OFFLINE, Proof.ATTESTED, ACTOR)
        assert (evidence["file"], evidence["row"], evidence["file_sha256"]) == ("old list.csv", 2, run.sha256)
        assert (evidence["said_at"], evidence["said"]) == ("2026-01-05", "asked by phone")
    texts = sa.select(sa.func.count()).where(message.table.c.purpose == "opt_out_confirmation")
    assert desk.database.read(lambda s: s.scalar(texts)) == 0


@pytest.mark.covers("H-18", "X-15")
def test_an_unknown_number_is_opted_out_before_anybody_asked_and_holds_its_owners_other_number(desk: Desk) -> None:
    desk.bring(f"{A}\n{B}\n", What.OPT_OUTS)
    assert desk.row(B).contact_id is None
    said(desk, C, Status.OPTED_IN)
    desk.bring(f"Name,Phone,Other phones\nZoë,{C},{A}\n")
    assert (desk.row(A).status, desk.row(A).name) == (Status.OPTED_OUT, "Zoë")
    assert desk.row(C).is_paused
    (found,) = desk.having(A)
    assert desk.database.read(lambda s: opt_in_mark.of(s, [found.id]))[found.id] == "N"


@pytest.mark.covers("P12", "P17")
def test_a_number_that_an_erasure_suppressed_stays_opted_out(desk: Desk) -> None:
    desk.write(lambda s: suppression.keep(s, desk.business, A, reason="asked", at=clock.now()))
    run = desk.bring(f"Name,Phone,Opt in\nZoë,{A},Y\nAda,{B},Y\n")
    assert (run.imported, desk.row(A).status, desk.row(B).status) == (2, Status.OPTED_OUT, Status.NONE)


def test_a_kill_in_the_middle_neither_doubles_nor_loses(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    lines = [f"Person {i},+1415555{i:04d}" for i in range(350)]
    run = desk.look_through("\n".join(["Name,Phone", *lines]))
    desk.start(run)
    real, calls = import_group.join, 0

    def fails_once(*args: Any, **how: Any) -> Any:
        nonlocal calls
        calls += 1
        if calls == 2:
            raise RuntimeError(BROKEN)
        return real(*args, **how)

    monkeypatch.setattr(import_group, "join", fails_once)
    with pytest.raises(RuntimeError, match=BROKEN):
        turn.some(desk.database, run.id, most=1000)
    assert desk.run(run.id).place == turn.ROWS
    turn.some(desk.database, run.id, most=1000)
    found = desk.run(run.id)
    assert (found.status, found.imported, found.known, found.problems) == (Progress.DONE, 350, 0, 0)
    assert count(desk, CONTACTS) == 350


def test_a_turn_that_was_overtaken_changes_nothing(desk: Desk) -> None:
    run = desk.look_through(f"Name,Phone\nZoë,{A}\n")
    desk.start(run)
    ahead = desk.database.read(partial(turn.look, run_id=run.id))
    assert ahead is not None
    for _ in range(2):
        desk.write(partial(turn.store, turn=ahead))
    assert len(desk.having(A)) == 1


def test_only_one_list_is_taken_in_at_a_time_and_few_wait(desk: Desk) -> None:
    first, second = (desk.look_through(f"Name,Phone\nZoë,{number}\n") for number in (A, B))
    desk.start(first)
    with pytest.raises(Conflict, match="Another list"):
        desk.start(second)
    for _ in range(import_run.MOST_WAITING - 1):
        desk.look_through(f"Name,Phone\nZoë,{C}\n")
    with pytest.raises(Conflict, match="wait to be started"):
        desk.take(f"Name,Phone\nZoë,{D}\n")


def test_other_columns_are_looked_through_anew(desk: Desk) -> None:
    run = desk.look_through("Box,Who\nz@quinn.example,Zoë\nz@quinn.example,Ada\n")
    assert run.trouble
    with pytest.raises(Invalid):
        desk.start(run)
    desk.write(lambda s: import_run.look_again(s, run, ["email", "name"], group_id=None))
    turn.some(desk.database, run.id, most=10)
    found = desk.run(run.id)
    assert (found.status, found.imported, found.problems, found.round) == (Progress.PREVIEWED, 1, 1, 2)


def test_the_rows_go_when_the_import_is_done_and_what_was_never_started_after_a_day(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    done = desk.bring(f"Name,Phone\nZoë,{A}\nBad,1\n")
    left = desk.look_through(f"Name,Phone\nAda,{B}\n")
    while desk.write(tidy.run):
        pass
    assert not desk.run(done.id).has_file
    assert desk.run(left.id).has_file
    later = clock.now() + dt.timedelta(days=1, minutes=1)
    monkeypatch.setattr(clock, "now", lambda: later)
    while desk.write(tidy.run):
        pass
    assert desk.run(left.id).status == Progress.CANCELLED
    assert (count(desk, import_piece.table), count(desk, import_piece.keys)) == (0, 0)
    monkeypatch.setattr(clock, "now", lambda: later + dt.timedelta(days=31))
    desk.write(tidy.forget_problems)
    assert count(desk, import_problem.table) == 0


@pytest.mark.covers("P17")
def test_a_row_with_a_problem_stays_while_a_legal_hold_is_on_its_number(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A hold on the whole business keeps every row; one on a number those that name it, however it was typed."""
    desk.bring(f"Name,Phone\nZoë,{A}\nHeld,{A[2:5]}-{A[5:8]}.{A[8:]} extension what\nBad,1\n")
    held = desk.row(A).id
    later = clock.now() + dt.timedelta(days=31)
    monkeypatch.setattr(clock, "now", lambda: later)
    for number in (None, held):
        desk.write(partial(held_back, home=desk.business, number=number, change=legal_hold.place))
    assert desk.write(tidy.forget_problems) == 0
    desk.write(partial(held_back, home=desk.business, number=None, change=legal_hold.end))
    assert (desk.write(tidy.forget_problems), count(desk, import_problem.table)) == (1, 1)
    desk.write(partial(held_back, home=desk.business, number=held, change=legal_hold.end))
    assert (desk.write(tidy.forget_problems), count(desk, import_problem.table)) == (1, 0)


def held_back(session: Session, home: str, number: str | None, change: Callable[..., object]) -> None:
    change(session, home, number, reason="A letter came", actor="operator")


def test_what_fails_again_and_again_ends(desk: Desk) -> None:
    run = desk.look_through(f"Name,Phone\nZoë,{A}\n")
    desk.start(run)
    for _ in range(turn.MOST_TRIES):
        desk.write(partial(turn.stumble, run_id=run.id))
    assert desk.run(run.id).status == Progress.FAILED


def test_three_thousand_rows_come_in_in_short_pieces(desk: Desk, database: Database) -> None:
    """The bench of a hundred thousand is `python -m tests.bench.imports`."""
    lines = [f"P {i},+1415{200 + i // 10000}{i % 10000:04d},Y" if i % 100 else f"P {i},12,Y" for i in range(3000)]
    run = desk.bring("\n".join(["Name,Phone,Opt in", *lines]))
    assert (run.imported, run.skipped, run.promised) == (2970, 30, 2970)
    counted = database.read(lambda s: status_count.read(s, desk.business))
    assert counted == {"none": 2970, "requested": 0, "opted_in": 0, "declined": 0, "opted_out": 0}
    assert count(desk, ledger.table) == 0
    assert isinstance(run, ImportRun)


def test_a_name_that_anybody_may_have_typed_stays_so(desk: Desk) -> None:
    """Law 7: filling in an e-mail address makes nobody's name a member's."""

    def typed(session: Session) -> None:
        made = contact_desk.create(session, desk.business, ALICE, name="Free money at evil.example", numbers=[A])
        made.has_typed_name = True
        session.add(made)

    desk.write(typed)
    desk.bring(f"Name,Email,Phone\nZoë,z@quinn.example,{A}\n")
    (found,) = desk.having(A)
    assert (found.email, found.has_typed_name) == ("z@quinn.example", True)


@pytest.mark.parametrize(("most", "value", "said"), [("MOST_BYTES", 10, "MB"), ("MOST_ROWS", 1, "more than 1 rows")])
def test_a_list_that_is_too_long_is_refused_and_nothing_of_it_stays(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, most: str, value: int, said: str
) -> None:
    monkeypatch.setattr(intake, most, value)
    with pytest.raises(Invalid, match=said):
        desk.take(f"Name,Phone\nZoë,{A}\nAda,{B}\n")
    while desk.write(tidy.run):
        pass
    assert count(desk, import_piece.table) == 0


@pytest.mark.parametrize("step", ["understand", "store"])
def test_the_jobs_bring_a_list_in_and_one_that_stumbles_keeps_no_other_waiting(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    timetable = jobs.Timetable(desk.database, cast(Any, None))
    broken = desk.take(f"Name,Phone\nZoë,{A}\n")
    sound = desk.take(f"Name,Phone\nAda,{B}\n")
    real = getattr(turn, step)

    def stumbles(session: Session, *given: Any, **more: Any) -> Any:
        of = more.get("turn", given[0] if given else None)
        if broken in (getattr(of, "run_id", ""), getattr(of, "id", "")):
            raise RuntimeError(BROKEN)
        return real(session, *given, **more)

    monkeypatch.setattr(turn, step, stumbles)
    keeping.run_imports(timetable)
    assert [desk.run(each).status for each in (broken, sound)] == [Progress.FAILED, Progress.PREVIEWED]
    keeping.tidy_imports(timetable)
    assert [desk.run(each).has_file for each in (broken, sound)] == [False, True]


@pytest.mark.covers("P12")
def test_a_no_in_a_row_that_is_left_out_counts_all_the_same(desk: Desk) -> None:
    """The second row of a client comes in no more, but what it says of texts is a No."""
    run = desk.bring(f"Name,Phone,Opt in\nZoë,{A},Y\nZoë Q,{A},N\n")
    assert (run.imported, run.skipped, run.stopped, desk.row(A).status) == (1, 1, 1, Status.OPTED_OUT)


def test_what_breaks_down_while_a_file_is_stored_keeps_no_place_among_those_that_wait(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    def breaks(*_: object, **__: object) -> None:
        raise RuntimeError(BROKEN)

    monkeypatch.setattr(import_piece, "add", breaks)
    for _ in range(import_run.MOST_WAITING + 1):
        with pytest.raises(RuntimeError, match=BROKEN):
            desk.take(f"Name,Phone\nZoë,{A}\n")


def test_the_name_of_a_file_holds_nothing_that_nobody_sees(desk: Desk) -> None:
    run_id = desk.take(f"Name,Phone\nZoë,{A}\n", name="../a\x00b\r\n\u202ec.csv")
    assert desk.run(run_id).file_name == "../ab c.csv"
