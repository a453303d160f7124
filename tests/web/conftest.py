"""A desk with one client on it."""

import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from tests.conftest import World
from tests.web.scene import Scene


@pytest.fixture
def scene(app: Starlette, site: World, client: TestClient) -> Scene:
    return Scene(app, site, client)
