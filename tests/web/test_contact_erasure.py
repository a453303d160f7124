"""`/contacts/{id}/erasure`: an owner with the password fresh, the name typed, and then everybody finds nothing."""

import pytest
import sqlalchemy as sa
from sqlmodel import Session
from starlette.testclient import TestClient

from portal.clients import link as own_link
from portal.contacts import contact
from portal.questionnaires import link, questionnaire
from portal.questionnaires.questionnaire import Questionnaire
from tests.conftest import as_member
from tests.web.scene import CLIENT, Scene


@pytest.fixture
def client_id(scene: Scene) -> str:
    def make(session: Session) -> str:
        made = questionnaire.create(session, scene.site.hearth.id, "Before your session")
        questionnaire.publish(session, made)
        return contact.create(session, scene.site.hearth.id, name="Ann Archer", numbers=[CLIENT]).id

    return str(scene.site.write(make))


@pytest.fixture
def alice(client: TestClient, scene: Scene) -> TestClient:
    return as_member(client, scene.site.alice)


def links(session: Session, scene: Scene, client_id: str) -> tuple[str, str]:
    """The client's own page, and a questionnaire for them alone."""
    secrets, found = scene.site.secrets, contact.get(session, scene.site.hearth.id, client_id)
    asked = session.scalars(sa.select(Questionnaire)).first()
    assert asked is not None
    return own_link.url(secrets, "", found), link.personal_url(secrets, "", asked, found)


@pytest.mark.covers("P17")
def test_an_owner_sees_what_goes_types_the_name_and_it_is_gone(alice: TestClient, scene: Scene, client_id: str) -> None:
    scene.says_yes()
    row_id = scene.row().id
    own_page, personal = scene.site.read(lambda session: links(session, scene, client_id))
    path = f"/contacts/{client_id}/erasure"
    assert "Ann Archer" in alice.get(path).text
    slip = alice.post(path, data={"reason": "asked", "typed_name": "Ann"})
    assert (slip.status_code, "not their name" in slip.text) == (422, True)
    done = alice.post(path, data={"reason": "asked", "typed_name": "ann  archer"})
    assert (done.status_code, "Ann" in done.text, CLIENT[-4:] in done.text) == (200, False, False)
    for gone in (path, f"/contacts/{client_id}", f"/sms/{row_id}", f"/sms/{row_id}/evidence", own_page, personal):
        assert alice.get(gone).status_code == 404, gone


@pytest.mark.covers("P17", "P10")
def test_a_colleague_is_not_offered_it_and_may_not(client: TestClient, scene: Scene, client_id: str) -> None:
    bob = as_member(client, scene.site.bob)
    assert "Erase" not in bob.get(f"/contacts/{client_id}").text
    assert bob.get(f"/contacts/{client_id}/erasure").status_code == 403
