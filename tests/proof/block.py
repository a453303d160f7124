"""Some seeds in a database of their own, in whatever process: what the long form is made of."""

import logging
import tempfile
from collections import Counter
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from unittest.mock import patch

from argon2 import PasswordHasher

from portal import schema
from portal.accounts import key, member
from tests.conftest import migrate
from tests.postgres import Databases
from tests.proof.stage import built

Block = tuple[range, str | None]  # which seeds, and the folder of the PostgreSQL cluster


def hush() -> None:
    """Providers that rest and drains that end by their bound are in every schedule; the checker says what is wrong."""
    logging.getLogger("portal").setLevel(logging.CRITICAL)


def play(block: Block) -> tuple[Counter[str], list[str]]:
    """What was found in these seeds, and what broke."""
    seeds, folder = block
    cheap = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    with (
        patch.object(member, "hasher", lambda: cheap),
        database(folder) as url,
        built(url, key.in_memory()) as stage,
    ):
        broken = stage.broken(seeds)
        return stage.found, broken


@contextmanager
def database(folder: str | None) -> Iterator[str]:
    """A fresh one."""
    if folder is not None:
        with closing(Databases(folder)) as databases:
            url = databases.fresh(migrate)
            yield url
            databases.drop(url)
        return
    with tempfile.TemporaryDirectory(prefix="portal-proof-") as name:
        url = f"sqlite:///{Path(name) / 'portal.db'}"
        schema.migrate(url)
        yield url
