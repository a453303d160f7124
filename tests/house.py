"""Where things lie in the checkout, for the tests that guard it."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PROGRAMS = Path(sys.executable).parent


def files() -> list[Path]:
    """Every file of the project, committed or about to be, relative to the root; what git ignores is none of ours."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"]
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    return [Path(name) for name in listed.split("\0") if name and (ROOT / name).is_file()]


def modules() -> list[Path]:
    """The product's own Python, without the dated steps of the schema."""
    return [
        path
        for path in files()
        if path.suffix == ".py" and path.parts[0] in ("portal", "forms") and "versions" not in path.parts
    ]
