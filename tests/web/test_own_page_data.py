"""A copy of what we hold about a client, and asking to be erased, on their own page."""

import json
from typing import Any

import pytest

from portal.messaging import message, task
from tests.web.own_scene import WRONG, Own, own
from tests.web.scene import CLIENT, Scene, words


@pytest.fixture
def rosa(scene: Scene) -> Own:
    found = own(scene)
    scene.says_yes()
    scene.send_all()
    scene.texts_us("See you on Friday")
    return found


def test_the_download_holds_what_the_client_may_read_and_nothing_of_members(rosa: Own) -> None:
    rosa.scene.write(lambda session: message.notice(session, rosa.scene.row(), "She is difficult"))
    answer = rosa.press("data")
    assert answer.status_code == 200
    assert CLIENT[-4:] not in answer.headers["content-disposition"]
    data: dict[str, Any] = json.loads(answer.text)
    assert data["record"]["name"] == "Rosa Delgado"
    assert [each["number"] for each in data["numbers"]] == [CLIENT]
    assert data["consent"][0]["words"] == "the disclaimer"
    assert {each["from"] for each in data["texts"]} == {"you", "business"}
    assert "difficult" not in answer.text


@pytest.mark.covers("P12")
def test_nothing_is_handed_over_or_asked_without_the_digits(rosa: Own) -> None:
    for act in ("data", "erasure"):
        answer = rosa.press(act, digits=WRONG)
        assert (answer.status_code, "See you on Friday" in answer.text.split("The last texts")[0]) == (422, False)
    assert tasks(rosa.scene) == []


def tasks(scene: Scene) -> list[Any]:
    return list(scene.site.read(lambda session: task.here(session, scene.row().id)))


def test_asking_to_be_erased_is_one_task_for_members_and_said_on_the_page(rosa: Own) -> None:
    rosa.said("erasure")
    page = words(rosa.said("erasure"))
    assert "You asked to be erased" in page
    [left] = tasks(rosa.scene)
    thread = words(rosa.scene.alice().get(f"/sms/{rosa.scene.row().id}").text)
    assert "They asked for something on their own page." in thread
    assert left.text in thread
    assert "asks on their own page to be erased" in words(rosa.scene.client.get("/").text)


def test_a_request_that_a_member_saw_to_may_be_made_again(rosa: Own) -> None:
    rosa.said("erasure")
    scene, [left] = rosa.scene, tasks(rosa.scene)
    scene.write(
        lambda session: task.finish(
            session, scene.site.hearth.id, scene.row().id, left.id, member_id=scene.site.alice.id
        )
    )
    rosa.said("erasure")
    assert len(tasks(scene)) == 1
