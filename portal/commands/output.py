"""What commands say: sentences for people, JSON for scripts, both on standard output."""

import json
import sys
from typing import Any


def say(line: str = "") -> None:
    """One line, at once: a script that waits for it must not wait for a buffer."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def answer(values: dict[str, Any], *, as_json: bool, sentence: str) -> int:
    """Tell what was done, as JSON where `--json` asks for it; the exit code of success."""
    say(json.dumps(values, ensure_ascii=False) if as_json else sentence)
    return 0
