"""A wheel must run as a checkout does: everything the product reads is in it, and nothing else."""

import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from tests import house

FOLDERS = {"portal": "portal", "forms": "forms", "static": "portal/_static", "templates": "portal/_templates"}


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> zipfile.ZipFile:
    """Built by the locked hatchling itself, so that no build environment has to be downloaded."""
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", str(folder)]
    subprocess.run(command, cwd=house.ROOT, capture_output=True, check=True)
    [built] = folder.glob("*.whl")
    return zipfile.ZipFile(built)


def in_wheel(path: Path) -> str:
    return str(Path(FOLDERS[path.parts[0]], *path.parts[1:]))


def information(wheel: zipfile.ZipFile, name: str) -> str:
    [entry] = [entry for entry in wheel.namelist() if entry.endswith(f".dist-info/{name}")]
    return wheel.read(entry).decode()


def test_the_wheel_holds_every_file_of_the_product_and_no_other(wheel: zipfile.ZipFile) -> None:
    expected = {in_wheel(path) for path in house.files() if path.parts[0] in FOLDERS}
    assert {name for name in wheel.namelist() if ".dist-info/" not in name} == expected


def test_the_wheel_holds_the_licence(wheel: zipfile.ZipFile) -> None:
    assert information(wheel, "licenses/LICENSE") == (house.ROOT / "LICENSE").read_text()


def test_the_wheel_brings_the_portal_command(wheel: zipfile.ZipFile) -> None:
    assert "portal = portal.__main__:main" in information(wheel, "entry_points.txt").splitlines()
