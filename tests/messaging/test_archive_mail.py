"""The journal: items in the order of their numbers, one mail for each batch, none lost, every repeat known as one."""

import datetime as dt
import json
import logging
from collections.abc import Callable
from typing import Any

import pytest
from sqlmodel import Session

from portal.accounts import business as businesses
from portal.accounts import member
from portal.errors import Unavailable
from portal.messaging import archive, archive_journal, archive_mail, archive_turn, outcome
from portal.messaging.archive_mail import Journal, Letter
from portal.providers.provider import StatusUpdate
from tests.messaging.conftest import Road

ADDRESS = "archive@example.com"
CANARY = "CANARY-9c21"
Shift = Callable[[dt.timedelta], None]


class Office:
    """A mail server that can be down, or take a mail and die before it says so."""

    def __init__(self) -> None:
        self.letters: list[Letter] = []
        self.problem: BaseException | None = None
        self.takes_it_anyway = False

    def post(self, letter: Letter) -> None:
        if self.problem is None or self.takes_it_anyway:
            self.letters.append(letter)
        if self.problem is not None:
            raise self.problem

    @property
    def spans(self) -> list[str]:
        return [each.key.rpartition(".")[2] for each in self.letters]

    def numbers(self) -> list[int]:
        return [json.loads(line)["number"] for each in self.letters for line in each.file[1].splitlines()]


class Killed(BaseException):
    """The process ends here."""


@pytest.fixture
def office(monkeypatch: pytest.MonkeyPatch) -> Office:
    monkeypatch.setattr(archive_journal, "BATCH", 2)
    return Office()


@pytest.fixture
def kept(road: Road) -> Road:
    """Five items wait to be mailed."""

    def work(session: Session) -> None:
        archive.switch(session, road.business, is_on=True)
        archive_journal.send_to(session, road.business, ADDRESS)

    road.write(work)
    road.says_yes()
    road.send_all()
    for i in range(2):
        road.texts_us(f"{CANARY} {i}")
    fill(road)
    assert road.database.read(lambda session: archive.of(session, road.business)).last_number == 5
    return road


def fill(road: Road) -> None:
    found = road.database.read(lambda session: archive_turn.look(session, road.business))
    assert found is not None
    road.database.write(lambda session: archive_turn.store(session, found))


def turn(road: Road, office: Office) -> None:
    Journal(road.database, post=office.post).turn()


def state(road: Road) -> Any:
    return road.database.read(lambda session: archive_journal.of(session, road.business))


@pytest.mark.covers("S-2")
def test_every_item_is_mailed_once_in_order(kept: Road, office: Office) -> None:
    turn(kept, office)
    turn(kept, office)
    assert office.spans == ["1-2", "3-4", "5-5"]
    assert office.numbers() == [1, 2, 3, 4, 5]
    assert state(kept).mailed_number == 5
    kept.texts_us("one more")
    fill(kept)
    turn(kept, office)
    assert office.spans[3:] == ["6-6"]


def test_a_mail_can_be_read_and_its_file_holds_the_items_whole(kept: Road, office: Office) -> None:
    turn(kept, office)
    last = office.letters[-1]
    assert last.to == ADDRESS
    assert last.subject == "Archive of hearth-photography: items 5 to 5"
    assert f"{CANARY} 1" in last.text
    assert last.headers["X-Archive-First-Number"] == last.headers["X-Archive-Last-Number"] == "5"
    name, content = last.file
    assert name == "archive-5-5.jsonl"
    assert json.loads(content)["message"]["text"] == f"{CANARY} 1"


def test_a_crash_after_the_server_took_a_mail_repeats_exactly_this_mail(
    kept: Road, office: Office, shift: Shift
) -> None:
    office.problem, office.takes_it_anyway = Killed(), True
    with pytest.raises(Killed):
        turn(kept, office)
    office.problem = None
    kept.texts_us("meanwhile")
    fill(kept)
    kept.write(lambda session: rename_everything(session, kept))
    turn(kept, office)
    assert len(office.letters) == 1  # its lease still runs
    shift(archive_journal.LEASE)
    turn(kept, office)
    assert office.spans == ["1-2", "1-2", "3-4", "5-6"]
    assert office.letters[0] == office.letters[1]


def rename_everything(session: Session, road: Road) -> None:
    """What a mail might name changes, and the text it tells of is reported delivered."""
    businesses.change(session, businesses.get(session, road.business), name="Another Name")
    member.rename(session, member.get(session, road.business, road.world.alice.id), "Somebody Else")
    sent = next(each for each in road.outbound() if each.provider_id)
    outcome.report(session, road.business, StatusUpdate("s", "AC", sent.provider_id, "delivered", 5))


@pytest.mark.parametrize("step", ["claim", "mark"])
def test_a_crash_at_any_step_loses_no_item(
    kept: Road, office: Office, shift: Shift, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    real = getattr(archive_journal, step)

    def dies(*given: Any, **named: Any) -> None:
        real(*given, **named)
        raise Killed

    with monkeypatch.context() as patch:
        patch.setattr(archive_journal, step, dies)
        with pytest.raises(Killed):
            turn(kept, office)
    shift(archive_journal.LEASE)
    turn(kept, office)
    assert list(dict.fromkeys(office.numbers())) == [1, 2, 3, 4, 5]
    assert list(dict.fromkeys(office.spans)) == ["1-2", "3-4", "5-5"]


def test_a_server_that_is_down_is_asked_later_and_later_and_gets_the_same_batch(
    kept: Road, office: Office, shift: Shift
) -> None:
    office.problem = Unavailable("The mail could not be sent.")
    waits = []
    for _ in range(4):
        before = state(kept).failures
        turn(kept, office)
        assert state(kept).failures == before + 1
        turn(kept, office)
        assert state(kept).failures == before + 1
        waits.append(archive_journal.FIRST_WAIT * 2**before)
        shift(dt.timedelta(seconds=waits[-1] + 1))
    assert waits == [60, 120, 240, 480]
    assert state(kept).problem == "The mail could not be sent."
    office.problem = None
    turn(kept, office)
    assert office.spans == ["1-2", "3-4", "5-5"]
    assert (state(kept).failures, state(kept).problem, state(kept).failing_since_at) == (0, "", None)


def test_a_failing_journal_raises_an_alert_in_the_log_without_a_word_of_what_it_mails(
    kept: Road, office: Office, shift: Shift, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    office.problem = ValueError(CANARY)
    for _ in range(archive_mail.ALARMING):
        turn(kept, office)
        shift(dt.timedelta(hours=1))
    assert "archive.mail_alert" in caplog.text
    assert CANARY not in caplog.text
    assert CANARY not in state(kept).problem


def test_two_workers_never_mail_one_batch_beside_each_other(kept: Road, office: Office) -> None:
    first = kept.write(lambda session: archive_journal.claim(session, kept.business))
    assert (first.first, first.last) == (1, 2)
    assert kept.write(lambda session: archive_journal.claim(session, kept.business)) is None
    turn(kept, office)
    assert office.letters == []


def test_a_late_mark_of_a_batch_that_another_mailed_meanwhile_changes_nothing(
    kept: Road, office: Office, shift: Shift
) -> None:
    slow = kept.write(lambda session: archive_journal.claim(session, kept.business))
    shift(archive_journal.LEASE)
    turn(kept, office)
    kept.write(lambda session: archive_journal.mark(session, slow))
    kept.write(lambda session: archive_journal.fail(session, slow, "late"))
    assert (state(kept).mailed_number, state(kept).problem) == (5, "")


def test_nothing_is_mailed_while_the_archive_is_off_or_without_an_address(kept: Road, office: Office) -> None:
    kept.write(lambda session: archive.switch(session, kept.business, is_on=False))
    turn(kept, office)
    kept.write(lambda session: archive.switch(session, kept.business, is_on=True))
    kept.write(lambda session: archive_journal.send_to(session, kept.business, ""))
    turn(kept, office)
    assert office.letters == []
