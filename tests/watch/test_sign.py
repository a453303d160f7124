"""What figures mean: each trouble is named with its advice, and what is well is said too."""

import datetime as dt
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal import clock
from portal.watch import sign, week
from portal.watch.pulse import Pulse
from portal.watch.sign import Level, Sign
from portal.watch.week import HOURS

NOW = dt.datetime(2026, 11, 22, 15, 30, tzinfo=dt.UTC)
HOUR = dt.timedelta(hours=1)
ACTIVE = SimpleNamespace(number="+12025550199", channel="sms", is_active=True)
RESTS: dict[str, Any] = {"number": "+12025550199", "resting_since_at": NOW - HOUR, "rests_until_at": NOW + HOUR / 12}
ASKED: dict[str, Any] = {
    "number": "+12025550199", "provider": "twilio", "asked_at": NOW, "can_list": True, "trouble": "",
    "owes_since_at": None,
}  # fmt: skip
NIGHT = SimpleNamespace(on_day=NOW.date(), uncovered=2, after_opt_out=1, problem="")
FATES = ("received", "queued", "sending", "sent", "delivered", "failed", "refused", "cancelled", "unknown", "held")


def text(status: str = "delivered", *, ago: dt.timedelta = HOUR, due_ago: dt.timedelta | None = None) -> Any:
    direction = "inbound" if status == "received" else "outbound"
    due_at = NOW - (ago if due_ago is None else due_ago)
    return SimpleNamespace(
        direction=direction, status=status, created_at=NOW - ago, due_at=due_at, finished_at=NOW - ago
    )


def pulse(*texts: Any, **more: Any) -> Pulse:
    rows = sorted(texts, key=lambda each: each.created_at, reverse=True)
    found = Pulse(NOW, week.of(rows, NOW), (ACTIVE,), segments=10, limit=100, opted_out=0)
    return replace(found, **more)


def of(kind: str, found: Pulse) -> Sign:
    (one,) = [each for each in sign.of(found, "America/New_York") if each.kind == kind]
    return one


@pytest.mark.parametrize(
    ("kind", "found", "level"),
    [
        ("number", pulse(), Level.WELL),
        ("number", pulse(senders=()), Level.BROKEN),
        ("resting", pulse(resting=(SimpleNamespace(**RESTS, rest_trouble="temporary"),)), Level.LOOK),
        ("resting", pulse(resting=(SimpleNamespace(**RESTS, rest_trouble="sender"),)), Level.BROKEN),
        ("text_first", pulse(stops=(SimpleNamespace(since_at=NOW - HOUR),)), Level.LOOK),
        ("audit", pulse(found=NIGHT), Level.BROKEN),
        ("audit", pulse(nights_missed=3), Level.LOOK),
        ("quarantine", pulse(quarantine=SimpleNamespace(why="restore", since_at=NOW)), Level.BROKEN),
        ("quarantine", pulse(quarantine=SimpleNamespace(why="clock", since_at=NOW)), Level.BROKEN),
        ("number", pulse(senders=(SimpleNamespace(number="+12025550199", channel="sms", is_active=False),)), 2),
        ("waiting", pulse(text("queued", due_ago=dt.timedelta(minutes=4))), Level.WELL),
        ("waiting", pulse(text("queued", due_ago=dt.timedelta(minutes=6))), Level.LOOK),
        ("waiting", pulse(text("queued", due_ago=dt.timedelta(minutes=61))), Level.BROKEN),
        ("waiting", pulse(text("queued", due_ago=-HOUR)), Level.WELL),
        ("arriving", pulse(*[text("failed")] * 10), Level.WELL),
        ("arriving", pulse(*[text()] * 18, *[text("failed")] * 2), Level.WELL),
        ("arriving", pulse(*[text()] * 17, *[text("failed")] * 3), Level.LOOK),
        ("arriving", pulse(*[text()] * 10, *[text("failed")] * 10), Level.BROKEN),
        ("unknown", pulse(*[text()] * 100), Level.WELL),
        ("unknown", pulse(*[text()] * 9, text("unknown")), Level.LOOK),
        ("unknown", pulse(*[text()] * 97, *[text("unknown")] * 3), Level.BROKEN),
        ("hearing", pulse(), Level.WELL),
        ("hearing", pulse(*(text("received", ago=HOUR * each) for each in range(1, 60))), Level.WELL),
        ("hearing", pulse(*(text("received", ago=HOUR * each) for each in range(50, 120))), Level.LOOK),
        ("hearing", pulse(*(text("received", ago=HOUR * 8 * each) for each in range(4, 21))), Level.WELL),
        ("missed", pulse(lists=(SimpleNamespace(**ASKED),)), Level.WELL),
        ("missed", pulse(lists=(SimpleNamespace(**ASKED | {"can_list": False}),)), Level.WELL),
        ("missed", pulse(lists=(SimpleNamespace(**ASKED | {"trouble": "It is down."}),)), Level.LOOK),
        ("missed", pulse(lists=(SimpleNamespace(**ASKED | {"trouble": "It is down.", "owes_since_at": NOW}),)), 2),
        ("limit", pulse(segments=79), Level.WELL),
        ("limit", pulse(segments=80), Level.LOOK),
        ("limit", pulse(segments=100), Level.BROKEN),
        ("limit", pulse(segments=10**6, limit=0), Level.WELL),
    ],
)
def test_each_figure_has_its_meaning(kind: str, found: Pulse, level: int) -> None:
    one = of(kind, found)
    assert one.level == level
    assert one.words
    assert bool(one.advice) is (level > 0), "what is not well says what to do"


def test_the_worst_stands_first_and_is_the_verdict() -> None:
    signs = sign.of(pulse(text("queued", due_ago=HOUR / 6), senders=()), "UTC")
    assert [each.kind for each in signs[:2]] == ["number", "waiting"]
    assert sign.verdict(signs) is Level.BROKEN


def test_the_words_name_moments_where_the_business_is(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "now", lambda: NOW)
    assert "today at 09:30" in of("waiting", pulse(text("queued", due_ago=HOUR))).words


@given(st.lists(st.tuples(st.sampled_from(FATES), st.integers(0, 24 * 7 * 60 - 60)), max_size=40))
def test_every_text_of_a_day_is_counted_once(texts: list[tuple[str, int]]) -> None:
    rows = [text(status, ago=dt.timedelta(minutes=ago)) for status, ago in sorted(texts, key=lambda each: each[1])]
    found = week.of(rows, NOW)
    start = NOW.replace(minute=0) - (HOURS - 1) * HOUR
    of_the_day = [each for each in rows if each.created_at >= start]
    for name in ("received", "delivered", "sent", "failed", "unknown"):
        assert getattr(found, name) == sum(each.status == name for each in of_the_day)
    assert found.received_in_all == sum(each.status == "received" for each in rows)
    assert len(found.hours) == HOURS
    assert sign.of(replace(pulse(), week=found), "UTC")
