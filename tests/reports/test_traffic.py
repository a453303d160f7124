"""Texts by week: each text in the week of the business's own days, by what became of it; against a count by hand."""

import datetime as dt
from collections import Counter
from collections.abc import Callable
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlmodel import Session

from portal.accounts.sender import SMS
from portal.consent import subscription
from portal.messaging import message
from portal.messaging.message import Direction, Fate
from portal.reports import traffic
from portal.reports.traffic import Week
from tests.reports.history import NUMBERS, Told

ZONE = ZoneInfo("America/New_York")
OUT = (Fate.SENT, Fate.DELIVERED, Fate.FAILED, Fate.UNKNOWN, Fate.QUEUED, Fate.CANCELLED)
Text = tuple[int, Fate, str, int]
"""Hours ago, what became of it (received: it came in), its purpose and its parts."""
texts = st.tuples(
    st.integers(0, 13 * 7 * 24), st.sampled_from([*OUT, Fate.RECEIVED]),
    st.sampled_from(["conversation", "automated", "help"]), st.integers(1, 4),
)  # fmt: skip


def read(told: Told) -> tuple[Week, ...]:
    found: tuple[Week, ...] = told.database.read(partial(traffic.read, business_id=told.business, zone=ZONE.key))
    return found


def write(session: Session, told: Told, many: list[Text]) -> None:
    row = subscription.lock(session, told.business, SMS, NUMBERS[0])
    for ago, fate, purpose, parts in many:
        direction = Direction.INBOUND if fate is Fate.RECEIVED else Direction.OUTBOUND
        message.add(
            session, row, direction=direction, status=fate, text="x", segments=parts,
            purpose=None if fate is Fate.RECEIVED else purpose, created_at=told.now - dt.timedelta(hours=ago),
        )  # fmt: skip


def expected(told: Told, many: list[Text]) -> list[dict[str, Any]]:
    """Week by week, the oldest first."""
    today = told.now.astimezone(ZONE).date()
    this = today - dt.timedelta(days=today.weekday())
    counts = [Counter[str]() for _ in range(traffic.WEEKS)]
    for ago, fate, purpose, parts in many:
        day = (told.now - dt.timedelta(hours=ago)).astimezone(ZONE).date()
        back = (this - (day - dt.timedelta(days=day.weekday()))).days // 7
        if back >= traffic.WEEKS or fate in (Fate.QUEUED, Fate.CANCELLED):
            continue
        count = counts[traffic.WEEKS - 1 - back]
        count[{"unknown": "failed"}.get(fate, fate)] += 1
        if fate is not Fate.RECEIVED:
            count["by_hand" if purpose == "conversation" else "by_itself"] += 1
            count["segments"] += parts
    return [dict(count) for count in counts]


@settings(max_examples=10, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(texts, max_size=30))
def test_each_text_is_in_the_week_of_the_business(begin: Callable[[], Told], many: list[Text]) -> None:
    """The clocks of New York change inside these weeks."""
    told = begin()
    told.now = dt.datetime(2026, 11, 22, 15, 0, tzinfo=dt.UTC)
    told.database.write(partial(write, told=told, many=many))
    names = ("received", "delivered", "sent", "failed", "by_hand", "by_itself", "segments")
    found = [{name: value for name in names if (value := getattr(each, name))} for each in read(told)]
    assert found == expected(told, many)


def test_a_week_with_too_many_texts_says_so(told: Told, monkeypatch: Any) -> None:
    told.database.write(partial(write, told=told, many=[(0, Fate.SENT, "conversation", 1)]))
    assert not any(each.is_cut for each in read(told))
    monkeypatch.setattr(traffic, "MOST", 0)
    assert read(told)[-1].is_cut
