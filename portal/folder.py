"""Where the files that are no Python lie: pages, papers and the wheel's own check all ask here."""

from pathlib import Path

_PACKAGE = Path(__file__).resolve().parent


def of(name: str) -> Path:
    """`templates` or `static`: inside the package when installed as a wheel, beside it in a checkout."""
    inside = _PACKAGE / f"_{name}"
    return inside if inside.is_dir() else _PACKAGE.parent / name
