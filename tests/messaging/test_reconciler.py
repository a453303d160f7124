"""What a provider lists counts once, whoever heard of it first; and nothing automatic leaves before it was asked."""

import datetime as dt
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import pytest
import sqlalchemy as sa
from sqlmodel import Session

from portal import clock, metrics
from portal.accounts import sender
from portal.consent.purpose import Purpose
from portal.messaging import lost_outcome, outbox, quarantine, reconciliation
from portal.messaging.inbox import Rules
from portal.messaging.reconciler import Reconciler, Report
from portal.providers import sinch_list, twilio_list
from portal.providers.listing import Listed, ListedText, NotListed
from portal.providers.provider import Accepted, InboundText, Providers, StatusUpdate, Unknown
from tests.conftest import OUR_NUMBER
from tests.messaging.conftest import CLIENT, Road

OTHER = "+14155550177"
DAY = dt.timedelta(days=1)
HOUR = dt.timedelta(hours=1)
LOST = Unknown("No answer came.")


@dataclass
class Lists:
    """A provider whose list a test fills; it answers no keyword and blocks nobody."""

    name: str = "twilio"
    texts: list[InboundText | ListedText] = field(default_factory=list)
    trouble: NotListed | None = None
    size: int = 100
    has_ours: bool = True
    asked: list[dt.datetime] = field(default_factory=list)

    def answers(self, keyword: str, number: str) -> bool:
        return False

    def blocks(self, number: str) -> bool:
        return False

    def listed(
        self, credentials: Mapping[str, str], number: str, *, since: dt.datetime, place: str | None
    ) -> Listed | NotListed:
        self.asked.append(since)
        start = int(place or 0)
        texts = [each for each in self.texts if _at(each) >= since]
        more = str(start + self.size) if start + self.size < len(texts) else None
        return self.trouble or Listed(texts[start : start + self.size], more, self.has_ours)

    def hears(self, text: str, number: str = CLIENT, *, ago: dt.timedelta = HOUR, n: int = 1) -> None:
        event = InboundText(f"in:SM{n:032x}", "AC", number, OUR_NUMBER, text, sent_at=clock.now() - ago, raw=b"{}")
        self.texts.append(event)

    def has(self, text: str, *, ago: dt.timedelta, status: str = "delivered", n: int = 1, to: str = CLIENT) -> None:
        sid = f"SM{n:032x}"
        update = StatusUpdate(f"st:{sid}:{status}", "AC", sid, status, 4 if status == "delivered" else 1)
        self.texts.append(ListedText(update, to, text, clock.now() - ago))


def _at(each: InboundText | ListedText) -> dt.datetime:
    at = each.sent_at if isinstance(each, InboundText) else each.created_at
    assert at is not None
    return at


@dataclass
class Desk:
    """One business at a provider with a list."""

    road: Road
    provider: Lists
    reconciler: Reconciler

    def ask(self) -> Report:
        (row,) = [each for each in self.road.database.read(reconciliation.senders) if each.number == OUR_NUMBER]
        return self.reconciler.ask(row)

    def owe(self) -> None:
        self.reconciler.owe()

    def automated(self, text: str = "See you tomorrow", number: str = CLIENT) -> None:
        self.road.write(lambda session: outbox.queue(session, self.road.row(number), text, purpose=Purpose.AUTOMATED))

    def statuses(self, number: str = CLIENT) -> list[str]:
        return [each.status for each in self.road.outbound(number)]


@pytest.fixture
def desk(road: Road) -> Desk:
    provider = Lists()
    road.provider = provider
    known: Any = {"twilio": provider}
    _old(road)
    return Desk(road, provider, Reconciler(road.database, Providers(known, "https://portal.example.com"), Rules()))


def _old(road: Road) -> None:
    """The senders have been here for ten days."""
    road.write(lambda session: session.connection().execute(
        sa.update(sender.table).values(created_at=clock.now() - 10 * DAY)
    ))  # fmt: skip


@pytest.mark.covers("P8", "rules 23")
def test_a_stop_that_no_webhook_brought_is_found_in_the_list(desk: Desk) -> None:
    desk.road.says_yes()
    desk.road.send_all()
    desk.provider.hears("STOP")
    assert desk.ask().found == 1
    assert desk.road.row().status == "opted_out"
    assert desk.ask().found == 0


@pytest.mark.covers("P3", "P8")
@pytest.mark.parametrize("is_list_first", [True, False])
def test_the_same_text_by_webhook_and_by_list_is_one_effect(desk: Desk, is_list_first: bool) -> None:
    desk.road.says_yes()
    desk.provider.hears("STOP", n=7)
    acts: list[Callable[[], Any]] = [desk.ask, lambda: desk.road.texts_us("STOP", event_id=f"in:SM{7:032x}")]
    for act in acts if is_list_first else acts[::-1]:
        act()
    assert desk.road.kinds().count("opted_out") == 1
    assert [each.text for each in desk.road.messages() if each.direction == "inbound"] == ["STOP"]


@pytest.mark.covers("P3", "P8")
def test_the_same_text_by_webhook_and_by_list_at_once_is_one_effect(desk: Desk) -> None:
    desk.road.says_yes()
    for n in range(12):
        desk.provider.hears("STOP" if n == 5 else "Hello", n=n)
    start = threading.Barrier(2)

    def webhooks() -> None:
        start.wait()
        for n in range(12):
            desk.road.texts_us("STOP" if n == 5 else "Hello", event_id=f"in:SM{n:032x}")

    other = threading.Thread(target=webhooks)
    other.start()
    start.wait()
    desk.ask()
    other.join()
    assert desk.road.kinds().count("opted_out") == 1
    assert len([each for each in desk.road.messages() if each.direction == "inbound"]) == 12


@pytest.mark.covers("P8")
def test_a_list_that_is_behind_is_looked_at_again(desk: Desk) -> None:
    """The text is older than the last look, and was not listed then."""
    desk.road.says_yes()
    desk.ask()
    desk.provider.hears("STOP", ago=dt.timedelta(minutes=10))
    assert desk.ask().found == 1
    assert desk.road.row().status == "opted_out"


def test_every_page_is_read(desk: Desk) -> None:
    desk.provider.size = 3
    for n in range(10):
        desk.provider.hears("Hello", number=f"+1415555{n:04d}", n=n)
    report = desk.ask()
    assert (report.asked, report.found) == (10, 10)


def test_texts_count_in_the_order_in_which_they_were_sent(desk: Desk) -> None:
    desk.provider.hears("second", ago=HOUR, n=2)
    desk.provider.hears("first", ago=2 * HOUR, n=1)
    desk.ask()
    assert [each.text for each in desk.road.messages()] == ["first", "second"]


@pytest.mark.covers("rules 4")
def test_a_stop_heard_of_too_late_is_not_confirmed(desk: Desk) -> None:
    desk.road.says_yes()
    desk.road.send_all()
    desk.provider.hears("please stop texting me", ago=HOUR)
    desk.ask()
    assert desk.road.row().status == "opted_out"
    assert desk.road.send_all() == []
    assert [(each.status, each.reason) for each in desk.road.outbound()][-1] == ("cancelled", "late")


def test_a_start_of_before_a_known_stop_lifts_nothing(desk: Desk) -> None:
    desk.road.says_yes()
    desk.road.texts_us("STOP")
    desk.provider.hears("START", ago=HOUR, n=9)
    desk.ask()
    assert desk.road.row().status == "opted_out"


@pytest.mark.covers("P8")
def test_nothing_automatic_leaves_a_sender_that_owes_a_look(desk: Desk) -> None:
    desk.road.says_yes()
    desk.road.says_yes(OTHER)
    desk.road.send_all()
    desk.automated()
    desk.road.member_writes("Hello", OTHER)
    desk.owe()
    assert desk.road.send_all() == ["Hello"]
    desk.provider.hears("STOP")
    desk.ask()
    assert desk.road.send_all() == []
    assert desk.statuses()[-1] == "cancelled"


@pytest.mark.covers("P8")
def test_after_the_look_it_leaves(desk: Desk) -> None:
    desk.road.says_yes()
    desk.owe()
    assert desk.road.send_all() == []
    desk.reconciler.turn()
    assert len(desk.road.send_all()) == 1


def test_a_list_that_is_down_keeps_it_waiting_and_is_asked_again_later_and_later(
    desk: Desk, shift: Callable[[dt.timedelta], None]
) -> None:
    desk.road.says_yes()
    desk.owe()
    desk.provider.trouble = NotListed("Twilio answered 503.")
    waits = []
    for _ in range(3):
        desk.reconciler.turn()
        (row,) = [each for each in desk.road.database.read(reconciliation.senders) if each.number == OUR_NUMBER]
        assert row.trouble == "Twilio answered 503."
        asked = len(desk.provider.asked)
        desk.reconciler.turn()
        assert len(desk.provider.asked) == asked
        waits.append(row.again_at - clock.now())
        shift(row.again_at - clock.now() + dt.timedelta(seconds=1))
    assert waits == sorted(waits)
    assert desk.road.send_all() == []
    desk.provider.trouble = None
    desk.reconciler.turn()
    assert len(desk.road.send_all()) == 1


def test_a_failure_is_counted_for_the_operator(desk: Desk) -> None:
    def count() -> int:
        return sum(metrics.counted("reconcile_failed_total").values())

    before = count()
    desk.provider.trouble = NotListed("Twilio answered 503.")
    assert desk.ask().problem == "Twilio answered 503."
    assert count() == before + 1


def test_where_there_is_no_list_nothing_waits_for_it(desk: Desk) -> None:
    desk.road.says_yes()
    desk.owe()
    desk.provider.trouble = NotListed("There is no list of texts at this address.", has_list=False)
    desk.reconciler.turn()
    assert len(desk.road.send_all()) == 1


def test_a_sender_whose_provider_lists_nothing_owes_nothing(desk: Desk) -> None:
    desk.reconciler.listing = frozenset()
    assert desk.reconciler.owe() == 0


def lost(desk: Desk, text: str = "See you tomorrow") -> Any:
    """A text of unknown outcome, as its row."""
    desk.road.says_yes()
    desk.road.send_all()
    desk.road.member_writes(text)
    (claimed,) = desk.road.claim()
    desk.road.land(claimed.row, LOST)
    return desk.road.outbound()[-1]


@pytest.mark.covers("P6")
def test_an_unknown_outcome_is_settled_by_the_one_listed_text_that_fits(desk: Desk) -> None:
    lost(desk)
    desk.provider.has("See you tomorrow", ago=dt.timedelta(seconds=-1), n=4)
    report = desk.ask()
    assert (report.settled, report.unknown) == (1, 0)
    found = desk.road.outbound()[-1]
    assert (found.status, found.provider_id) == ("delivered", f"SM{4:032x}")


@pytest.mark.covers("P6")
def test_where_two_listed_texts_fit_nobody_knows_which_it_is(desk: Desk, shift: Callable[[dt.timedelta], None]) -> None:
    lost(desk)
    for n in (4, 5):
        desk.provider.has("See you tomorrow", ago=dt.timedelta(seconds=-1), n=n)
    shift(HOUR)
    assert desk.ask().unknown == 1
    assert desk.statuses()[-1] == "unknown"


@pytest.mark.covers("P6")
def test_a_text_that_the_whole_list_does_not_have_was_not_sent_and_is_not_sent_again(
    desk: Desk, shift: Callable[[dt.timedelta], None]
) -> None:
    lost(desk)
    assert desk.ask().unknown == 1
    shift(lost_outcome.SETTLED_AFTER)
    assert desk.ask().settled == 1
    found = desk.road.outbound()[-1]
    assert (found.status, found.reason) == ("failed", lost_outcome.ABSENT)
    assert desk.road.send_all() == []


@pytest.mark.covers("P6")
def test_a_list_without_all_of_our_texts_proves_nothing(desk: Desk, shift: Callable[[dt.timedelta], None]) -> None:
    lost(desk)
    desk.provider.has_ours = False
    shift(HOUR)
    assert desk.ask().unknown == 1


def test_a_listed_outcome_of_a_known_text_counts(desk: Desk) -> None:
    desk.road.says_yes()
    desk.road.send_all(lambda row: Accepted(f"SM{4:032x}"))
    desk.provider.has("whatever", ago=dt.timedelta(), n=4)
    desk.ask()
    assert desk.statuses() == ["delivered"]


def test_texts_that_others_sent_from_our_number_are_none_of_ours(desk: Desk) -> None:
    desk.provider.has("Hello from another program", ago=dt.timedelta(), n=4)
    assert desk.ask().asked == 1
    assert desk.road.messages() == []


@pytest.mark.covers("P18")
def test_what_came_in_the_time_that_a_restore_lost_counts_and_is_answered_nothing(desk: Desk) -> None:
    """It was answered then."""
    desk.road.says_yes()
    desk.road.send_all()
    desk.road.write(lambda session: quarantine.enter(session, quarantine.RESTORE))
    desk.provider.hears("STOP", ago=HOUR, n=1)
    desk.provider.hears("Hello", number=OTHER, ago=2 * HOUR, n=2)
    desk.provider.hears("START", number=OTHER, ago=HOUR, n=3)
    desk.provider.hears("HELP", number="+14155550166", ago=HOUR, n=4)
    assert desk.ask().found == 4
    desk.road.write(lambda session: quarantine.end(session, by="operator"))
    assert desk.road.send_all() == []
    assert desk.road.row().status == "opted_out"


@pytest.mark.covers("P18")
def test_in_quarantine_the_list_is_looked_through_for_a_day_more(desk: Desk) -> None:
    desk.ask()
    desk.road.write(lambda session: quarantine.enter(session, quarantine.RESTORE))
    desk.ask()
    assert desk.provider.asked[-1] <= clock.now() - DAY


def test_whoever_has_not_been_asked_since_the_quarantine_began_is_named(desk: Desk) -> None:
    desk.ask()
    desk.road.write(lambda session: quarantine.enter(session, quarantine.CLOCK))

    def missing(session: Session) -> Sequence[Any]:
        since_at = quarantine.current(session).since_at
        found = reconciliation.missing(session, desk.reconciler.listing, since_at=since_at)
        return [each.number for each in found if each.number == OUR_NUMBER]

    assert desk.road.database.read(missing) == [OUR_NUMBER]
    desk.ask()
    assert desk.road.database.read(missing) == []


def test_a_provider_without_a_list_is_known_to_have_none(desk: Desk) -> None:
    desk.reconciler.listing = frozenset()
    desk.reconciler.turn()
    (row,) = desk.road.database.read(lambda session: reconciliation.of_business(session, desk.road.business))
    assert (row.can_list, row.trouble, desk.provider.asked) == (False, "", [])
    assert desk.road.database.read(reconciliation.due) == []


@pytest.mark.covers("P8")
def test_a_look_that_begins_later_than_what_may_be_missed_settles_no_debt(desk: Desk) -> None:
    desk.road.says_yes()
    desk.owe()
    (row,) = desk.road.database.read(lambda session: reconciliation.of_business(session, desk.road.business))
    desk.reconciler.ask(row, since=clock.now() - HOUR)
    assert desk.road.send_all() == []
    desk.reconciler.turn()
    assert len(desk.road.send_all()) == 1


@pytest.mark.covers("P6", "P8")
def test_a_long_look_keeps_others_from_the_sender_page_by_page(
    desk: Desk, shift: Callable[[dt.timedelta], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each page may take twenty seconds; a lease that ended meanwhile would let every process ask."""
    desk.provider.size = 1
    for n in range(4):
        desk.provider.hears(f"Hello {n}", n=n)
    (row,) = [each for each in desk.road.database.read(reconciliation.senders) if each.number == OUR_NUMBER]
    real, others = desk.provider.listed, list[bool]()

    def slowly(*arguments: Any, **more: Any) -> Listed | NotListed:
        shift(dt.timedelta(seconds=20))
        others.append(desk.road.write(lambda session: reconciliation.begin(session, row.id)))
        return real(*arguments, **more)

    monkeypatch.setattr(desk.provider, "listed", slowly)
    assert desk.ask().found == 4
    assert others == [False] * 4
    assert desk.road.write(lambda session: reconciliation.begin(session, row.id))


@pytest.mark.covers("P6", "P8")
def test_who_died_while_asking_keeps_others_waiting_for_half_a_minute(
    desk: Desk, shift: Callable[[dt.timedelta], None]
) -> None:
    (row,) = [each for each in desk.road.database.read(reconciliation.senders) if each.number == OUR_NUMBER]

    def begin() -> bool:
        has_begun: bool = desk.road.write(lambda session: reconciliation.begin(session, row.id))
        return has_begun

    assert begin()
    shift(dt.timedelta(seconds=29))
    assert not begin()
    shift(dt.timedelta(seconds=2))
    assert begin()
    desk.road.write(lambda session: reconciliation.leave(session, row))
    desk.road.write(lambda session: reconciliation.renew(session, row.id))
    assert begin()


def test_a_lease_outlasts_one_page_of_every_list() -> None:
    longest = max(sinch_list.WITHIN, twilio_list.WITHIN)
    assert dt.timedelta(seconds=longest + 5) <= reconciliation.LEASE
