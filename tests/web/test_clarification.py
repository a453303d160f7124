"""The one question that a doubtful reply is answered with, and what keeps it from being asked twice or late."""

import datetime as dt

import pytest
import time_machine

from portal.consent.state import Kind
from portal.messaging.message import Fate
from tests.web.scene import Scene

LIKELY = "wrong number"
SOFT = "no thanks"


def asked(scene: Scene) -> list[str]:
    return [each.status for each in scene.messages() if each.purpose == "clarification"]


def doubted(scene: Scene, text: str = LIKELY) -> None:
    scene.says_yes()
    scene.send_all()
    scene.texts_us(text)
    assert scene.row().in_review


@pytest.mark.covers("rules.md row 5")
def test_a_likely_stop_is_asked_about_once(scene: Scene) -> None:
    doubted(scene)
    assert scene.send_all() == [
        "Hearth Photography: we have paused texts to this number. Reply STOP to end them for good or START to keep "
        "getting them."
    ]
    scene.texts_us("who gave you my number")
    assert scene.send_all() == []
    assert asked(scene) == [Fate.SENT]


def test_a_soft_no_is_asked_of_the_member_only(scene: Scene) -> None:
    doubted(scene, SOFT)
    assert scene.send_all() == []


def test_it_is_asked_again_after_two_months_but_not_after_a_week(scene: Scene) -> None:
    with time_machine.travel(dt.datetime(2026, 11, 22, 15, 0, tzinfo=dt.UTC), tick=False) as now:
        doubted(scene)
        for days, expected in ((7, 1), (61, 2)):
            now.shift(dt.timedelta(days=days))
            scene.fact(Kind.REVIEW_KEPT)
            scene.texts_us(LIKELY)
            scene.send_all()
            assert len(asked(scene)) == expected


@pytest.mark.covers("rules.md row 4")
@pytest.mark.parametrize(("seconds", "fate"), [(299, Fate.SENT), (301, Fate.CANCELLED)])
def test_within_five_minutes_or_not_at_all(scene: Scene, seconds: int, fate: Fate) -> None:
    with time_machine.travel(dt.datetime(2026, 11, 22, 15, 0, tzinfo=dt.UTC), tick=False) as now:
        doubted(scene)
        now.shift(dt.timedelta(seconds=seconds))
        scene.send_all()
    assert asked(scene) == [fate]


@pytest.mark.parametrize("settled", ["STOP", "START"])
def test_it_does_not_leave_once_the_client_has_settled_the_doubt(scene: Scene, settled: str) -> None:
    doubted(scene)
    scene.texts_us(settled)
    scene.send_all()
    assert asked(scene) == [Fate.CANCELLED]


def test_it_does_not_leave_once_a_member_has_kept_texting(scene: Scene) -> None:
    doubted(scene)
    scene.fact(Kind.REVIEW_KEPT)
    scene.send_all()
    assert asked(scene) == [Fate.CANCELLED]


def test_help_and_the_question_share_the_loop_breaker(scene: Scene) -> None:
    """A machine that answers every answer gets one in ten minutes and five a day (promises.md B.1)."""
    scene.says_yes()
    scene.send_all()
    with time_machine.travel(dt.datetime(2026, 11, 22, 0, 0, tzinfo=dt.UTC), tick=False) as now:
        answers = 0
        for _ in range(140):
            scene.texts_us("HELP please")
            answers += len(scene.send_all())
            now.shift(dt.timedelta(minutes=10))
        assert answers == 5


@pytest.mark.covers("X-10")
def test_the_question_is_asked_in_the_language_of_the_reply(scene: Scene) -> None:
    doubted(scene, "numero equivocado")
    (text,) = scene.send_all()
    assert "STOP" in text
    assert "Reply" not in text
