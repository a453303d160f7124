"""The one command of the tests, and what it says where it cannot do its work."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests import house, machine


def check(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "tests/check", *arguments]
    return subprocess.run(command, cwd=house.ROOT, capture_output=True, text=True, stdin=subprocess.DEVNULL)


def test_one_step_can_be_run_alone() -> None:
    done = check("--only", "imports")
    assert done.returncode == 0, done.stdout + done.stderr
    headings = [line for line in done.stdout.splitlines() if line.startswith("== ")]
    assert {heading.partition(":")[0] for heading in headings} == {"== who may import whom"}


def test_a_step_that_does_not_exist_is_wrong_usage() -> None:
    done = check("--only", "imports,spelling")
    assert done.returncode == 2
    assert "there is no step spelling" in done.stderr


@pytest.fixture
def nobody(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A user who may install nothing, on a machine that has nothing."""
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.delenv("PORTAL_TEST_CHROMIUM", raising=False)
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    monkeypatch.setattr(machine, "MAC_BROWSER", tmp_path / "none")


@pytest.mark.usefixtures("nobody")
def test_a_browser_that_cannot_be_installed_is_a_sentence_with_a_way_out() -> None:
    with pytest.raises(machine.MissingProgramError, match=r"apt-get install chromium\) or set PORTAL_TEST_CHROMIUM"):
        machine.provide_browser()


@pytest.mark.usefixtures("nobody")
def test_a_browser_of_ones_own_can_be_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    own = tmp_path / "my-chromium"
    own.touch(mode=0o755)
    monkeypatch.setenv("PORTAL_TEST_CHROMIUM", str(own))
    assert machine.provide_browser() == own
