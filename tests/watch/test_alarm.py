"""Troubles are told to owners and managers by mail, once, by one process, and are forgotten when all is well."""

import datetime as dt
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import pytest
from sqlmodel import Session

from portal import clock
from portal.accounts import sender
from portal.consent import subscription
from portal.messaging import message
from portal.messaging.spending import Limits
from portal.watch import alert
from portal.watch.alarm import Alarm
from tests.conftest import World

START = dt.datetime(2026, 11, 22, 15, 0, tzinfo=dt.UTC)
CLIENT = "+14155550132"


@dataclass
class Post:
    """Two processes with one post office, and a clock that stands still."""

    world: World
    letters: list[tuple[str, str, str]] = field(default_factory=list)
    now: dt.datetime = START
    is_closed: bool = False

    def write(self, to: str, subject: str, text: str) -> None:
        if self.is_closed:
            raise OSError("no mail today")
        self.letters.append((to, subject, text))

    def turn(self) -> None:
        for _ in range(2):
            Alarm(self.world.database, Limits(0, 0), letter=self.write, url="https://portal.example.com").turn()

    def later(self, **more: float) -> None:
        self.now += dt.timedelta(**more)

    def switch(self, *, on: bool) -> None:
        self.world.write(partial(sender.switch, business_id=self.world.hearth.id, channel="sms", on=on))

    def since(self) -> dict[str, Any]:
        found: dict[str, Any] = self.world.read(partial(alert.since, business_id=self.world.hearth.id))
        return found


@pytest.fixture
def post(world: World, monkeypatch: pytest.MonkeyPatch) -> Post:
    made = Post(world)
    monkeypatch.setattr(clock, "now", lambda: made.now)
    return made


def test_where_all_is_well_nobody_hears_anything(post: Post) -> None:
    post.turn()
    assert (post.letters, post.since()) == ([], {})


def test_a_trouble_is_told_once_and_again_after_a_day(post: Post) -> None:
    post.switch(on=False)
    for _ in range(3):
        post.turn()
        post.later(minutes=6)
    assert [(to, subject) for to, subject, _ in post.letters] == [
        ("alice@example.com", "Hearth Photography: no number to text from")
    ]
    assert "https://portal.example.com/texting" in post.letters[0][2]
    post.later(days=1)
    post.turn()
    assert len(post.letters) == 2


def test_what_is_well_again_is_forgotten_and_told_anew_when_it_comes_back(post: Post) -> None:
    post.switch(on=False)
    post.turn()
    assert list(post.since()) == ["number"]
    post.switch(on=True)
    post.later(minutes=6)
    post.turn()
    assert post.since() == {}
    post.switch(on=False)
    post.later(minutes=6)
    post.turn()
    assert len(post.letters) == 2


def test_a_mail_that_could_not_be_sent_is_tried_again(post: Post) -> None:
    post.switch(on=False)
    post.is_closed = True
    post.turn()
    post.is_closed = False
    post.later(minutes=11)
    post.turn()
    assert len(post.letters) == 1


def test_nobody_is_looked_at_more_often_than_every_five_minutes(post: Post) -> None:
    post.turn()
    post.switch(on=False)
    post.later(minutes=4)
    post.turn()
    assert post.letters == []


def test_one_business_that_cannot_be_looked_at_keeps_no_other_waiting(
    post: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = alert.look

    def broken(session: Session, business_id: str, limits: Limits) -> Any:
        if business_id == post.world.other.id:
            raise RuntimeError("broken")
        return real(session, business_id, limits)

    monkeypatch.setattr(alert, "look", broken)
    post.switch(on=False)
    post.turn()
    assert len(post.letters) == 1


@pytest.mark.covers("P10")
def test_a_mail_names_no_client(post: Post) -> None:
    def stuck(session: Session) -> None:
        row = subscription.lock(session, post.world.hearth.id, "sms", CLIENT)
        message.add(
            session, row, direction=message.Direction.OUTBOUND, status=message.Fate.QUEUED, text="secret words",
            due_at=post.now, purpose="conversation",
        )  # fmt: skip

    post.world.write(stuck)
    post.later(hours=2)
    post.turn()
    (_, subject, text) = post.letters[0]
    assert "1 text waits" in text
    assert not any(each in subject + text for each in (CLIENT, CLIENT[-4:], "secret"))
