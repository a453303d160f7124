"""A PostgreSQL cluster that cannot outlive the tests: made in a temporary folder, gone when standard input closes.

Run as a program of its own (`python tests/postgres_server.py`), because a test session can be killed at any moment and
the kernel then closes the pipe for it. Only a socket in the folder leads in: no port to race for or to guard.
"""

import os
import pwd
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

DEBIAN = Path("/usr/lib/postgresql")
SUPERUSER = "postgres"
ROLE = "portal"
TENANT = "CREATE ROLE portal_tenant NOLOGIN; GRANT portal_tenant TO portal"

MEMORY = Path("/dev/shm")
ROOM = 2 * 2**30  # bytes

# Nobody needs these rows after a crash, so no fsync; commits stay synchronous, as the product demands at its start.
SETTINGS = {
    "listen_addresses": "",
    "autovacuum": "off",  # its worker may sit in a database that a test is done with, and cannot be thrown out
    "fsync": "off",
    "full_page_writes": "off",
    "synchronous_commit": "on",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "max_wal_size": "256MB",
    "max_connections": "200",
    "timezone": "UTC",
}


def find_binaries() -> Path | None:
    """The folder with `initdb` and `postgres`: `PORTAL_TEST_POSTGRES_BIN`, Debian's newest, or the path's."""
    versions = sorted(DEBIAN.glob("*/bin"), key=lambda folder: float(folder.parent.name), reverse=True)
    on_path = shutil.which("initdb")
    candidates = [os.environ.get("PORTAL_TEST_POSTGRES_BIN"), *versions, on_path and Path(on_path).resolve().parent]
    for folder in candidates:
        if folder and (Path(folder) / "initdb").exists() and (Path(folder) / "postgres").exists():
            return Path(folder)
    return None


def main() -> None:
    binaries = find_binaries()
    if binaries is None:
        sys.exit("PostgreSQL's initdb was not found; set PORTAL_TEST_POSTGRES_BIN to its folder.")
    folder = Path(tempfile.mkdtemp(prefix="portal-postgres-", dir=_root()))
    try:
        _serve(binaries, folder)
    finally:
        shutil.rmtree(folder)


def in_memory(room: int) -> Path | None:
    """A folder that is kept in memory, where programs may run and so many bytes are free. Every test here copies a
    database of 900 files, which costs a disk two to ten times as much."""
    try:
        is_runnable = not os.statvfs(MEMORY).f_flag & getattr(os, "ST_NOEXEC", 0)
        has_room = os.access(MEMORY, os.W_OK) and shutil.disk_usage(MEMORY).free >= room
    except OSError:
        return None
    return MEMORY if is_runnable and has_room else None


def _root() -> Path:
    """/tmp by name: a socket's path may have 107 letters, and other temporary folders are longer or closed to us."""
    return in_memory(ROOM) or Path("/tmp")


def _serve(binaries: Path, folder: Path) -> None:
    data = str(folder / "data")
    user = _owner(folder)
    options = " ".join(f"-c {name}='{value}'" for name, value in SETTINGS.items())
    start = ["pg_ctl", "start", "-w", "-s", "-D", data, "-l", str(folder / "log"), "-o", f"-k {folder} {options}"]
    initdb = ["initdb", "-D", data, "-U", SUPERUSER, "--encoding=UTF8", "--locale=C", "--auth=trust", "--no-sync"]
    _run(binaries, initdb, folder=folder, user=user)
    try:
        _run(binaries, start, folder=folder, user=user)
        _run(binaries, ["createuser", "-h", str(folder), "-U", SUPERUSER, "--createdb", ROLE], folder=folder, user=user)
        psql = ["psql", "-q", "-h", str(folder), "-U", SUPERUSER, "-c", TENANT, "postgres"]
        _run(binaries, psql, folder=folder, user=user)
        print(folder, flush=True)
        sys.stdin.read()
    finally:
        _run(binaries, ["pg_ctl", "stop", "-s", "-m", "immediate", "-D", data], folder=folder, user=user)


def _owner(folder: Path) -> str | None:
    """PostgreSQL refuses to run as root: then it runs as its Debian user, or as nobody."""
    if os.geteuid() != 0:
        return None
    names = {entry.pw_name for entry in pwd.getpwall()}
    owner = SUPERUSER if SUPERUSER in names else "nobody"
    shutil.chown(folder, owner)
    return owner


def _run(binaries: Path, command: list[str], *, folder: Path, user: str | None) -> None:
    """Output goes to a file: a pipe would be kept open by the server that `pg_ctl` leaves behind."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PG")}
    with (folder / "setup.log").open("ab") as log:
        done = subprocess.run(
            [str(binaries / command[0]), *command[1:]],
            cwd=folder,
            env=environment,
            user=user,
            group=pwd.getpwnam(user).pw_gid if user else None,
            extra_groups=[] if user else None,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
        )
    if done.returncode:
        logs = [path.read_text(errors="replace") for path in (folder / "setup.log", folder / "log") if path.exists()]
        sys.exit(f"{command[0]} failed (code {done.returncode}):\n" + "\n".join(logs))


if __name__ == "__main__":
    main()
