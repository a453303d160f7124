"""A bare machine, a machine behind the lock, a machine without network: what `python3 -m portal` does first on each."""

import importlib.metadata
import os
import re
import shutil
import site
import subprocess
import sys
import tomllib
from dataclasses import dataclass
from pathlib import Path

import pytest

from portal import bootstrap
from tests import house

PROBE = """
import os, sys
from portal import bootstrap
bootstrap.ensure(dev=sys.argv[1] == "dev")
print(sys.prefix, *sys.argv[1:], os.environ.get("PYTHONDONTWRITEBYTECODE", "-"))
"""

# Stands in for the real one: makes the environment out of the packages that these tests run on.
UV = """#!/bin/sh
if [ "$1" = --version ]; then echo "uv 0.13.9"; exit; fi
echo "$@" >> {calls}
if [ -e {offline} ]; then echo "no route to the index" >&2; exit 2; fi
{python} -m venv --without-pip "$UV_PROJECT_ENVIRONMENT"
if [ ! -e {empty} ]; then cd "$UV_PROJECT_ENVIRONMENT"/lib/python*/site-packages && echo {packages} > real.pth; fi
"""


@dataclass(frozen=True)
class Clone:
    """A checkout beside which only a uv can be found, and the bare Python to start it with."""

    root: Path

    @property
    def environment(self) -> Path:
        return self.root / ".venv"

    @property
    def python(self) -> str:
        return getattr(sys, "_base_executable", sys.executable)

    @property
    def calls(self) -> list[str]:
        path = self.root / "calls"
        return path.read_text().splitlines() if path.exists() else []

    def note(self, name: str) -> None:
        (self.root / name).touch()

    def start(
        self, kind: str = "dev", *, python: str | None = None, **settings: str
    ) -> subprocess.CompletedProcess[str]:
        path = f"{self.root / 'bin'}:{os.defpath}"
        return subprocess.run(
            [python or self.python, "probe.py", kind, "and more"],
            cwd=self.root,
            env={"PATH": path, "PYTHONDONTWRITEBYTECODE": "1", **settings},
            capture_output=True,
            text=True,
        )


@pytest.fixture
def clone(tmp_path: Path) -> Clone:
    (tmp_path / "portal").mkdir()
    for name in ("__init__.py", "bootstrap.py", "uv.py"):
        shutil.copy(house.ROOT / "portal" / name, tmp_path / "portal")
    for name, text in {"pyproject.toml": "", "uv.lock": "first", "probe.py": PROBE}.items():
        (tmp_path / name).write_text(text)
    clone = Clone(tmp_path)
    notes = {name: tmp_path / name for name in ("calls", "offline", "empty")}
    uv = tmp_path / "bin" / "uv"
    uv.parent.mkdir()
    uv.write_text(UV.format(python=clone.python, packages=site.getsitepackages()[0], **notes))
    uv.chmod(0o755)
    return clone


def test_a_bare_python_starts_again_in_the_locked_environment_with_the_same_words(clone: Clone) -> None:
    done = clone.start()
    assert done.stdout == f"{clone.environment} dev and more -\n", done.stderr


def test_the_lock_is_installed_as_it_is(clone: Clone) -> None:
    clone.start()
    [call] = clone.calls
    assert {"sync", "--frozen", "--inexact"} <= set(call.split())


def test_a_second_start_installs_nothing_and_says_nothing(clone: Clone) -> None:
    clone.start()
    assert clone.start().stderr == ""
    assert len(clone.calls) == 1


def test_a_lock_that_changed_is_installed_at_the_next_start(clone: Clone) -> None:
    clone.start()
    (clone.root / "uv.lock").write_text("second")
    clone.start()
    assert len(clone.calls) == 2


def test_a_first_start_without_network_ends_in_a_sentence(clone: Clone) -> None:
    clone.note("offline")
    done = clone.start()
    assert done.returncode == 1
    assert "could not be installed (is this machine online?). uv said:\nno route to the index" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_product_behind_the_lock_starts_without_network_all_the_same(clone: Clone) -> None:
    clone.start()
    (clone.root / "uv.lock").write_text("second")
    clone.note("offline")
    done = clone.start("product", python=str(clone.environment / "bin" / "python"))
    assert done.stdout.startswith(str(clone.environment)), done.stderr
    assert "going on with the packages installed before" in done.stderr


def test_the_tests_never_run_on_anything_but_the_lock(clone: Clone) -> None:
    clone.start()
    (clone.root / "uv.lock").write_text("second")
    clone.note("offline")
    assert clone.start("dev").returncode == 1


def test_an_environment_that_stays_incomplete_is_named_and_not_tried_for_ever(clone: Clone) -> None:
    clone.note("empty")
    done = clone.start()
    assert done.returncode == 1
    assert "lacks alembic" in done.stderr
    assert len(clone.calls) == 1


def test_a_python_that_is_too_old_gets_a_sentence(clone: Clone) -> None:
    module = clone.root / "portal" / "bootstrap.py"
    module.write_text(module.read_text().replace("OLDEST_PYTHON = (3, 11)", "OLDEST_PYTHON = (99, 0)"))
    done = clone.start()
    assert done.returncode == 1
    assert "3.11 or newer is needed" in done.stderr


def test_without_pip_and_without_uv_the_sentence_says_what_to_install(clone: Clone) -> None:
    (clone.root / "bin" / "uv").unlink()
    (clone.root / "pip.py").write_text("raise SystemExit(1)")
    done = clone.start(PYTHONPATH=str(clone.root))
    assert done.returncode == 1
    assert "apt-get install python3-pip" in done.stderr


def test_an_installed_wheel_installs_nothing(clone: Clone) -> None:
    (clone.root / "pyproject.toml").unlink()
    done = clone.start()
    assert done.stdout.endswith(" dev and more 1\n"), done.stderr
    assert clone.calls == []


def test_a_product_environment_is_not_enough_for_the_tests(tmp_path: Path) -> None:
    checkout = bootstrap.Checkout(tmp_path)
    checkout.python.parent.mkdir(parents=True)
    checkout.python.touch()
    (tmp_path / "uv.lock").touch()
    checkout.write_stamp(dev=False)
    assert (checkout.is_fresh(dev=False), checkout.is_fresh(dev=True)) == (True, False)
    checkout.write_stamp(dev=True)
    assert (checkout.is_fresh(dev=False), checkout.is_fresh(dev=True)) == (True, True)


def test_the_first_step_needs_nothing_but_the_standard_library() -> None:
    program = "import sys; sys.path.insert(0, '.'); import portal.__main__, portal.bootstrap"
    subprocess.run([sys.executable, "-I", "-S", "-c", program], cwd=house.ROOT, check=True)


def test_every_dependency_is_looked_for() -> None:
    declared = tomllib.loads((house.ROOT / "pyproject.toml").read_text())["project"]["dependencies"]
    names = {re.split(r"[^\w-]", requirement)[0] for requirement in declared}
    distributions = importlib.metadata.packages_distributions()
    found = {name.lower() for module in bootstrap.MODULES for name in distributions[module]}
    assert names - found == set()
