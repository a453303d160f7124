"""What a backup says about itself: enough to refuse a wrong one before anything is touched, and to check a right one.

It names no person: ids of businesses, hashes and counts. Of the key file it has a fingerprint, never the keys.
"""

import datetime as dt
import json
import tomllib
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from importlib import metadata
from pathlib import Path
from typing import Any

from portal import clock
from portal.errors import Invalid

FORMAT = 1
_ROOT = Path(__file__).resolve().parents[2]
SQLITE, POSTGRESQL = "sqlite", "postgresql"


@dataclass(frozen=True)
class End:
    """The last entry of one business's ledger."""

    seq: int
    hash: str


@dataclass(frozen=True)
class Manifest:
    """`heads` by business; `counts` of rows by table; `size` and `sha256` of the database inside; `keys` is the
    fingerprint of the key file."""

    product: str
    schema: str
    made_at: dt.datetime
    database: str
    size: int
    sha256: str
    keys: str
    heads: Mapping[str, End]
    counts: Mapping[str, int]

    def to_json(self) -> bytes:
        values = asdict(self) | {"format": FORMAT, "made_at": clock.rfc3339(self.made_at)}
        return json.dumps(values, indent=1, sort_keys=True).encode()


def product() -> str:
    """The version of this program; in a checkout, where it is not installed itself, its project file says it."""
    try:
        return metadata.version("client-portal")
    except metadata.PackageNotFoundError:
        told = tomllib.loads((_ROOT / "pyproject.toml").read_text(encoding="utf-8"))
        return str(told["project"]["version"])


def parse(text: bytes) -> Manifest:
    """Raises Invalid for anything that is no manifest of ours."""
    try:
        return _read(json.loads(text))
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise Invalid("This file is no backup of the portal: its manifest cannot be read.") from error


def _read(found: Any) -> Manifest:
    if found["format"] != FORMAT:
        raise Invalid("This backup was made by a newer program. Update this one.")
    if found["database"] not in (SQLITE, POSTGRESQL):
        raise ValueError(found["database"])
    texts = {name: str(found[name]) for name in ("product", "schema", "database", "sha256", "keys")}
    made_at = dt.datetime.fromisoformat(found["made_at"])
    heads = {str(name): End(int(end["seq"]), str(end["hash"])) for name, end in found["heads"].items()}
    counts = {str(name): int(count) for name, count in found["counts"].items()}
    return Manifest(**texts, made_at=made_at, size=int(found["size"]), heads=heads, counts=counts)
