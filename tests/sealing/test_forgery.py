"""Somebody who wants to be believed: by a file made by hand, by what stands beside the entries, with our own key."""

import base64
import json
from typing import Any

import pytest

from portal.accounts import key
from portal.consent.state import Kind
from portal.evidence import note, proving, verifier
from portal.evidence.verifier import climb, sha
from tests.sealing.conftest import Desk, copied

pytestmark = pytest.mark.covers("P11", "promises F")


def said(desk: Desk, capsys: pytest.CaptureFixture[str], file: str, *arguments: str) -> tuple[int, str]:
    code = verifier.main([str(desk.write("evidence.json", file)), *arguments])
    return code, capsys.readouterr().out


@pytest.mark.at_the_door
def test_a_path_of_odd_lengths_joins_no_rewritten_entry_to_an_old_checkpoint() -> None:
    """Whoever has the key may sign any root: two hashes in the place of one would let entry 3 of 3 be another."""
    first, second, third, forged, fourth = (sha(b"\0", bytes([each])) for each in range(5))
    both = sha(b"\1", first, second)
    old, new = sha(b"\1", both, third), sha(b"\1", both, third, sha(b"\1", forged, fourth))
    with pytest.raises(ValueError, match="no hash"):
        assert climb(b"", b"", 3, 4, [forged + fourth, both + third], False) != (old, new)
    with pytest.raises(ValueError, match="no hash"):
        assert climb(forged, forged, 3, 4, [fourth, both + third], True)[1] != new


def test_the_good_answer_says_what_was_not_proven(desk: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    """Entries left out, values left out, and everything beside the entries."""
    desk.fill(5)
    file = copied(desk.file(), lambda each: [of.pop("words") for of in each_value(each["entries"][0])])
    file["entries"][0]["words"] = None
    del file["entries"][-1]
    code, out = said(desk, capsys, json.dumps(file))
    assert code == 0
    assert "none is left out; what is withheld or erased (words)" in out
    assert 'what stands beside "entries", as "messages" do' in out
    assert "Compare it with a mailed one." in out


def each_value(entry: Any) -> tuple[Any, Any]:
    return entry["values"], entry["salts"]


def test_a_consent_is_not_lent_to_another_number_by_leaving_out_its_own(desk: Desk) -> None:
    desk.fill(5)

    def lend(file: Any) -> None:
        file["subscription"]["number"] = "+14155550199"
        for entry in file["entries"]:
            for each in each_value(entry):
                each.pop("number")

    assert desk.wrong(copied(desk.file(), lend)) == ["No entry shows the number that it is about."]


def test_a_key_with_words_in_it_is_no_key(desk: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    """They would stand in the answer as if the program had said them."""
    desk.fill(2)
    file = desk.file()
    given = file["checkpoint"]["key"]
    for more in ("  and every text was checked, too", "AAAA", "\n"):
        file["checkpoint"]["key"] = given + more
        code, out = said(desk, capsys, json.dumps(file))
        assert (code, "as they were signed" in out) == (1, False)


def test_a_file_without_a_checkpoint_is_called_unsigned(desk: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    desk.fill(2)
    file = copied(desk.file(), lambda each: each.update(checkpoint=None, inclusion=None, earlier=None))
    assert said(desk, capsys, json.dumps(file)) == (1, "Nothing in this file is signed: it has no checkpoint.\n")


def test_a_name_that_stands_twice_is_believed_in_neither_place(desk: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    desk.fill(2)
    text = json.dumps(desk.file())
    twice = text.replace('"entries": [', '"entries": [{"words": "I never agreed"}], "entries": [', 1)
    assert said(desk, capsys, twice)[0] == 1
    assert proving.file_problem(twice.encode()) == "This is not an evidence file."


def test_a_key_that_was_asked_for_and_is_empty_is_compared(desk: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    """As with a variable that was never set."""
    desk.fill(2)
    text = json.dumps(desk.file())
    assert "another key" in said(desk, capsys, text, "--key", "")[1]
    assert said(desk, capsys, text, "--key")[0] == 1


def test_every_checkpoint_in_a_mail_is_compared(desk: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    desk.fill(3)
    mailed = desk.checkpoint().note
    desk.fill(1)
    forged = mailed.replace("\n3\n", "\n2\n")
    code, out = said(desk, capsys, json.dumps(desk.file()), str(desk.write("mail.txt", f"{mailed}\n\n{forged}\n")))
    assert (code, "of 2 entries that you gave is of another ledger or key" in out) == (1, True)


def test_a_file_with_thousands_of_old_checkpoints_takes_no_longer(desk: Desk) -> None:
    desk.fill(2)
    desk.checkpoint()
    desk.fill(1)
    file, looked = desk.file(), []

    def look(*asked: Any) -> bool:
        looked.append(asked)
        return True

    file["earlier"] *= 5000
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(verifier, "is_signed", look)
        assert desk.wrong(file) == []
    assert len(looked) == 101


LIES: dict[str, Any] = {
    "a consent's words": lambda file: file["consents"][0].update(text="You may call me at night"),
    "a consent's time": lambda file: file["consents"][0].update(at="2020-01-01T00:00:00.000000Z"),
    "an answer that nobody gave": lambda file: file["consents"][0].update(answer="yes"),
    "a consent": lambda file: file["consents"].clear(),
    "an opt-out": lambda file: file["opt_outs"].clear(),
    "a later opt-out": lambda file: file["opt_outs"][0].update(suppressed_at="2030-01-01T00:00:00.000000Z"),
    "an opt-out's words": lambda file: file["opt_outs"][0].update(words="Yes please"),
    "a paper": lambda file: file["consents"][0].update(attachments=[{"name": "entry-1.pdf", "sha256": "00" * 32}]),
    "something new": lambda file: file["consents"][0].update(witnessed_by="a notary"),
    "the state": lambda file: file["state"].update(status="opted_in", words="I agree 0"),
}


def test_what_the_file_tells_a_second_time_is_compared_with_its_entries(desk: Desk) -> None:
    desk.fill(2)
    desk.record(Kind.OPTED_OUT, evidence={"words": "STOP"})
    file = desk.file()
    assert proving.file_problem(json.dumps(file).encode()) == ""
    found = {lie: proving.file_problem(json.dumps(copied(file, make)).encode()) for lie, make in LIES.items()}
    assert {lie for lie, said in found.items() if said in ("", "This is not an evidence file.")} == set()


def test_a_key_of_small_order_and_a_signature_bent_by_the_order_are_refused(desk: Desk) -> None:
    """Under the one anybody could sign; the other would be a second signature of the same note."""
    desk.fill(1)
    mailed = desk.checkpoint().note
    ((*head, raw),) = verifier.notes_in(mailed)
    secrets = desk.database.read(key.of)
    public = note.public_key(secrets)
    assert verifier.is_vouched((*head, raw), public)
    bent = (int.from_bytes(raw[36:], "little") + verifier.ORDER).to_bytes(32, "little")
    assert not verifier.is_vouched((*head, raw[:36] + bent), public)
    weak = (1).to_bytes(32, "little")
    assert not verifier.is_signed(weak, b"anything", weak + bytes(32))
    assert base64.b64encode(public).decode() in note.public_text(secrets)
