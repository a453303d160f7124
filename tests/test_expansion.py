"""Expand, migrate, contract: old and new programs beside each other on one database, brought up to date only once."""

import ast
import importlib.util
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import SimpleNamespace

import pytest
import sqlalchemy as sa
from alembic import command

from portal import expansion, schema
from portal.errors import SettingsError
from tests.postgres import Databases

STEPS = sorted((Path(schema.__file__).parent / "migrations" / "versions").glob("[0-9]*.py"))
ADDS = {"add_column", "create_table", "create_index"}


def step_beyond(url: str, *, expands: bool, before: str = schema.HEAD, to: str = "9998") -> None:
    """What a newer program does to the database: one more step, and its note."""
    engine = sa.create_engine(url, poolclass=sa.NullPool)
    up = SimpleNamespace(module=SimpleNamespace(expands=expands), down_revision=before)
    with engine.begin() as connection:
        connection.exec_driver_sql(f"ALTER TABLE subscription ADD COLUMN mood_{to} VARCHAR(20) DEFAULT 'x' NOT NULL")
        connection.execute(sa.text("UPDATE alembic_version SET version_num = :to"), {"to": to})
        step = SimpleNamespace(is_upgrade=True, up_revision=up)
        expansion.note(ctx=SimpleNamespace(connection=connection), step=step, heads={to}, run_args={})
    engine.dispose()


def test_an_old_program_works_on_a_newer_schema_that_only_adds(database_url: str) -> None:
    step_beyond(database_url, expands=True)
    assert schema.migrate(database_url) is False
    assert schema.revision(database_url) == "9998", "and leaves it as it is"


@pytest.mark.at_the_door
def test_an_old_program_refuses_a_newer_schema_that_changed_more(database_url: str) -> None:
    step_beyond(database_url, expands=False)
    with pytest.raises(SettingsError, match="newer than this program"):
        schema.migrate(database_url)


@pytest.mark.at_the_door
def test_a_step_that_adds_after_one_that_changed_more_does_not_let_the_old_program_in(database_url: str) -> None:
    step_beyond(database_url, expands=False)
    step_beyond(database_url, expands=True, before="9998", to="9999")
    assert expansion.works_from(database_url) == "9998"
    with pytest.raises(SettingsError, match="newer than this program"):
        schema.migrate(database_url)


def test_what_a_database_says_is_true_after_every_step_and_back(database_url: str) -> None:
    found = expansion.works_from(database_url)
    assert found in {path.stem.partition("_")[0] for path in STEPS}
    command.downgrade(schema.config(database_url), "0018")
    assert expansion.works_from(database_url) == "0018"


@pytest.mark.only_on_postgres
def test_ten_that_start_at_once_bring_a_database_up_to_date_once(postgres_databases: Databases) -> None:
    url = postgres_databases.empty()
    with ThreadPoolExecutor(10) as starting:
        assert sorted(starting.map(schema.migrate, [url] * 10)) == [False] * 9 + [True]
    postgres_databases.drop(url)


@pytest.mark.parametrize("path", STEPS, ids=lambda path: path.stem)
def test_a_step_that_says_it_expands_only_adds(path: Path) -> None:
    """A new column is filled by the database, since the old program does not know it."""
    if not says_it_expands(path):
        return
    for call in calls(path):
        name, words = ast.unparse(call.func).removeprefix("op."), ast.unparse(call)
        assert name in ADDS, f"{name} is no addition"
        assert name != "add_column" or "nullable=True" in words or "server_default=" in words, words


def says_it_expands(path: Path) -> bool:
    spec = importlib.util.spec_from_file_location(path.stem, path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return bool(getattr(module, "expands", False))


def calls(path: Path) -> Iterator[ast.Call]:
    """Every `op.…(…)` of the way up."""
    for node in ast.parse(path.read_text()).body:
        if isinstance(node, ast.FunctionDef) and node.name == "upgrade":
            for each in ast.walk(node):
                if isinstance(each, ast.Call) and ast.unparse(each.func).startswith("op."):
                    yield each
