"""Makes a golden database: the demo's three weeks, as the program of that time wrote them, packed small.

In a checkout of the state to keep (`git worktree add FOLDER COMMIT`), with the environment of the project:
    PYTHONPATH=FOLDER python tests/golden/make.py tests/golden
The file is named after its schema. Its keys are the ones below and protect nothing.
"""

import json
import lzma
import sqlite3
import sys
import tempfile
from contextlib import closing
from pathlib import Path

KEYS = {"evidence": "0123456789abcdef" * 4, "suppression": "fedcba9876543210" * 4}


def make(folder: Path) -> Path:
    from portal import demo, schema

    with tempfile.TemporaryDirectory() as place:
        work = Path(place)
        (work / "portal.keys").write_text(json.dumps(KEYS), encoding="utf-8")
        app, _ = demo.create(work, "http://127.0.0.1:8000")
        app.state.database.dispose()
        with closing(sqlite3.connect(work / "portal.db")) as connection:
            text = "\n".join(connection.iterdump())
        made = folder / f"schema_{schema.HEAD}.sql.xz"
        made.write_bytes(lzma.compress(text.encode(), preset=9 | lzma.PRESET_EXTREME))
    return made


def unpack(schema: str, to: Path) -> Path:
    """The database of that schema as a file, with its keys beside it."""
    packed = Path(__file__).with_name(f"schema_{schema}.sql.xz").read_bytes()
    path = to / "portal.db"
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.executescript(lzma.decompress(packed).decode())
    (to / "portal.keys").write_text(json.dumps(KEYS), encoding="utf-8")
    return path


if __name__ == "__main__":
    made = make(Path(sys.argv[1]))
    print(f"{made}: {made.stat().st_size:,} bytes")
