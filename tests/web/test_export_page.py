"""`/settings/export`: the same files as the command's, for whoever may take them out."""

import csv
import io
import zipfile

import pytest
from sqlmodel import select
from starlette.testclient import TestClient

from portal.accounts import key
from portal.accounts.audit import AuditEntry
from portal.evidence import note, proving, tree
from portal.export import Export, Format, What
from tests.conftest import as_member
from tests.web.scene import Scene


@pytest.fixture
def alice(client: TestClient, scene: Scene) -> TestClient:
    return as_member(client, scene.site.alice)


def test_a_file_is_a_download_and_the_audit_log_tells_of_it(alice: TestClient, scene: Scene) -> None:
    answer = alice.post("/settings/export", data={"what": "ledger", "format": "csv"})
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "application/zip"
    named = answer.headers["content-disposition"]
    assert named.startswith('attachment; filename="hearth-photography-ledger-')
    with zipfile.ZipFile(io.BytesIO(answer.content)) as packed:
        assert packed.testzip() is None
        table, seal = packed.namelist()
        assert (table, seal) == (named.split('"')[1].replace(".zip", ".csv"), "checkpoint.txt")
        assert packed.read(table).decode().startswith("seq,kind,at,origin,actor,words,")
    [noted] = scene.site.read(
        lambda session: session.exec(select(AuditEntry).where(AuditEntry.action == "export.started")).all()
    )
    assert (noted.actor, noted.details["what"]) == (f"member:{scene.site.alice.id}", "ledger")


@pytest.mark.covers("promises F", "P11")
@pytest.mark.parametrize("what", ["contacts", "messages", "ledger", "submissions"])
@pytest.mark.parametrize("format_", ["csv", "jsonl"])
def test_each_export_comes_with_a_seal_that_covers_every_entry_it_names(
    alice: TestClient, scene: Scene, what: str, format_: str
) -> None:
    """The rows stand as `portal export` writes them: what reads a table reads this one."""
    scene.says_yes()
    scene.texts_us("Zanzibar")
    answer = alice.post("/settings/export", data={"what": what, "format": format_})
    with zipfile.ZipFile(io.BytesIO(answer.content)) as packed:
        table, seal = (packed.read(name) for name in packed.namelist())
    file, plain = Export(scene.site.hearth.id, What(what), Format(format_)), b""
    while not file.is_done:
        plain += scene.site.read(file.piece)
    own_seal = 1 if what == "ledger" else 0  # its last row is signed when it is written
    told, expected = (list(csv.reader(io.StringIO(each.decode(), newline=""))) for each in (table, plain))
    assert told[: -own_seal or None] == expected[: -own_seal or None]
    [sealed] = scene.site.read(lambda session: note.ours_in(key.of(session), note.text_of(seal)))
    assert sealed.size == scene.site.read(lambda session: tree.size(session, scene.site.hearth.id)) >= 1
    assert scene.site.read(lambda session: proving.verify(session, scene.site.hearth.id, [sealed])).problem == ""


def test_no_choice_is_a_sentence_and_no_file(alice: TestClient) -> None:
    answer = alice.post("/settings/export", data={"format": "csv"})
    assert answer.status_code == 422
    assert "Please choose a file." in answer.text
