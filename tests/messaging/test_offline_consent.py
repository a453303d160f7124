"""A consent given on paper: only where nobody has spoken, as what it is, and proven by the phone alone."""

import datetime as dt
from collections.abc import Callable

import pytest

from portal.consent import evidence_file, ledger, subscription, suppression
from portal.consent.state import Kind, Origin, Proof, Status
from portal.contacts import contact
from portal.errors import Conflict, Invalid
from portal.messaging import offline_consent
from portal.messaging.offline_consent import Act, Way
from tests.messaging.conftest import CLIENT, Road

PNG = b"\x89PNG\r\n\x1a\n" + b"0" * 20
ACT = Act(dt.date(2026, 11, 1), Way.PAPER, "", "Yes, text me about my session.", "Bob")


def known(road: Road) -> None:
    road.write(lambda session: contact.create(session, road.business, name="Zoë", numbers=[CLIENT]))


def record(road: Road, content: bytes = PNG) -> None:
    road.write(
        lambda session: offline_consent.record(
            session, road.business, road.row().id, ACT, content, actor="member:alice", name="Alice", ip=""
        )
    )


@pytest.mark.covers("F-14", "X-18")
def test_a_paper_opts_in_as_what_it_is_and_sends_one_confirmation(road: Road) -> None:
    known(road)
    record(road)
    row = road.row()
    assert (row.status, row.origin, row.scope) == (Status.OPTED_IN, Origin.OFFLINE, "informational")
    assert offline_consent.is_on_paper(row)
    (text,) = road.outbound()
    assert text.purpose == "opt_in_confirmation"
    assert "STOP" in text.text


def test_the_entry_holds_the_words_the_day_and_the_files_fingerprint(road: Road) -> None:
    known(road)
    record(road)
    row = road.row()
    (entry,) = road.database.read(lambda session: ledger.entries(session, road.business, row.id))
    (kept,) = road.database.read(lambda session: evidence_file.of(session, row.id))
    assert (entry.proof, entry.actor) == (Proof.ATTESTED, "member:alice")
    said = entry.evidence
    assert (said["words"], said["agreed_on"], said["way"], said["taken_by"]) == (
        ACT.words,
        "2026-11-01",
        "paper",
        "Bob",
    )
    assert (said["file"], said["file_sha256"]) == (kept.id, kept.sha256)


@pytest.mark.covers("P12", "P13", "X-18")
@pytest.mark.parametrize(
    ("before", "reason"),
    [
        ("STOP", "opted_out"), ("declined", "declined"), ("asked", "awaiting_reply"), ("yes", "opted_in"),
        ("suppressed", "opted_out"), ("sibling", "paused"), ("nobody", "not_current"), ("blocked", "carrier_blocked"),
    ],
)  # fmt: skip
def test_a_paper_opens_nothing_that_a_client_has_spoken_about(road: Road, before: str, reason: str) -> None:
    def fact(kind: Kind) -> None:
        road.write(
            lambda session: ledger.record(
                session, subscription.lock(session, road.business, "sms", CLIENT), kind, origin=Origin.SYSTEM,
                proof=Proof.ATTESTED, actor="system",
            )
        )  # fmt: skip

    if before == "suppressed":
        now = dt.datetime.now(dt.UTC)
        road.write(lambda session: suppression.keep(session, road.business, CLIENT, reason="asked", at=now))
    if before == "nobody":
        road.write(lambda session: subscription.lock(session, road.business, "sms", CLIENT))
    else:
        known(road)
    doings: dict[str, Callable[[], object]] = {
        "STOP": lambda: road.texts_us("STOP"), "declined": lambda: fact(Kind.DECLINED), "asked": road.is_asked,
        "yes": road.says_yes, "sibling": lambda: fact(Kind.PAUSED), "blocked": lambda: fact(Kind.CARRIER_BLOCKED),
    }  # fmt: skip
    doings.get(before, lambda: None)()
    row = road.row()
    with pytest.raises(Conflict) as refusal:
        record(road)
    assert (refusal.value.reason, bool(refusal.value.unlock)) == (reason, True)
    assert road.row().status == row.status
    assert not road.database.read(lambda session: evidence_file.of(session, row.id))


@pytest.mark.covers("F-14")
@pytest.mark.parametrize("text", ["YES", "Y", "START"])
def test_the_phones_own_yes_proves_a_paper_without_a_second_text(road: Road, text: str) -> None:
    known(road)
    record(road)
    road.texts_us(text)
    row = road.row()
    assert (row.status, row.origin) == (Status.OPTED_IN, Origin.REPLY)
    assert not offline_consent.is_on_paper(row)
    assert road.kinds() == [Kind.OPTED_IN, Kind.OPTED_IN]
    assert len(road.outbound()) == 1


def test_a_stop_ends_what_a_paper_began(road: Road) -> None:
    known(road)
    record(road)
    road.texts_us("STOP")
    assert road.row().status == Status.OPTED_OUT
    with pytest.raises(Conflict):
        record(road)


@pytest.mark.parametrize(
    "content", [b"", b"GIF89a", b"<html>", b"MZ" + b"0" * 50, PNG + b"0" * evidence_file.MOST_BYTES]
)
def test_only_a_picture_or_a_pdf_is_evidence(road: Road, content: bytes) -> None:
    known(road)
    with pytest.raises(Invalid):
        record(road, content)
    assert road.row().status == Status.NONE
