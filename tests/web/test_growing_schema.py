"""A program that serves while a newer one changes the schema under its feet."""

import pytest
import sqlalchemy as sa

from portal.consent.state import Status
from portal.web import health
from tests.test_expansion import step_beyond
from tests.web.scene import Scene


@pytest.mark.covers("P20")
def test_a_program_under_whose_feet_the_schema_grows_goes_on_and_one_whose_schema_is_gone_says_so(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(health, "KEPT", 0.0)
    scene.texts_us("Hello?")
    step_beyond(scene.site.database.url, expands=True)
    scene.texts_us("STOP")
    assert scene.row().status == Status.OPTED_OUT
    assert scene.client.get("/readyz").json()["checks"]["schema"] is True
    contracted = sa.text("UPDATE alembic_version SET works_from = '9998:9998'")
    scene.site.write(lambda session: session.connection().execute(contracted) and None)
    answer = scene.client.get("/readyz")
    assert (answer.status_code, answer.json()["checks"]["schema"]) == (503, False)
