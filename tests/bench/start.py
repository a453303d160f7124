"""V18: how long the application takes to import, beside SQLModel alone, in fresh interpreters with compiled modules."""

import subprocess
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path

from tests.bench.child import ROOT, BenchError
from tests.bench.figure import Figure
from tests.bench.pace import Pace, take_turns

_PROGRAM = "import time; start = time.process_time(); import {}; print(time.process_time() - start)"


def imports(folder: Path, pace: Pace) -> list[Figure]:
    """V18."""
    measures: dict[str, Callable[[], float]] = {
        "ours": partial(_milliseconds, "portal.app"), "floor": partial(_milliseconds, "sqlmodel")
    }  # fmt: skip
    for measure in measures.values():
        measure()  # compiles what is not compiled yet
    found = take_turns(measures, pace.rounds)
    note = "processor time; floor: import sqlmodel"
    return [Figure("V18", "import portal.app", "ms", found["ours"], found["floor"], note=note)]


def _milliseconds(module: str) -> float:
    command = [sys.executable, "-c", _PROGRAM.format(module)]
    done = subprocess.run(command, capture_output=True, text=True, cwd=ROOT)
    if done.returncode:
        raise BenchError(done.stderr)
    return float(done.stdout) * 1000
