"""`/settings/export`: the same files as the command's, for whoever may take them out."""

import pytest
from sqlmodel import select
from starlette.testclient import TestClient

from portal.accounts.audit import AuditEntry
from tests.conftest import as_member
from tests.web.scene import Scene


@pytest.fixture
def alice(client: TestClient, scene: Scene) -> TestClient:
    return as_member(client, scene.site.alice)


def test_a_file_is_a_download_and_the_audit_log_tells_of_it(alice: TestClient, scene: Scene) -> None:
    answer = alice.post("/settings/export", data={"what": "ledger", "format": "csv"})
    assert answer.status_code == 200
    assert answer.text.startswith("seq,kind,at,origin,actor,words,")
    assert answer.headers["content-type"].startswith("text/csv; charset=utf-8")
    assert answer.headers["content-disposition"].startswith('attachment; filename="hearth-photography-ledger-')
    [noted] = scene.site.read(
        lambda session: session.exec(select(AuditEntry).where(AuditEntry.action == "export.started")).all()
    )
    assert (noted.actor, noted.details["what"]) == (f"member:{scene.site.alice.id}", "ledger")


def test_no_choice_is_a_sentence_and_no_file(alice: TestClient) -> None:
    answer = alice.post("/settings/export", data={"format": "csv"})
    assert answer.status_code == 422
    assert "Please choose a file." in answer.text
