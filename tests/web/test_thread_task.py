"""A client who stops and asks for something in the same breath: the stop holds, and a member is told of the rest."""

import pytest
from sqlmodel import Session

from portal.accounts import business as businesses
from portal.accounts.business import Business
from portal.consent.state import Status
from portal.errors import NotFound
from portal.messaging import attention, task
from tests.web.scene import Scene

ASKS = "STOP, but please call me about Friday"


def tasks(scene: Scene) -> list[str]:
    return [each.text for each in scene.site.read(lambda session: task.here(session, scene.row().id))]


def only(scene: Scene) -> str:
    found = scene.site.read(lambda session: task.here(session, scene.row().id))
    assert len(found) == 1
    return str(found[0].id)


@pytest.mark.covers("rules.md row 2")
def test_a_stop_with_a_request_opts_out_and_leaves_a_task(scene: Scene) -> None:
    scene.named("Rosa Delgado")
    scene.says_yes()
    scene.texts_us(ASKS)
    assert scene.row().status == Status.OPTED_OUT
    assert tasks(scene) == [ASKS]
    needs = scene.site.read(lambda session: attention.read(session, hearth(session, scene), member_id=""))
    assert [(each.name, each.text) for each in needs.tasks.items] == [("Rosa Delgado", ASKS)]


def hearth(session: Session, scene: Scene) -> Business:
    return businesses.get(session, scene.site.hearth.id)


@pytest.mark.parametrize("text", ["STOP", "Stop texting me!", "please stop, thanks", "Unsubscribe. You are awful."])
def test_a_stop_alone_leaves_none(scene: Scene, text: str) -> None:
    scene.says_yes()
    scene.texts_us(text)
    assert scene.row().status == Status.OPTED_OUT
    assert tasks(scene) == []


def test_a_repeated_stop_that_asks_leaves_one_too(scene: Scene) -> None:
    scene.says_yes()
    scene.texts_us("STOP")
    scene.texts_us(ASKS)
    assert tasks(scene) == [ASKS]


def test_it_is_done_once_and_can_be_taken_back(scene: Scene) -> None:
    scene.says_yes()
    scene.texts_us(ASKS)
    here, found, alice = scene.row().id, only(scene), scene.site.alice.id

    def finish(session: Session) -> bool:
        return task.finish(session, scene.site.hearth.id, here, found, member_id=alice)

    assert scene.write(finish)
    assert not scene.write(finish)
    assert tasks(scene) == []
    scene.write(lambda session: task.reopen(session, scene.site.hearth.id, here, found))
    assert tasks(scene) == [ASKS]


@pytest.mark.covers("P10")
def test_nobody_finishes_the_task_of_another_business(scene: Scene) -> None:
    scene.says_yes()
    scene.texts_us(ASKS)
    here, found = scene.row().id, only(scene)
    with pytest.raises(NotFound):
        scene.write(lambda session: task.finish(session, scene.site.other.id, here, found, member_id="x"))
    with pytest.raises(NotFound):
        scene.write(lambda session: task.reopen(session, scene.site.other.id, here, found))
    assert tasks(scene) == [ASKS]


def test_the_conversation_shows_it_with_a_button_that_takes_it_away(scene: Scene) -> None:
    scene.named("Rosa Delgado", email="rosa@example.com")
    scene.says_yes()
    scene.texts_us(ASKS)
    here = f"/sms/{scene.row().id}"
    alice = scene.alice()
    page = alice.get(here).text
    assert "also asked for something" in page
    assert 'href="mailto:rosa@example.com"' in page
    done = alice.post(f"{here}/tasks/{only(scene)}/done")
    assert (done.status_code, done.headers["location"]) == (303, here)
    assert "also asked for something" not in alice.get(here).text
