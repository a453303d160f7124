"""A backup under a passphrase: nobody reads it without, and nobody changes, swaps or cuts off a piece unnoticed."""

from collections.abc import Callable
from pathlib import Path

import pytest

from portal.backup import sealed_file
from portal.backup.sealed_file import MAGIC, PIECE, SALT, TAG
from portal.errors import Invalid, SettingsError

pytestmark = [pytest.mark.at_the_door, pytest.mark.covers("promises F")]

WORDS = "correct horse battery staple"
HEAD = len(MAGIC) + SALT


def sealed(path: Path, clear: bytes) -> Path:
    with path.open("wb") as file, sealed_file.sealing(file, WORDS) as out:
        for i in range(0, len(clear), 300_000):
            out.write(clear[i : i + 300_000])
    return path


@pytest.mark.parametrize("size", [0, 1, PIECE - 1, PIECE, PIECE + 1, 3 * PIECE])
def test_what_goes_in_comes_out(tmp_path: Path, size: int) -> None:
    clear = bytes(i % 251 for i in range(size))
    path = sealed(tmp_path / "one", clear)
    assert clear[:64] not in path.read_bytes() or not clear
    with sealed_file.clear(path, WORDS) as opened:
        assert opened.read_bytes() == clear
        assert opened.stat().st_mode & 0o077 == 0
    assert sorted(each.name for each in tmp_path.iterdir()) == ["one"]


def test_one_that_is_not_sealed_is_read_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "plain"
    path.write_bytes(b"a tar")
    with sealed_file.clear(path, "") as opened:
        assert opened == path


def without_a_piece(content: bytes) -> bytes:
    return content[:HEAD] + content[HEAD + PIECE + TAG :]


def swapped(content: bytes) -> bytes:
    whole = PIECE + TAG
    first, second = content[HEAD : HEAD + whole], content[HEAD + whole : HEAD + 2 * whole]
    return content[:HEAD] + second + first + content[HEAD + 2 * whole :]


CHANGES: list[Callable[[bytes], bytes]] = [
    without_a_piece,
    swapped,
    lambda content: content[: HEAD + 2 * (PIECE + TAG)],
    lambda content: content[:-1],
    lambda content: content[:HEAD],
    lambda content: content[: HEAD + 5] + bytes([content[HEAD + 5] ^ 1]) + content[HEAD + 6 :],
    lambda content: content[: HEAD - 1] + bytes([content[HEAD - 1] ^ 1]) + content[HEAD:],
    lambda content: content + b"x",
]


@pytest.mark.parametrize("change", CHANGES)
def test_every_change_is_noticed_and_nothing_is_left_behind(tmp_path: Path, change: Callable[[bytes], bytes]) -> None:
    path = sealed(tmp_path / "one", b"clients" * (PIECE // 3))
    path.write_bytes(change(path.read_bytes()))
    with pytest.raises(Invalid, match="cannot be opened"), sealed_file.clear(path, WORDS):
        pass
    assert [each.name for each in tmp_path.iterdir()] == ["one"]


def test_a_wrong_passphrase_and_none_are_told_apart(tmp_path: Path) -> None:
    path = sealed(tmp_path / "one", b"clients")
    with pytest.raises(Invalid, match="passphrase is not the one"), sealed_file.clear(path, "another"):
        pass
    with pytest.raises(SettingsError, match="PORTAL_BACKUP_PASSPHRASE"), sealed_file.clear(path, ""):
        pass
