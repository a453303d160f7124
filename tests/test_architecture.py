"""Guards of the house: who imports whom, how big a room may be, what may lie on the ground."""

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from portal.tables import metadata
from tests import house

MODULE_LINES = 250
FUNCTION_LINES = 35
TOP = {"pyproject.toml", "README.md", "portal", "forms", "static", "templates", "tests"}
TOP |= {"uv.lock", "LICENSE", "CHANGELOG.md"}
PUBLIC_HOSTS = {"pypi.org", "files.pythonhosted.org"}


def functions(path: Path) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    for node in ast.walk(ast.parse((house.ROOT / path).read_text())):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def text_of(path: Path) -> str:
    """Nothing for pictures and other bytes."""
    try:
        return (house.ROOT / path).read_text()
    except UnicodeDecodeError:
        return ""


def test_imports_point_down() -> None:
    command = [str(house.PROGRAMS / "lint-imports"), "--no-logo", "--no-cache"]
    check = subprocess.run(command, cwd=house.ROOT, capture_output=True, text=True)
    assert check.returncode == 0, check.stdout + check.stderr


def test_a_module_is_a_room_and_not_a_hall() -> None:
    lengths = {str(path): len((house.ROOT / path).read_text().splitlines()) for path in house.modules()}
    assert {path: lines for path, lines in lengths.items() if lines > MODULE_LINES} == {}


def test_a_function_can_be_seen_at_once() -> None:
    lengths = {
        f"{path}: {node.name}": (node.end_lineno or node.lineno) - node.lineno + 1
        for path in house.modules()
        for node in functions(path)
    }
    assert {name: lines for name, lines in lengths.items() if lines > FUNCTION_LINES} == {}


def test_the_top_of_the_tree_holds_only_what_the_plan_names() -> None:
    entries = {path.parts[0] for path in house.files()}
    assert {entry for entry in entries if not entry.startswith(".")} <= TOP


def test_no_file_tells_where_somebody_works() -> None:
    """Neither this checkout's own path nor the home of whoever runs the tests."""
    folders = [folder for folder in (house.ROOT, Path.home()) if len(folder.parts) > 1]
    places = re.compile("|".join(rf"(?<![\w.]){re.escape(str(folder))}(?![\w.-])" for folder in folders))
    assert [str(path) for path in house.files() if places.search(text_of(path))] == []


def test_the_lock_names_only_the_public_package_index() -> None:
    hosts = set(re.findall(r"https?://([^/\"\s]+)", (house.ROOT / "uv.lock").read_text()))
    assert hosts <= PUBLIC_HOSTS


def test_the_program_knows_every_table_from_the_start() -> None:
    """A database that is at head runs no migration, whose environment would import them."""
    for module in ("portal.app", "portal.opening"):
        asked = f"import {module}, sqlmodel; print(*sqlmodel.SQLModel.metadata.tables)"
        assert set(metadata.tables) <= set(_printed(asked)), module


def test_a_command_that_serves_nothing_imports_no_pages() -> None:
    """They would add more than half to what it takes to start."""
    loaded = _printed("import portal.opening, sys; print(*sys.modules)")
    assert {"portal.web", "portal.api", "portal.jobs", "forms", "starlette", "jinja2", "wtforms"} & set(loaded) == set()


def _printed(program: str) -> list[str]:
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    return done.stdout.split()
