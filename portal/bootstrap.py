"""Brings a bare machine to the locked dependencies, so that `python3 -m portal` is the only command to know.

Standard library only, and nothing that Python 3.8 could not read: an old Python shall get a sentence, not a traceback.
An installed wheel brings its dependencies with it; all this is for a checkout.
"""

from __future__ import annotations

import hashlib
import importlib.util
import os
import sys
import time
from dataclasses import dataclass
from pathlib import Path

from portal import uv

OLDEST_PYTHON = (3, 11)
RESTARTED = "_PORTAL_RESTARTED"
MODULES = [
    "alembic",
    "apscheduler",
    "argon2",
    "cryptography",
    "fpdf",
    "httptools",
    "itsdangerous",
    "jinja2",
    "phonenumbers",
    "psycopg",
    "psycopg_pool",
    "pydantic",
    "python_multipart",
    "segno",
    "sqlalchemy",
    "sqlmodel",
    "starlette",
    "tzdata",
    "uvicorn",
    "uvloop",
    "wtforms",
]


@dataclass(frozen=True)
class Checkout:
    """A clone of the project, with the environment in it."""

    root: Path

    @property
    def is_complete(self) -> bool:
        """A wheel has neither file beside the package."""
        return (self.root / "pyproject.toml").is_file() and (self.root / "uv.lock").is_file()

    @property
    def environment(self) -> Path:
        return self.root / ".venv"

    @property
    def python(self) -> Path:
        return self.environment / "bin" / "python"

    @property
    def stamp(self) -> Path:
        """Tells which lock the environment was filled from, so that `git pull` is noticed."""
        return self.environment / "portal.stamp"

    @property
    def is_running(self) -> bool:
        """Is this very process one of the environment's?"""
        return Path(sys.prefix).resolve() == self.environment.resolve()

    def lock_hash(self) -> str:
        return hashlib.sha256((self.root / "uv.lock").read_bytes()).hexdigest()

    def is_fresh(self, *, dev: bool) -> bool:
        """A development environment is good enough for the product, not the other way round."""
        if not self.python.exists() or not self.stamp.is_file():
            return False
        recorded, _, groups = self.stamp.read_text().strip().partition(" ")
        return recorded == self.lock_hash() and (groups == "dev" or not dev)

    def write_stamp(self, *, dev: bool) -> None:
        self.stamp.write_text(f"{self.lock_hash()} {'dev' if dev else 'product'}\n")


def ensure(*, dev: bool = False) -> None:
    """Return if this process can import the locked dependencies; else install them and start it again in `.venv`.

    The product takes any Python that has them all; `dev` (the tests) only the locked environment itself.
    """
    checkout = Checkout(Path(__file__).resolve().parent.parent)
    if not checkout.is_complete:
        return
    if checkout.is_running:
        _allow_bytecode()
    was_restarted = os.environ.pop(RESTARTED, None) is not None
    if _is_ready(checkout, dev=dev):
        return
    try:
        _demand_python()
        if was_restarted:
            _demand_modules(checkout)
            return
        if not checkout.is_fresh(dev=dev):
            _fill(checkout, dev=dev)
    except uv.SetupError as problem:
        sys.exit(f"portal: {problem}")
    _restart(checkout)


def _allow_bytecode() -> None:
    """Without .pyc files every start compiles all dependencies again: 3 seconds instead of 0.8."""
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    sys.dont_write_bytecode = False


def _is_ready(checkout: Checkout, *, dev: bool) -> bool:
    if checkout.is_running:
        return checkout.is_fresh(dev=dev) and not _missing()
    return not dev and not _missing()


def _missing() -> list[str]:
    return [name for name in MODULES if importlib.util.find_spec(name) is None]


def _demand_python() -> None:
    if sys.version_info < OLDEST_PYTHON:
        raise uv.SetupError(
            f"this is Python {sys.version.split()[0]} ({sys.executable}), and 3.11 or newer is needed. "
            "Start it with a newer one, for example: python3.11 -m portal"
        )


def _demand_modules(checkout: Checkout) -> None:
    """After a restart the environment is all there is: no second try, or it would never end."""
    missing = _missing()
    if missing:
        raise uv.SetupError(
            f"{checkout.environment} lacks {', '.join(missing)}. Remove that folder and start again; it is made anew."
        )


def _fill(checkout: Checkout, *, dev: bool) -> None:
    """A product merely behind the lock starts all the same: texting must survive a lost network."""
    started = time.monotonic()
    has_python = checkout.python.exists()
    try:
        uv.synchronise(checkout.root, checkout.environment, dev=dev, has_python=has_python)
    except uv.SetupError as problem:
        if dev or not has_python:
            raise
        uv.say(f"going on with the packages installed before, because {problem}")
    else:
        checkout.write_stamp(dev=dev)
        uv.say(f"ready after {time.monotonic() - started:.1f} s.")


def _restart(checkout: Checkout) -> None:
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    python = str(checkout.python)
    os.execve(python, [python, *sys.orig_argv[1:]], {**environment, RESTARTED: "1"})
