"""`/sms/{id}/hold`: who may puts a number on hold, everybody sees it, and it ends with a reason."""

import pytest
from sqlmodel import Session

from portal.accounts.member import Role
from portal.clients import erasure_request
from portal.contacts import contact
from portal.messaging import message, task
from portal.messaging.message import Direction, Fate
from tests.conftest import as_member, person
from tests.web.scene import CLIENT, Scene, words

WHY = "Letter of their lawyer"


@pytest.fixture
def url(scene: Scene) -> str:
    scene.named("Rosa Delgado")
    scene.alice()
    return f"/sms/{scene.says_yes()}"


def ask_erasure(scene: Scene) -> None:
    def work(session: Session) -> None:
        row = scene.row()
        left = message.add(
            session, row, direction=Direction.NOTICE, status=Fate.NOTED, text=erasure_request.WORDS
        )  # fmt: skip
        task.leave(session, row, str(left))

    scene.site.write(work)


@pytest.mark.covers("P17")
def test_an_owner_puts_a_number_on_hold_and_ends_it_with_a_reason(scene: Scene, url: str) -> None:
    empty = scene.client.post(f"{url}/hold", data={"reason": " "})
    assert (empty.status_code, "Please write why" in empty.text) == (422, True)
    scene.client.post(f"{url}/hold", data={"reason": WHY})
    assert "Legal hold" in words(scene.client.get(url).text)
    ask_erasure(scene)
    page = words(scene.client.get(f"{url}/hold").text)
    assert WHY in page
    assert "They asked to be erased" in page
    assert scene.client.post(f"{url}/hold/end", data={"reason": ""}).status_code == 422
    scene.client.post(f"{url}/hold/end", data={"reason": "Settled"})
    assert f"{CLIENT[-4:]} is on hold" not in words(scene.client.get(f"{url}/hold").text)


@pytest.mark.covers("P10", "P17")
@pytest.mark.parametrize(("role", "status"), [(Role.COUNSEL, 303), (Role.MANAGER, 403), (Role.STAFF, 403)])
def test_counsel_may_and_managers_and_staff_may_only_read(scene: Scene, url: str, role: Role, status: int) -> None:
    someone = scene.site.write(lambda session: person(session, scene.site.hearth.id, "Cora", role))
    client = as_member(scene.client, someone)
    assert client.post(f"{url}/hold", data={"reason": WHY}, follow_redirects=False).status_code == status
    assert client.get(f"{url}/hold").status_code == 200


@pytest.mark.covers("P17")
def test_the_page_of_an_erasure_says_who_holds_it_and_does_not_erase(scene: Scene, url: str) -> None:
    scene.client.post(f"{url}/hold", data={"reason": WHY})
    who = scene.site.read(lambda session: scene.row().contact_id)
    path = f"/contacts/{who}"
    page = words(scene.client.get(f"{path}/erasure").text)
    assert "Alice put a legal hold on this number" in page
    assert "Erase for good" not in page
    done = scene.client.post(f"{path}/erasure", data={"reason": "asked", "typed_name": "Rosa Delgado"})
    assert done.status_code == 409
    assert "Legal hold since" in words(scene.client.get(path).text)
    assert scene.site.read(lambda session: contact.get(session, scene.site.hearth.id, str(who))).name
