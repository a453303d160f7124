"""Several workers, STOPs in between, and transactions that are cut off: nothing is lost, nothing leaves twice."""

import datetime as dt
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any

import pytest

from portal.automations import due, plan
from portal.automations.candidate import Place
from portal.messaging import trigger_event
from portal.statement import Statement
from tests.automations.conftest import NOON, Shop

MANY = 40
WORKERS = 4


def numbers() -> list[str]:
    return [f"+1415555{i:04d}" for i in range(100, 100 + MANY)]


def everybody(shop: Shop) -> None:
    for i, number in enumerate(numbers()):
        shop.client(f"Client {i}", number)
    shop.leave()


def together(work: Callable[[], Any], *others: Callable[[], Any]) -> None:
    """The same work in several threads at once, beside others."""
    with ThreadPoolExecutor(WORKERS + len(others)) as pool:
        for each in [*(pool.submit(work) for _ in range(WORKERS)), *(pool.submit(other) for other in others)]:
            each.result()


def automated(shop: Shop) -> Counter[str]:
    """How many automated texts each number has, whatever became of them."""
    return Counter(
        each.number for number in numbers() for each in shop.outbound(number) if each.purpose == "automated"
    )  # fmt: skip


def decide(shop: Shop) -> None:
    while shop.database.write(partial(due.run, limit=3)):
        pass


@pytest.mark.covers("P20", "P6")
def test_workers_that_decide_at_once_queue_each_text_once(shop: Shop) -> None:
    everybody(shop)
    shop.rule(event="date", at=NOON + dt.timedelta(hours=1))
    shop.plan()
    shop.pass_time(hours=1)
    together(lambda: decide(shop))
    shop.decide()  # what one worker had locked, the others left alone
    assert automated(shop) == Counter(numbers())
    assert {str(each.status) for each in shop.texts()} == {"queued"}


@pytest.mark.covers("P20", "P3")
def test_workers_that_take_events_at_once_plan_each_once(shop: Shop) -> None:
    shop.rule(delay_minutes=5)
    everybody(shop)

    def take() -> None:
        while shop.database.write(plan.take_events):
            pass

    together(take)
    take()
    assert sorted(each.number for each in shop.texts()) == numbers()
    assert not shop.database.read(trigger_event.is_any)


@pytest.mark.covers("P20")
def test_workers_that_look_through_the_same_days_write_each_text_once(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(plan, "PIECE", 7)
    everybody(shop)
    made = shop.rule(event="date", at=NOON + dt.timedelta(hours=1))

    def look() -> None:
        place: Place | None = plan.START
        while place is not None:
            piece = shop.database.read(partial(plan.look, automation_id=made, place=place))
            shop.database.write(partial(plan.store, piece=piece))
            place = piece.next

    together(look)
    assert sorted(each.number for each in shop.texts()) == numbers()


@pytest.mark.covers("P1", "P20", "H-23", "rules 3")
def test_a_stop_in_the_midst_of_deciding_is_kept_and_nothing_waits_for_ever(shop: Shop) -> None:
    """Whoever comes first: what was queued before is cancelled, what comes after is skipped."""
    everybody(shop)
    shop.rule(event="date", at=NOON + dt.timedelta(hours=1))
    shop.plan()
    shop.pass_time(hours=1)
    stopped = numbers()[::3]

    def stop() -> None:
        for number in stopped:
            shop.texts_us("STOP", number)

    together(lambda: decide(shop), stop)
    shop.decide()
    shop.leave()
    found = {each.number: (str(each.status), each.reason) for each in shop.texts()}
    assert {found[number] for number in stopped} <= {("cancelled", "opted_out"), ("skipped", "opted_out")}
    assert {found[number] for number in set(numbers()) - set(stopped)} == {("sent", "")}


@pytest.mark.covers("P6")
@pytest.mark.parametrize("at", range(1, 6))
def test_a_batch_that_is_cut_off_is_undone_and_done_again_once(
    shop: Shop, monkeypatch: pytest.MonkeyPatch, at: int
) -> None:
    """The process dies at the at-th write of a decision: nothing of its batch is on disk."""
    everybody(shop)
    shop.rule(event="date", at=NOON + dt.timedelta(hours=1))
    shop.plan()
    shop.pass_time(hours=1)
    ends: Any = due._END
    left = [at]

    class Dying:
        def post(self, session: Any, **values: Any) -> None:
            left[0] -= 1
            if left[0] == 0:
                raise SystemError("the process died")
            ends.post(session, **values)

    monkeypatch.setattr(due, "_END", Dying())
    with pytest.raises(SystemError):
        shop.write(partial(due.run, limit=5))
    assert automated(shop) == Counter()
    assert {str(each.status) for each in shop.texts()} == {"due"}
    shop.decide()
    assert automated(shop) == Counter(numbers())


@pytest.mark.covers("P6")
def test_an_event_whose_plan_was_cut_off_is_still_there(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    shop.rule()
    shop.client()
    insert = plan._insert

    def dies(session: Any, texts: Any) -> None:
        insert(session, texts)
        raise SystemError("the process died")

    with monkeypatch.context() as patch:
        patch.setattr(plan, "_insert", dies)
        with pytest.raises(SystemError):
            shop.write(plan.take_events)
    assert shop.texts() == []
    assert shop.tick() == ["Hello from Hearth Photography"]


def test_deciding_costs_a_few_statements_a_text(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    everybody(shop)
    shop.rule(event="date", at=NOON + dt.timedelta(hours=1))
    shop.plan()
    shop.pass_time(hours=1)
    counted: Counter[str] = Counter()
    for name in ("rows", "run", "post"):
        real: Any = getattr(Statement, name)

        def watched(self: Any, session: Any, _real: Any = real, **values: Any) -> Any:
            counted["statements"] += 1
            return _real(self, session, **values)

        monkeypatch.setattr(Statement, name, watched)
    assert shop.write(partial(due.run, limit=10)) == 10
    assert counted["statements"] <= 1 + 4 * 10
