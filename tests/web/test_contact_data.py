"""`/contacts/{id}/data`: a file for who asks what is stored about them; only with the password, and audited."""

import datetime as dt
import io
import json
import zipfile

import pytest
import sqlalchemy as sa

from portal import clock
from portal.accounts.audit import AuditEntry
from portal.accounts.session import SignIn
from portal.column import table_of
from tests.conftest import as_member
from tests.web.scene import CLIENT, Scene, words


@pytest.mark.covers("P10", "P17")
def test_an_owner_downloads_everything_about_a_client_and_the_audit_says_so(scene: Scene) -> None:
    row_id = scene.named("Rosa Delgado")
    scene.says_yes()
    scene.texts_us("Zanzibar")
    client, who = scene.alice(), scene.row().contact_id
    assert "Rosa Delgado" in words(client.get(f"/contacts/{who}/data").text)
    for url in (f"/contacts/{who}/data", f"/sms/{row_id}/data"):
        answer = client.post(url)
        assert answer.headers["content-type"] == "application/zip"
        with zipfile.ZipFile(io.BytesIO(answer.content)) as file:
            assert set(file.namelist()) == {"data.json", "checkpoint.txt", "READ-ME.txt"}
            told = json.loads(file.read("data.json"))
        assert told["numbers"][0]["number"] == CLIENT
        assert "Zanzibar" in {each["text"] for each in told["texts"]}
    audit = table_of(AuditEntry)
    query = sa.select(audit.c.object).where(audit.c.action == "person.exported")
    assert scene.site.read(lambda session: list(session.scalars(query))) == [who, who]


@pytest.mark.covers("P10")
def test_without_a_fresh_password_or_the_right_there_is_no_file(scene: Scene) -> None:
    scene.named("Rosa Delgado")
    url = f"/contacts/{scene.row().contact_id}/data"
    assert as_member(scene.client, scene.site.bob).get(url).status_code == 403
    old = sa.update(table_of(SignIn)).values(proved_at=clock.now() - dt.timedelta(minutes=10))
    scene.site.write(lambda session: session.connection().execute(old))
    answer = scene.alice().post(url)
    assert answer.headers["location"].startswith("/settings/prove")
