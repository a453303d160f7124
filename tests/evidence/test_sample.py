"""The sample that papers and verifiers are tried on is what it says."""

from portal.consent import evidence
from tests.evidence.sample import sample_packet


def test_the_sample_packet_holds_as_an_evidence_file() -> None:
    assert evidence.problem_of(sample_packet()) == ""


def test_a_changed_word_of_the_sample_is_found() -> None:
    packet = sample_packet()
    packet["entries"][1]["values"]["ip"] = "198.51.100.24"
    assert "“ip”" in evidence.problem_of(packet)
