"""The seal beside an export: signed, kept, and compared by whoever has nothing but a packet that was made later."""

from dataclasses import replace
from functools import partial

import pytest

from portal.evidence import export_seal, note, proving, verifier
from portal.evidence.verifier import notes_in
from tests.sealing.conftest import Desk

pytestmark = [pytest.mark.covers("promises F", "P11")]


def taken(desk: Desk, file: str = "contacts.csv") -> str:
    return str(desk.database.write(partial(export_seal.text, business_id=desk.business, file=file)))


def test_a_later_packet_shows_that_its_ledger_goes_on_from_what_went_out_with_a_file(desk: Desk) -> None:
    """Also where a checkpoint was mailed since, and with entries of others in between."""
    desk.fill(5)
    text = taken(desk)
    desk.fill(4)
    desk.checkpoint()
    desk.fill(2)
    packet = desk.file()
    assert desk.wrong(packet, text) == []
    assert notes_in(text)[0][1] == 5


def test_the_stranger_s_program_reads_it_as_it_was_saved(desk: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    desk.fill(5)
    saved = desk.write(export_seal.NAME, taken(desk))
    packet = desk.write("evidence.json", verifier.canonical(desk.file()).decode())
    assert verifier.main([str(packet), str(saved)]) == 0
    forged = desk.write("forged.txt", saved.read_text(encoding="utf-8").replace("\n5\n", "\n4\n"))
    assert verifier.main([str(packet), str(forged)]) == 1
    assert "of another ledger or key" in capsys.readouterr().out


def test_a_ledger_that_was_rewritten_since_is_found_by_it(desk: Desk) -> None:
    """Also by somebody with the database and the key file, who can write a new story that is consistent in itself."""
    desk.fill(6)
    [kept] = note.found_in(taken(desk))
    checked = partial(proving.verify, business_id=desk.business, given=[kept])
    assert desk.database.read(checked).problem == ""
    of_another_story = partial(checked, given=[replace(kept, root=bytes(32))])
    assert "the ledger was rewritten" in desk.database.read(of_another_story).problem


def test_without_anything_to_seal_it_says_so(desk: Desk) -> None:
    text = taken(desk, "messages.csv")
    assert "without a seal" in text
    assert note.found_in(text) == []
