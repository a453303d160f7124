"""Businesses whose clock stands still until a test moves it."""

from collections.abc import Callable
from itertools import count

import pytest

from portal import clock
from portal.accounts import business as businesses
from portal.database import Database
from tests.conftest import World
from tests.reports.history import Told

_numbers = count(1)


@pytest.fixture
def begin(world: World, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Told]:
    """A new business each time; the clock is that of the newest one."""

    def made(database: Database = world.database) -> Told:
        business = database.write(lambda session: businesses.create(session, f"Studio {next(_numbers)}").id)
        told = Told(database, business)
        monkeypatch.setattr(clock, "now", lambda: told.now)
        return told

    return made


@pytest.fixture
def told(begin: Callable[[], Told]) -> Told:
    return begin()
