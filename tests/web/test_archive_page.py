"""`/settings/archive`: switched on by an owner, mailed only where there is a mail server, honest about its state."""

from dataclasses import replace
from typing import Any

import pytest
from sqlmodel import Session
from starlette.testclient import TestClient

from portal.messaging import archive, archive_journal, archive_turn
from tests.conftest import as_member
from tests.web.scene import Scene

ADDRESS = "archive@example.com"


@pytest.fixture
def alice(client: TestClient, scene: Scene) -> TestClient:
    return as_member(client, scene.site.alice)


@pytest.fixture
def with_mail(scene: Scene) -> None:
    scene.app.state.settings = replace(scene.app.state.settings, smtp_url="smtp://127.0.0.1:9")


def kept(scene: Scene) -> Any:
    return scene.site.read(lambda session: archive.of(session, scene.site.hearth.id))


def test_an_owner_switches_the_archive_on_and_off(alice: TestClient, scene: Scene) -> None:
    assert "How far it has come" not in alice.get("/settings/archive").text
    assert alice.post("/settings/archive", data={"is_on": "y"}).status_code == 303
    assert kept(scene).is_on
    assert "How far it has come" in alice.get("/settings/archive").text
    assert alice.post("/settings/archive", data={}).status_code == 303
    assert not kept(scene).is_on


def test_nothing_is_mailed_where_mail_would_end_up_in_the_log(alice: TestClient, scene: Scene) -> None:
    answer = alice.post("/settings/archive", data={"is_on": "y", "email": ADDRESS})
    assert answer.status_code == 422
    assert "texts of clients must not end up in its log" in answer.text
    assert kept(scene) is None


@pytest.mark.usefixtures("with_mail")
@pytest.mark.parametrize("email", ["two@example.com, addresses@example.com", "none", "a@b\r\nBcc: c@example.com"])
def test_only_one_address_is_an_address(alice: TestClient, scene: Scene, email: str) -> None:
    answer = alice.post("/settings/archive", data={"is_on": "y", "email": email})
    assert answer.status_code == 422
    assert "This is not one e-mail address." in answer.text
    assert kept(scene) is None


@pytest.mark.usefixtures("with_mail")
def test_the_page_tells_how_far_the_mail_has_come_and_why_it_fails(alice: TestClient, scene: Scene) -> None:
    home = scene.site.hearth.id
    alice.post("/settings/archive", data={"is_on": "y", "email": ADDRESS})

    def fails(session: Session) -> None:
        batch = archive_journal.claim(session, home)
        assert batch is not None
        archive_journal.fail(session, batch, "The mail server said no.")

    scene.says_yes()
    turn = scene.site.read(lambda session: archive_turn.look(session, home))
    scene.site.write(lambda session: archive_turn.store(session, turn))
    scene.site.write(fails)
    page = alice.get("/settings/archive").text
    assert "The mail server said no." in page
    assert "nothing yet" in page
    alice.post("/settings/archive", data={"is_on": "y", "email": ADDRESS})
    assert "The mail server said no." not in alice.get("/settings/archive").text
    assert scene.site.read(archive_journal.due) == [home]
