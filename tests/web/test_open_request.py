"""Asked and not answered yet: what counts as an answer, and what happens to everything else (X-11)."""

import datetime as dt

import pytest
import time_machine
from sqlmodel import Session

from portal.accounts import business as businesses
from portal.accounts.language import Language
from portal.accounts.sender import SMS
from portal.consent import subscription
from portal.consent.state import Origin, Status
from portal.messaging import opt_in, wording
from portal.messaging.wording_slot import EDITABLE
from tests.web.scene import CLIENT, Scene


def ask(scene: Scene) -> None:
    def work(session: Session) -> None:
        row = subscription.lock(session, scene.site.hearth.id, SMS, CLIENT)
        opt_in.ask(session, row, origin=Origin.FORM, actor="client", evidence={}, submission_id="s1")

    scene.write(work)
    assert len(scene.send_all()) == 1


def worded(scene: Scene, text: str) -> None:
    def work(session: Session) -> None:
        found = businesses.get(session, scene.site.hearth.id)
        wording.save(session, found, EDITABLE["form.request"], Language.EN, text, actor="tests", ip="127.0.0.1")

    scene.write(work)


@pytest.mark.covers("X-11")
@pytest.mark.parametrize(
    ("reply", "status"),
    [("YES", Status.OPTED_IN), ("yes!", Status.OPTED_IN), ("Y", Status.REQUESTED), ("Sí", Status.REQUESTED),
     ("N", Status.DECLINED), ("no", Status.DECLINED),
     ("No thanks", Status.DECLINED), ("Non merci", Status.DECLINED), ("wrong number", Status.REQUESTED),
     ("ok", Status.REQUESTED)],
)  # fmt: skip
def test_only_what_was_offered_opts_in(scene: Scene, reply: str, status: Status) -> None:
    ask(scene)
    scene.texts_us(reply)
    assert scene.row().status == status


@pytest.mark.covers("X-11")
def test_y_counts_where_the_request_offered_it(scene: Scene) -> None:
    worded(scene, "{business}: texts about {purposes}? Reply Y or YES. Msg frequency varies. Msg & data rates may "
                  "apply. Reply HELP for help, STOP to refuse.")  # fmt: skip
    ask(scene)
    scene.texts_us("y")
    assert scene.row().status == Status.OPTED_IN


def test_the_spanish_word_for_yes_counts_where_we_asked_in_spanish(scene: Scene) -> None:
    """And their word for “and” does not."""

    def speak(session: Session) -> None:
        found = businesses.get(session, scene.site.hearth.id)
        found.language, found.purposes = Language.ES, "citas y avisos"

    scene.write(speak)
    ask(scene)
    scene.texts_us("Y")
    assert scene.row().status == Status.REQUESTED
    scene.texts_us("Sí")
    assert scene.row().status == Status.OPTED_IN


@pytest.mark.covers("X-11")
def test_anything_else_is_asked_about_once_in_a_day(scene: Scene) -> None:
    with time_machine.travel(dt.datetime(2026, 11, 22, 0, 30, tzinfo=dt.UTC), tick=False) as now:
        ask(scene)
        scene.texts_us("What is this about?")
        (again,) = scene.send_all()
        assert "reply YES" in again
        now.shift(dt.timedelta(hours=5))
        scene.texts_us("Hello?")
        assert scene.send_all() == []
        now.shift(dt.timedelta(hours=19, seconds=1))
        scene.texts_us("Hello again")
        assert len(scene.send_all()) == 1
    assert scene.row().status == Status.REQUESTED


def test_nobody_is_asked_again_who_was_not_asked_or_has_answered(scene: Scene) -> None:
    scene.texts_us("Hello, do you have a free day?")
    assert scene.send_all() == []
    ask(scene)
    scene.texts_us("no")
    scene.send_all()
    scene.texts_us("What is this about?")
    assert scene.send_all() == []
