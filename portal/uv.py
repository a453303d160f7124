"""The one program that fills `.venv` from the lock: found on this machine, or fetched once with pip.

Standard library only, and nothing that Python 3.8 could not read (see `bootstrap.py`).
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

VERSION = "0.13.9"
OLDEST = (0, 13)
ONLINE = "is this machine online?"


class SetupError(Exception):
    """The dependencies could not be installed; the text is the sentence to show."""


def synchronise(root: Path, environment: Path, *, dev: bool, has_python: bool) -> None:
    """Bring the environment to the lock. `--inexact`: starting the product never takes a developer's tools away."""
    command = [str(_find(root / ".tools")), "sync", "--quiet", "--frozen", "--inexact", "--no-install-project"]
    command += ["--group", "dev"] if dev else ["--no-dev"]
    if not has_python:
        command += ["--python", sys.executable]
    say(f"installing the locked packages into {environment} …")
    _run(
        command,
        f"the locked packages could not be installed ({ONLINE})",
        cwd=root,
        UV_PROJECT_ENVIRONMENT=str(environment),
        UV_PYTHON_DOWNLOADS="never",
    )


def _find(tools: Path) -> Path:
    """Ours if it is there, else the machine's if it is new enough, else ours from the package index."""
    ours = tools / f"uv-{VERSION}"
    if not (ours / "bin" / "uv").exists():
        found = shutil.which("uv")
        if found and _version(found) >= OLDEST:
            return Path(found)
        _download(ours)
    return ours / "bin" / "uv"


def _version(uv: str) -> tuple[int, ...]:
    """Zero for one that cannot be run, as the shims of version switchers sometimes cannot."""
    answer = subprocess.run([uv, "--version"], capture_output=True, text=True, stdin=subprocess.DEVNULL)
    words = answer.stdout.split()
    if answer.returncode or len(words) < 2:
        return (0,)
    return tuple(int(part) for part in words[1].split(".") if part.isdigit())


def _download(folder: Path) -> None:
    """Into a folder of its own, which pip may fill even where the system's Python is closed to it (PEP 668)."""
    python = _python_with_pip()
    say(f"getting uv {VERSION}, once …")
    unfinished = folder.with_name(f"{folder.name}.{os.getpid()}")
    _run(
        [python, "-m", "pip", "install", "--quiet", "--no-input", "--target", str(unfinished), f"uv=={VERSION}"],
        f"uv could not be downloaded from the package index ({ONLINE})",
        cwd=folder.parent.parent,
        PIP_USER="0",
        PIP_REQUIRE_VIRTUALENV="0",
        PIP_RETRIES="2",
    )
    try:
        unfinished.rename(folder)
    except OSError:  # another start was quicker: use its copy
        shutil.rmtree(unfinished)


def _python_with_pip() -> str:
    """This Python, or the one that its virtual environment was made from."""
    for python in (sys.executable, getattr(sys, "_base_executable", sys.executable)):
        asked = [python, "-m", "pip", "--version"]
        if not subprocess.run(asked, capture_output=True, stdin=subprocess.DEVNULL).returncode:
            return python
    raise SetupError(
        f"{sys.executable} has no pip to fetch the dependencies with. Install pip (on Debian: apt-get install "
        "python3-pip) or uv (https://docs.astral.sh/uv), then start again."
    )


def _run(command: list[str], failure: str, *, cwd: Path, **settings: str) -> None:
    inherited = {name: value for name, value in os.environ.items() if name != "VIRTUAL_ENV"}
    done = subprocess.run(
        command,
        cwd=cwd,
        env={**inherited, **settings},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    if done.returncode:
        raise SetupError(f"{failure}. {Path(command[0]).name} said:\n{done.stdout.strip()}")


def say(line: str) -> None:
    """On stderr: what a command prints on stdout belongs to whoever reads it."""
    print(f"portal: {line}", file=sys.stderr, flush=True)
