"""A desk with one client on it, and the door that clients come through."""

import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from tests.conftest import World
from tests.web.door import Door, made
from tests.web.scene import Scene


@pytest.fixture
def scene(app: Starlette, site: World, client: TestClient) -> Scene:
    return Scene(app, site, client)


@pytest.fixture
def door(client: TestClient, site: World) -> Door:
    return Door(client, site, site.write(lambda session: made(session, site.hearth.id)))
