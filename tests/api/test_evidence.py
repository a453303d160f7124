"""Ledger and evidence over the API, checked as somebody would who has nothing but the file."""

import copy
import datetime as dt
import hashlib
import json
from collections.abc import Callable
from typing import Any
from urllib.parse import quote

import pytest
import sqlalchemy as sa
import time_machine
from starlette.testclient import TestClient

from portal.accounts.audit import AuditEntry
from portal.accounts.member import Role
from portal.column import table_of
from portal.consent import evidence, ledger
from portal.evidence import paper
from tests.api.conftest import CLIENT, SECOND, Api, Clients
from tests.conftest import World

ASKED = {"reason": "She rang", "received_by": "phone", "received_at": "2026-11-21T23:05:00Z"}
YES_AT = dt.datetime(2026, 11, 20, 10, 0, tzinfo=dt.UTC)
STOP_AT = dt.datetime(2026, 11, 21, 10, 0, tzinfo=dt.UTC)


@pytest.fixture
def row_id(clients: Clients) -> str:
    """A Yes on one day, a STOP on the next, and the same of somebody else in between."""
    with time_machine.travel(YES_AT, tick=False):
        found = clients.says_yes(words="By choosing Yes I agree – to texts")
        clients.says_yes(SECOND)
    with time_machine.travel(STOP_AT, tick=False):
        clients.texts("Stop, please 🙏")
        clients.texts("STOP", SECOND)
    return found


def canonical(value: Any) -> bytes:
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def is_whole(entry: dict[str, Any]) -> bool:
    """As the file's own `how_to_verify` says, with nothing of ours."""
    sealed = entry["sealed"]
    if hashlib.sha256(b"\x00" + canonical(sealed)).hexdigest() != entry["hash"]:
        return False
    return all(
        hashlib.sha256(bytes.fromhex(entry["salts"][name]) + canonical(entry["values"][name])).hexdigest() == sealed_as
        for name, sealed_as in sealed["commitments"].items()
    )


def test_the_ledger_tells_every_fact_oldest_first(api: Api, row_id: str) -> None:
    found = api.get(f"/subscriptions/{row_id}/ledger")
    assert found["next"] is None
    assert [each["kind"] for each in found["items"]] == ["opted_in", "opted_out"]
    first, second = found["items"]
    assert set(first) == {
        "seq", "kind", "at", "origin", "actor", "words", "wording_version", "message", "submission", "hash",
        "previous_hash",
    }  # fmt: skip
    assert (first["words"], first["wording_version"]) == ("By choosing Yes I agree – to texts", "v1")
    assert (first["at"], first["origin"], first["actor"]) == ("2026-11-20T10:00:00Z", "form", "client")
    assert (second["words"], second["origin"]) == ("Stop, please 🙏", "reply")
    assert api.get(f"/messages/{second['message']}")["text"] == "Stop, please 🙏"
    assert first["previous_hash"] == "0" * 64


def test_the_ledger_is_read_page_by_page(api: Api, row_id: str) -> None:
    first = api.get(f"/subscriptions/{row_id}/ledger?limit=1")
    rest = api.get(f"/subscriptions/{row_id}/ledger?limit=1&after={first['next']}")
    assert [first["items"][0]["kind"], rest["items"][0]["kind"], rest["next"]] == ["opted_in", "opted_out", None]


@pytest.mark.parametrize("after", ["0", "-1", "2147483648", "x", "1.5"])
def test_a_cursor_that_no_entry_can_have_is_refused(api: Api, row_id: str, after: str) -> None:
    assert api.call("GET", f"/subscriptions/{row_id}/ledger?after={after}").status_code == 422


@pytest.mark.covers("rules 17")
def test_the_file_can_be_checked_with_sha256_alone(api: Api, row_id: str) -> None:
    file = api.get(f"/subscriptions/{row_id}/evidence")
    assert file["subscription"]["number"] == CLIENT
    assert [each["kind"] for each in file["entries"]] == ["opted_in", "opted_out"]
    assert all(is_whole(each) for each in file["entries"])
    assert evidence.problem_of(file) == ""
    assert file["head"]["seq"] >= file["entries"][-1]["seq"]
    assert file["entries"][0]["values"]["ip"] == "192.0.2.7"
    assert SECOND not in json.dumps(file)


@pytest.mark.covers("rules 17")
def test_every_change_of_the_file_is_found(api: Api, row_id: str) -> None:
    """Each value of each entry in turn: what is sealed, what proves it, and the order."""
    file = api.get(f"/subscriptions/{row_id}/evidence")
    for place, entry in enumerate(file["entries"]):
        changes: list[tuple[str, str]] = [("sealed", name) for name in entry["sealed"]]
        changes += [(part, name) for part in ("values", "salts") for name in entry[part]]
        changes += [("", name) for name in entry if name not in ("sealed", "values", "salts")]
        for part, name in changes:
            forged = copy.deepcopy(file)
            where = forged["entries"][place][part] if part else forged["entries"][place]
            where[name] = "00" * 16 if part == "salts" else {"was": where[name]}
            assert evidence.problem_of(forged), (part, name)
    swapped = file | {"entries": file["entries"][::-1]}
    assert evidence.problem_of(swapped)
    for name in file["state"]:
        assert evidence.problem_of(file | {"state": file["state"] | {name: "2026-11-20T11:00:00Z"}}), name
    assert evidence.problem_of({}) == "This is not an evidence file."
    added = copy.deepcopy(file)
    added["entries"][0]["values"]["extra"] = added["entries"][0]["salts"]["extra"] = "00"
    assert evidence.problem_of(added)


@pytest.mark.covers("rules 17")
def test_the_file_still_holds_when_a_value_was_erased(api: Api, row_id: str) -> None:
    file = api.get(f"/subscriptions/{row_id}/evidence")
    del file["entries"][0]["values"]["ip"], file["entries"][0]["salts"]["ip"]
    assert evidence.problem_of(file) == ""


@pytest.mark.parametrize(
    ("at", "status", "scope", "words"),
    [
        ("2026-11-20T09:59:59Z", "none", None, None),
        ("2026-11-20T10:00:00Z", "opted_in", "informational", "By choosing Yes I agree – to texts"),
        ("2026-11-21T04:59:59-05:00", "opted_in", "informational", "By choosing Yes I agree – to texts"),
        ("2026-11-21T05:00:00-05:00", "opted_out", None, "Stop, please 🙏"),
        ("2199-01-01T00:00:00Z", "opted_out", None, "Stop, please 🙏"),
    ],
)
def test_the_state_of_any_moment_with_the_words_that_made_it(
    api: Api, row_id: str, at: str, status: str, scope: str | None, words: str | None
) -> None:
    state = api.get(f"/subscriptions/{row_id}/evidence?at={quote(at)}")["state"]
    assert (state["status"], state["scope"], state["words"]) == (status, scope, words)
    assert dt.datetime.fromisoformat(state["at"]) == dt.datetime.fromisoformat(at)


def test_without_a_moment_it_is_the_state_of_now(api: Api, row_id: str) -> None:
    assert api.get(f"/subscriptions/{row_id}/evidence")["state"]["status"] == "opted_out"


def test_a_plus_that_was_not_escaped_is_understood(api: Api, row_id: str) -> None:
    state = api.get(f"/subscriptions/{row_id}/evidence?at=2026-11-20T12:00:00+02:00")["state"]
    assert (state["at"], state["status"]) == ("2026-11-20T10:00:00Z", "opted_in")


def test_what_we_learned_later_does_not_change_what_we_knew_then(api: Api, clients: Clients, row_id: str) -> None:
    """An entry recorded today about the past counts from today on."""
    with time_machine.travel(STOP_AT + dt.timedelta(days=1), tick=False):
        clients.texts("START")
    before = api.get(f"/subscriptions/{row_id}/evidence?at=2026-11-21T12:00:00Z")["state"]
    after = api.get(f"/subscriptions/{row_id}/evidence?at=2026-11-22T10:00:00Z")["state"]
    assert (before["status"], after["status"], after["words"]) == ("opted_out", "opted_in", "START")


@pytest.mark.parametrize("at", ["yesterday", "2026-11-20", "2026-11-20T10:00:00", "0001-01-01T00:00:00%2B14:00", "%00"])
def test_a_moment_without_its_zone_is_refused(api: Api, row_id: str, at: str) -> None:
    answer = api.call("GET", f"/subscriptions/{row_id}/evidence?at={at}")
    assert (answer.status_code, list(answer.json()["fields"])) == (422, ["at"])


def test_the_state_is_the_fold_that_the_desk_shows(api: Api, clients: Clients, row_id: str) -> None:
    api.post(f"/subscriptions/{row_id}/opt-out", ASKED)
    file = api.get(f"/subscriptions/{row_id}/evidence")
    assert file["state"]["status"] == api.get(f"/subscriptions/{row_id}")["status"]
    assert len(file["entries"]) == len(clients.entries())
    assert file["entries"][0]["sealed"]["version"] == ledger.VERSION


@pytest.mark.covers("rules 17")
def test_the_evidence_of_one_text_names_what_allowed_it(api: Api, clients: Clients, row_id: str) -> None:
    sent = api.get(f"/messages?number={quote(CLIENT)}&direction=outbound")["items"][-1]
    packet = api.get(f"/messages/{sent['id']}/evidence")
    assert packet["format"] == "portal-evidence-2"
    assert packet["about"]["message"] == sent["id"]
    assert sent["id"] in [each["id"] for each in packet["messages"]]
    assert evidence.problem_of(packet) == ""


def test_a_text_nobody_sent_has_no_evidence(api: Api, row_id: str) -> None:
    assert api.call("GET", "/messages/no-such-text/evidence").status_code == 404


@pytest.mark.parametrize(("wanted", "begins"), [("application/pdf", b"%PDF-"), ("application/zip", b"PK")])
def test_the_evidence_is_a_file_where_one_is_asked_for(
    api: Api, row_id: str, wanted: str, begins: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(paper, "of", lambda packet: b"%PDF-1.7")
    answer = api.call("GET", f"/subscriptions/{row_id}/evidence", Accept=wanted)
    assert (answer.status_code, answer.headers["content-type"]) == (200, wanted)
    assert answer.content.startswith(begins)
    assert answer.headers["content-disposition"].startswith('attachment; filename="evidence-14155550132.')


@pytest.mark.covers("promises E")
@pytest.mark.parametrize("wanted", ["application/json", "application/zip"])
def test_whoever_takes_it_is_written_down_before_it_leaves(api: Api, site: World, row_id: str, wanted: str) -> None:
    """By the token's name, as the page does it by the member's; what was refused or not found is not taken."""
    sent = api.get(f"/messages?number={quote(CLIENT)}&direction=outbound")["items"][-1]
    for path in (f"/subscriptions/{row_id}/evidence", f"/messages/{sent['id']}/evidence"):
        assert api.call("GET", path, Accept=wanted).status_code == 200
    api.call("GET", "/subscriptions/nobody/evidence", Accept=wanted)
    query = sa.select(table_of(AuditEntry)).where(table_of(AuditEntry).c.action == "evidence.taken")
    found = site.read(lambda session: session.execute(query).all())
    details = {"format": wanted[12:], "kept_everything": False, "token": found[0].details["token"]}
    assert [(each.object, each.details) for each in found] == [(row_id, details)] * 2
    assert all(each.actor.startswith("token:") and each.details["token"] for each in found)


@pytest.mark.covers("promises E", "M-7")
@pytest.mark.parametrize("role", list(Role))
def test_only_those_who_take_it_from_the_page_take_it_here(
    clients: Clients, client: TestClient, token_of: Callable[[str, Role], str], role: Role
) -> None:
    row_id = clients.says_yes()
    is_allowed = role is not Role.STAFF
    program = Api(client, token_of(clients.business, role))
    assert program.call("GET", f"/subscriptions/{row_id}/evidence").status_code == (200 if is_allowed else 403)
    assert program.call("GET", f"/subscriptions/{row_id}/ledger").status_code == 200
