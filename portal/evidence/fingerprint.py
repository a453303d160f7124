"""The packet as the bytes of `evidence.json`, and their SHA-256, which stands on every page of the paper: whoever holds
both can tell with one command that they belong together."""

import hashlib
import json
from collections.abc import Mapping
from typing import Any


def written(packet: Mapping[str, Any]) -> bytes:
    """`evidence.json`, to the byte; half a character of a broken sender becomes a question mark."""
    return json.dumps(packet, ensure_ascii=False, indent=1).encode("utf-8", "replace")


def of(packet: Mapping[str, Any]) -> str:
    return hashlib.sha256(written(packet)).hexdigest()
