"""The verifier that ships in every packet: one short file, Python alone, a sentence for whatever it is given."""

import ast
import json
import random
import subprocess
import sys
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest

from portal.evidence import proving, sealing, verifier
from tests.sealing.conftest import Desk, copied

pytestmark = pytest.mark.covers("P11", "promises F")
SOURCE = Path(verifier.__file__)


def stranger(desk: Desk, *arguments: str | Path) -> subprocess.CompletedProcess[str]:
    """Somebody with nothing but Python and the files they were given."""
    program = desk.folder / "verify.py"
    program.write_bytes(SOURCE.read_bytes())
    command = [sys.executable, "-I", str(program), *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=60, cwd=desk.folder)


@pytest.mark.at_the_door
def test_it_is_short_and_needs_only_the_standard_library() -> None:
    text = SOURCE.read_text(encoding="utf-8")
    assert len(text.splitlines()) < 150
    imports = [node for node in ast.walk(ast.parse(text)) if isinstance(node, ast.Import | ast.ImportFrom)]
    names = {each.module if isinstance(each, ast.ImportFrom) else each.names[0].name for each in imports}
    assert {str(name).partition(".")[0] for name in names} <= sys.stdlib_module_names


def test_a_stranger_checks_a_packet_with_python_alone(desk: Desk) -> None:
    desk.fill(5)
    mailed = desk.checkpoint().note
    desk.fill(3)
    file = desk.file()
    packet = desk.write("evidence.json", json.dumps(file, ensure_ascii=False))
    mail = desk.write("mail.txt", f"Please keep this mail.\n\n{mailed}\nPublic key …")
    done = stranger(desk, packet, mail, "--key", file["checkpoint"]["key"])
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith(f"All 5 entries are as they were signed with the key {file['checkpoint']['key']}. ")
    forged = copied(file, lambda each: each["entries"][0].update(words="I never agreed"))
    desk.write("evidence.json", json.dumps(forged))
    done = stranger(desk, packet, mail)
    assert (done.returncode, done.stderr) == (1, "")
    assert done.stdout == "Entry 1 tells something else than what was sealed.\n"


def said(capsys: pytest.CaptureFixture[str], *arguments: str | Path) -> tuple[int, str]:
    code = verifier.main([str(each) for each in arguments])
    return code, capsys.readouterr().out


def test_a_mail_may_be_saved_as_the_mail_program_does_it(desk: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    desk.fill(3)
    mail = EmailMessage()
    mail["Subject"] = "Seal"
    mail.set_content(f"Please keep this mail.\n\n{desk.checkpoint().note}\nRegards, Alícia")
    (desk.folder / "seal.eml").write_bytes(mail.as_bytes())
    packet = desk.write("evidence.json", json.dumps(desk.file()))
    assert said(capsys, packet, desk.folder / "seal.eml")[0] == 0


def test_a_checkpoint_that_contradicts_or_cannot_be_compared_is_named(
    desk: Desk, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sealing, "EXPORTS", 0)
    desk.fill(3)
    desk.checkpoint()
    desk.fill(1)
    unmailed = desk.checkpoint(is_mailed=False).note
    desk.fill(1)
    packet = desk.write("evidence.json", json.dumps(desk.file()))
    code, out = said(capsys, packet, desk.write("mail.txt", unmailed))
    assert code == 1
    assert "of 4 entries that you gave cannot be compared; those of [3, 5] entries can" in out


@pytest.mark.at_the_door
@pytest.mark.parametrize(
    "raw", [b"", b"{", b"null", b"[]", b"{}", b"\xff\xfe", b'{"entries": 3}', b"[" * 90_000, b"1" * 5000, b'"\\ud800"']
)
def test_what_is_no_evidence_gets_a_sentence(raw: bytes, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "evidence.json"
    path.write_bytes(raw)
    assert said(capsys, path)[0] == 1
    assert proving.file_problem(raw) == "This is not an evidence file."


@pytest.mark.at_the_door
def test_missing_files_and_arguments_get_a_sentence(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for arguments in ([], ["--key"], ["--key", "x"], [str(tmp_path / "absent.json")], [str(tmp_path)]):
        code, out = said(capsys, *arguments)
        assert code == 1
        assert out.startswith("This cannot be read as evidence: ")


ODD: tuple[Any, ...] = (None, True, -1, 0, 2**70, 1.5, "", "x", "\ud800", "00", [], {}, [[]], {"seq": 1}, "A" * 300)


def test_broken_files_get_a_sentence_and_never_a_traceback(desk: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    """Anything anywhere replaced by anything: it is told as wrong, or was something that is not sealed."""
    desk.fill(3)
    desk.checkpoint()
    desk.fill(3)
    file, chance = desk.file(), random.Random(6962)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(verifier, "is_signed", lambda *asked: True)  # what takes the time; the other tests have it
        for _ in range(150):
            broken = copied(file, lambda each: spoil(each, chance))
            code, out = said(capsys, desk.write("evidence.json", json.dumps(broken)))
            assert code in (0, 1)
            assert out.strip()
            assert isinstance(proving.file_problem(json.dumps(broken).encode()), str)


def spoil(file: Any, chance: random.Random) -> None:
    """Goes down by chance, and puts something odd where it ends."""
    place = file
    while True:
        keys = list(place) if isinstance(place, dict) else list(range(len(place)))
        name = chance.choice(keys)
        if isinstance(place[name], dict | list) and place[name] and chance.random() < 0.85:
            place = place[name]
            continue
        place[name] = chance.choice(ODD)
        return


def test_the_program_checks_the_same_file_and_what_it_adds_up_to(desk: Desk) -> None:
    desk.fill(5)
    mailed = desk.checkpoint().note
    desk.fill(2)
    file = desk.file()
    raw = json.dumps(file).encode()
    assert proving.file_problem(raw, [mailed], file["checkpoint"]["key"]) == ""
    lied = copied(file, lambda each: each["state"].update(status="declined"))
    assert proving.file_problem(json.dumps(lied).encode()) == "The state is not what the entries add up to."
    assert proving.file_problem(raw, key="QUJD") == "The file was signed with another key than the one that you gave."
    old = {name: each for name, each in file.items() if name not in ("checkpoint", "inclusion", "earlier")}
    old["format"] = "portal-evidence-1"
    assert proving.file_problem(json.dumps(old).encode()) == ""
    assert "old format" in proving.file_problem(json.dumps(old).encode(), [mailed])
