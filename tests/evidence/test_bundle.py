"""The ZIP: the same packet makes the same bytes, and everything in it is what it says."""

import hashlib
import io
import json
import zipfile
from typing import Any

import pytest

from portal.evidence import bundle, paper
from tests.evidence.sample import sample_packet

PAPER = b"a scanned paper"


@pytest.fixture
def packet(monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """The paper has tests of its own, and takes its time."""
    monkeypatch.setattr(paper, "of", lambda packet: b"%PDF-1.7 " + packet["made_at"].encode())
    return sample_packet()


def opened(packet: dict[str, Any]) -> zipfile.ZipFile:
    return zipfile.ZipFile(io.BytesIO(bundle.of(packet, {"1-paper.pdf": PAPER})))


def test_it_holds_the_paper_the_data_the_checker_and_the_files(packet: dict[str, Any]) -> None:
    found = opened(packet)
    assert found.testzip() is None
    assert found.namelist() == [
        "READ-ME.txt", "evidence.pdf", "evidence.json", "verify.py", "attachments/1-paper.pdf",
    ]  # fmt: skip
    assert json.loads(found.read("evidence.json")) == packet
    assert found.read("verify.py").decode() == packet["verifier"]


def test_a_file_is_the_one_whose_hash_the_consent_names(packet: dict[str, Any]) -> None:
    (named,) = packet["consents"][0]["attachments"]
    found = opened(packet)
    assert hashlib.sha256(found.read("attachments/1-paper.pdf")).hexdigest() == named["sha256"]
    assert named["sha256"] in found.read("READ-ME.txt").decode()


def test_the_same_packet_makes_the_same_bytes(packet: dict[str, Any]) -> None:
    first, second = (bundle.of(packet, {"b": PAPER, "a": PAPER}), bundle.of(packet, {"a": PAPER, "b": PAPER}))
    assert first == second
    assert {each.date_time for each in zipfile.ZipFile(io.BytesIO(first)).infolist()} == {(2026, 4, 12, 19, 2, 10)}


def test_the_read_me_says_how_to_check_it_and_what_is_left_out(packet: dict[str, Any]) -> None:
    words = opened(packet).read("READ-ME.txt").decode()
    assert "python3 verify.py evidence.json" in words
    assert "Hearth Photography" in words
    assert "Places masked: 2." in words


def test_a_download_is_named_by_the_number_and_by_nothing_odd() -> None:
    packet = sample_packet()
    assert bundle.name(packet, "zip") == "evidence-14155550132.zip"
    packet["subscription"]["number"] = "wa:…"
    assert bundle.name(packet, "zip") == "evidence-s1.zip"
