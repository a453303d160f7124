"""What the tests need from the machine beside Python packages: a Chromium, PostgreSQL's programs, and strace on Linux.

They are looked for first and installed with Debian's apt-get only where they are missing.
"""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from tests import postgres_server

BROWSERS = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
"""The first has no window to draw and costs a third less time."""
MAC_BROWSER = Path("/Applications/Google Chrome.app/Contents/MacOS/Google Chrome")


class MissingProgramError(Exception):
    """Neither found nor installable; the text says what to do."""


def find_browser() -> Path | None:
    """`PORTAL_TEST_CHROMIUM` first, then what is on the path."""
    for name in (os.environ.get("PORTAL_TEST_CHROMIUM", ""), *BROWSERS):
        if found := shutil.which(name):
            return Path(found)
    return MAC_BROWSER if MAC_BROWSER.exists() else None


def provide_browser() -> Path:
    setting = "PORTAL_TEST_CHROMIUM, the path of a Chromium or Chrome"
    return _provide(find_browser, packages=("chromium-headless-shell", "chromium"), setting=setting)


def provide_postgres() -> Path:
    setting = "PORTAL_TEST_POSTGRES_BIN, the folder of initdb and postgres"
    return _provide(postgres_server.find_binaries, packages=("postgresql",), setting=setting)


def find_strace() -> Path | None:
    """Only Linux has it, and only there is it needed."""
    found = shutil.which(os.environ.get("PORTAL_TEST_STRACE", "strace"))
    return Path(found) if found else None


def provide_strace() -> Path | None:
    if sys.platform != "linux":
        return None
    return _provide(find_strace, packages=("strace",), setting="PORTAL_TEST_STRACE, the path of strace")


def _provide(find: Callable[[], Path | None], *, packages: Sequence[str], setting: str) -> Path:
    """Installs the first of the packages that this distribution has; the last is the one that every one has."""
    if found := find():
        return found
    usual = packages[-1]
    _install(packages, hint=f"Install {usual} (on Debian: apt-get install {usual}) or set {setting}.")
    if found := find():
        return found
    raise MissingProgramError(f"{usual} was installed but is not found. Set {setting}.")


def _install(packages: Sequence[str], *, hint: str) -> None:
    privilege = _privilege()
    if privilege is None or not shutil.which("apt-get"):
        raise MissingProgramError(f"{packages[-1]} is missing, and this user cannot install it here. {hint}")
    print(f"installing {packages[0]} with apt-get …", flush=True)
    # Part of the lists may be out of reach without harm; what matters is whether the package then installs.
    _run([*privilege, "apt-get", "update", "-qq"])
    command = [*privilege, "apt-get", "install", "--yes", "-qq", "--no-install-recommends"]
    output = ""
    for package in packages:
        if not (output := _run([*command, package])):
            return
    raise MissingProgramError(f"apt-get could not install {packages[-1]}. {hint} It said:\n{output}")


def _privilege() -> list[str] | None:
    """What to put before a command that only root may give; nothing can be asked of anybody: there is no terminal."""
    if os.geteuid() == 0:
        return ["env", "DEBIAN_FRONTEND=noninteractive"]
    if shutil.which("sudo") and not _run(["sudo", "-n", "true"]):
        return ["sudo", "-n", "env", "DEBIAN_FRONTEND=noninteractive"]
    return None


def _run(command: list[str]) -> str:
    """The output of a command that failed; nothing for one that did well."""
    done = subprocess.run(
        command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
    return (done.stdout.strip() or f"exit code {done.returncode}") if done.returncode else ""
