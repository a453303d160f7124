"""A desk with one client on it, and the door that clients come through."""

import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from portal.web import client_page
from tests.conftest import World
from tests.web.door import Door, made
from tests.web.scene import Scene


@pytest.fixture(autouse=True)
def brisk(monkeypatch: pytest.MonkeyPatch) -> None:
    """A beat that is not waited for a hundred times; how long it must be is measured by tests/proof."""
    monkeypatch.setattr(client_page, "SAME_TIME", 0.02)


@pytest.fixture
def scene(app: Starlette, site: World, client: TestClient) -> Scene:
    return Scene(app, site, client)


@pytest.fixture
def door(client: TestClient, site: World) -> Door:
    return Door(client, site, site.write(lambda session: made(session, site.hearth.id)))
