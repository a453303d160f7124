"""Provider events at the door: forged ones change nothing, true ones count once, and no 2xx comes before the disk."""

import datetime as dt
import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

import pytest
import sqlalchemy as sa
from sqlmodel import Session
from starlette.applications import Starlette
from starlette.datastructures import ImmutableMultiDict
from starlette.testclient import TestClient
from twilio.request_validator import RequestValidator

from portal import clock
from portal.accounts import business as businesses
from portal.accounts import sender
from portal.accounts.key import Secrets
from portal.accounts.sender import SMS
from portal.app import create_app
from portal.consent import ledger, subscription
from portal.consent.state import Kind, Status
from portal.messaging import inbox, message
from portal.messaging.message import Direction, Fate
from portal.settings import Settings
from portal.tables import metadata
from tests.conftest import ACCOUNT, OTHER_ACCOUNT, OTHER_NUMBER, OUR_NUMBER, TOKEN, World

CLIENT = "+14155550132"
SITE = "https://portal.example.com"
OTHERS_TOKEN = "f" * 32
FORM = "application/x-www-form-urlencoded"
Fields = Mapping[str, str] | Sequence[tuple[str, str]]


def text(body: str = "STOP", **more: str) -> dict[str, str]:
    """An inbound text as Twilio posts it, blanks included."""
    sid = more.get("MessageSid", "SM" + "1" * 32)
    known = {"ToCountry": "US", "FromCity": "", "FromZip": "", "SmsStatus": "received", "ApiVersion": "2010-04-01"}
    known |= {"MessageSid": sid, "SmsSid": sid, "SmsMessageSid": sid, "AccountSid": ACCOUNT, "NumMedia": "0"}
    return known | {"From": CLIENT, "To": OUR_NUMBER, "Body": body, "NumSegments": "1"} | more


def status(word: str, sid: str) -> dict[str, str]:
    return {"MessageSid": sid, "MessageStatus": word, "AccountSid": ACCOUNT, "From": OUR_NUMBER, "To": CLIENT}


@dataclass
class Gate:
    """The webhook of one business, and what is behind it."""

    client: TestClient
    site: World

    @property
    def business(self) -> str:
        return self.site.hearth.id

    def path(self, kind: str = "messages", business: str = "") -> str:
        return f"/webhooks/twilio/{business or self.business}/{kind}"

    def signature(self, fields: Fields, path: str = "", *, token: str = TOKEN, site: str = SITE) -> str:
        made: str = RequestValidator(token).compute_signature(site + (path or self.path()), dict(fields))
        return made

    def post(
        self,
        fields: Fields,
        path: str = "",
        *,
        signature: str | bytes | None = None,
        client: TestClient | None = None,
        **headers: str,
    ) -> Any:
        """Signed as Twilio does it, unless a signature is given; an empty one is left out."""
        path = path or self.path()
        signed = self.signature(fields, path) if signature is None else signature
        given = {"Content-Type": FORM, **{name.replace("_", "-"): value for name, value in headers.items()}}
        head = {name.encode(): value.encode() for name, value in given.items()}
        if signed:
            head[b"X-Twilio-Signature"] = signed if isinstance(signed, bytes) else signed.encode()
        return (client or self.client).post(path, content=urlencode(fields), headers=head)

    def dump(self) -> dict[str, list[tuple[Any, ...]]]:
        """Every row of every table."""

        def read(session: Session) -> dict[str, list[tuple[Any, ...]]]:
            connection = session.connection()
            return {
                table.name: sorted((tuple(row) for row in connection.execute(sa.select(table))), key=repr)
                for table in metadata.sorted_tables
            }

        found: dict[str, list[tuple[Any, ...]]] = self.site.read(read)
        return found

    def row(self, number: str = CLIENT, business: str = "") -> Any:
        return self.site.read(lambda session: subscription.find(session, business or self.business, SMS, number))

    def count(self, kind: Kind, number: str = CLIENT) -> int:
        row_id = self.row(number).id
        entries = self.site.read(lambda session: ledger.entries(session, self.business, row_id))
        return sum(entry.kind == kind for entry in entries)


@pytest.fixture
def gate(app: Starlette, site: World) -> Gate:
    return Gate(TestClient(app, base_url=SITE, follow_redirects=False, raise_server_exceptions=False), site)


@pytest.fixture
def third(gate: Gate) -> str:
    """A business at the same provider with another token."""

    def make(session: Session) -> str:
        made = businesses.create(session, "Third Plumbing")
        credentials = {"account_sid": "AC" + "3" * 32, "auth_token": OTHERS_TOKEN}
        sender.add(session, made, channel=SMS, number="+12025550177", provider="twilio", credentials=credentials)
        return made.id

    found: str = gate.site.write(make)
    return found


def forgeries(gate: Gate) -> Iterator[tuple[str, Any]]:
    """(what is forged, the answer)"""
    true, start = text("STOP"), text("START")
    signed = gate.signature(true)
    yield "no signature", gate.post(true, signature="")
    yield "a blank signature", gate.post(true, signature=" ")
    yield "a made-up signature", gate.post(true, signature="QUJDREVGR0hJSktMTU5PUFFSU1RVVlc=")
    yield "letters no signature has", gate.post(true, signature=b"\xc3\xbc")
    yield "signed with an empty token", gate.post(true, signature=gate.signature(true, token=""))
    yield "signed with another business's token", gate.post(true, signature=gate.signature(true, token=OTHERS_TOKEN))
    yield "other words", gate.post(start, signature=signed)
    yield "another sender", gate.post(text("STOP", From="+14155550199"), signature=signed)
    yield "another message", gate.post(text("STOP", MessageSid="SM" + "2" * 32), signature=signed)
    yield "a field more", gate.post({**true, "OptOutType": "START"}, signature=signed)
    without = {name: value for name, value in true.items() if name != "FromCity"}
    yield "a blank field less", gate.post(without, signature=signed)
    yield "another account", gate.post(text("STOP", AccountSid=OTHER_ACCOUNT))
    yield "nobody's account", gate.post(text("STOP", AccountSid="AC" + "9" * 32))
    yield "signed for another path", gate.post(true, signature=gate.signature(true, gate.path("status")))
    yield (
        "signed for another business",
        gate.post(true, signature=gate.signature(true, gate.path(business=gate.site.other.id))),
    )
    elsewhere = gate.signature(true, site="https://evil.example.net")
    yield "signed for another host", gate.post(true, signature=elsewhere, Host="evil.example.net")
    yield "for another host by a proxy", gate.post(true, signature=elsewhere, X_Forwarded_Host="evil.example.net")
    yield "signed without tls", gate.post(true, signature=gate.signature(true, site="http://portal.example.com"))
    yield (
        "signed by another scheme",
        gate.post(true, signature=signed, X_Twilio_Webhooks_Signature_Settings="key=x,algorithm=HMAC_SHA256"),
    )
    yield "a query nobody signed", gate.post(true, gate.path() + "?message=1", signature=signed)


@pytest.mark.covers("P5")
@pytest.mark.usefixtures("third")
def test_what_this_business_s_provider_did_not_sign_is_refused_and_changes_nothing(gate: Gate) -> None:
    before = gate.dump()
    accepted = [name for name, answer in forgeries(gate) if answer.status_code != 403]
    assert accepted == []
    assert gate.dump() == before


def ambiguities(gate: Gate) -> Iterator[tuple[str, Any]]:
    """Truly signed, and yet nobody can say what is meant."""
    true = text("STOP")
    yield "a field twice, the same", gate.post([*true.items(), ("Body", "STOP")], signature=gate.signature(true))
    for name, value in (
        ("Body", "START"),
        ("From", "+14155550199"),
        ("To", OTHER_NUMBER),
        ("MessageSid", "SM" + "3" * 32),
    ):
        twice = [*true.items(), (name, value)]
        signed = RequestValidator(TOKEN).compute_signature(SITE + gate.path(), ImmutableMultiDict(twice))
        yield f"{name} twice", gate.post(twice, signature=signed)
    glued = {name: value for name, value in true.items() if name != "From"} | {"Body": f"STOPFrom{CLIENT}"}
    yield "two fields glued together", gate.post(glued, signature=gate.signature(true))
    for name in ("MessageSid", "From", "To", "Body"):
        yield f"no {name}", gate.post({key: value for key, value in true.items() if key != name})
    for sid in ("SM1", "XX" + "1" * 32, "SM" + "G" * 32, "", "SM" + "1" * 32 + "\n"):
        yield f"the id {sid!r}", gate.post(text("STOP", MessageSid=sid))
    yield "no number of pictures", gate.post(text("STOP", NumMedia="many"))
    yield "a status that is no word", gate.post(status("<b>", "SM" + "4" * 32))


@pytest.mark.covers("P5")
def test_what_is_signed_but_ambiguous_is_refused_and_changes_nothing(gate: Gate) -> None:
    before = gate.dump()
    answers = {name: answer.status_code for name, answer in ambiguities(gate)}
    assert {name: code for name, code in answers.items() if code not in (400, 403)} == {}
    assert gate.dump() == before


@pytest.mark.covers("P5", "P21")
def test_what_is_too_large_or_the_wrong_verb_or_nobodys_is_refused_and_changes_nothing(gate: Gate) -> None:
    before = gate.dump()
    assert gate.post(text("x" * 70_000)).status_code == 413
    for verb in ("GET", "PUT", "DELETE", "PATCH"):
        assert gate.client.request(verb, gate.path()).status_code == 405
    assert gate.post(text(), gate.path(business="0" * 32)).status_code == 404
    assert gate.post(text(), f"/webhooks/telegram/{gate.business}/messages").status_code == 404
    assert gate.dump() == before


@pytest.mark.covers("P5", "P10")
def test_a_text_to_another_businesss_number_is_kept_and_changes_nobodys_consent(gate: Gate) -> None:
    """Truly signed by our provider, at our door; the other business hears nothing of it."""
    before = gate.dump()
    assert gate.post(text("STOP", To=OTHER_NUMBER)).status_code == 200
    after = gate.dump()
    assert [table for table in after if after[table] != before[table]] == ["provider_event"]
    assert [row[0] for row in after["provider_event"]] == [gate.business]


@pytest.mark.covers("P5", "P10")
def test_a_report_about_another_businesss_text_changes_nothing_of_it(gate: Gate) -> None:
    sid = "SM" + "5" * 32

    def give(session: Session) -> str:
        row = subscription.lock(session, gate.site.other.id, SMS, CLIENT)
        return str(
            message.add(session, row, direction=Direction.OUTBOUND, status=Fate.SENT, text="Hi", provider_id=sid)
        )

    theirs = gate.site.write(give)
    before = gate.dump()
    path = f"{gate.path('status')}?message={theirs}"
    assert gate.post(status("delivered", sid), path).status_code == 200
    assert gate.dump()["message"] == before["message"]


def strangers() -> Iterator[tuple[str, dict[str, str]]]:
    for place, number in enumerate(("12345", "AMAZON", "+", "", "+1", "client", "whatsapp:+14155550132")):
        yield f"a text from {number!r}", text("STOP", MessageSid=f"SM{place:032x}", From=number)
    yield "a text to a number that is not ours", text("STOP", MessageSid="SM" + "6" * 32, To="+12025550100")
    yield "a report about a text that is not ours", status("delivered", "SM" + "7" * 32)
    yield "a status nobody has heard of", status("teleported", "SM" + "8" * 32)
    yield "something else altogether", {"AccountSid": ACCOUNT, "AlertType": "weather"}


@pytest.mark.covers("P2", "P5")
def test_what_we_cannot_act_on_is_answered_and_kept_as_it_came(gate: Gate) -> None:
    before = gate.dump()
    sent = dict(strangers())
    answers = {name: gate.post(fields).status_code for name, fields in sent.items()}
    assert set(answers.values()) == {200}
    after = gate.dump()
    assert [table for table in after if after[table] != before[table]] == ["provider_event"]
    assert len(after["provider_event"]) == len(sent)
    raw = {bytes(row[-1]) for row in after["provider_event"]}
    assert raw == {urlencode(fields).encode() for fields in sent.values()}


@pytest.mark.covers("H-20", "P2")
def test_a_true_stop_is_answered_with_an_instruction_to_do_nothing(gate: Gate) -> None:
    answer = gate.post(text("STOP"))
    assert (answer.status_code, answer.headers["content-type"].partition(";")[0]) == (200, "text/xml")
    assert answer.text.endswith("<Response/>")
    assert gate.row().status == Status.OPTED_OUT


def stop_effects(gate: Gate) -> tuple[int, int, int]:
    """Opt-outs recorded, texts in the thread, events stored."""
    dump = gate.dump()
    inbound = [row for row in dump["message"] if "inbound" in row]
    return gate.count(Kind.OPTED_OUT), len(inbound), len(dump["provider_event"])


@pytest.mark.covers("P3")
@pytest.mark.parametrize("times", [1, 2, 50])
def test_the_same_stop_any_number_of_times_has_one_effect(gate: Gate, times: int) -> None:
    answers = [gate.post(text("STOP please")).status_code for _ in range(times)]
    assert answers == [200] * times
    assert stop_effects(gate) == (1, 1, 1)
    assert len([row for row in gate.dump()["message"] if "outbound" in row]) == 1


@pytest.mark.covers("P3")
def test_the_same_stop_fifty_times_at_once_has_one_effect(gate: Gate, app: Starlette) -> None:
    fields = text("STOP please")

    def post(_: int) -> int:
        own = TestClient(app, base_url=SITE, raise_server_exceptions=False)
        return int(gate.post(fields, client=own).status_code)

    with ThreadPoolExecutor(25) as callers:
        answers = list(callers.map(post, range(50)))
    assert answers == [200] * 50
    assert stop_effects(gate) == (1, 1, 1)


@pytest.mark.covers("P3")
def test_a_repetition_after_three_days_and_a_restart_has_no_effect(
    gate: Gate, settings: Settings, secrets: Secrets, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A signature has no time in it: a START that somebody kept may not be played again."""
    stop, start = text("STOP"), text("START", MessageSid="SM" + "2" * 32)
    for fields in (stop, start, text("STOP", MessageSid="SM" + "3" * 32)):
        gate.post(fields)
    before = gate.dump()
    real = clock.now
    monkeypatch.setattr(clock, "now", lambda: real() + dt.timedelta(hours=72))
    restarted = create_app(settings, with_jobs=False, secrets=secrets)
    try:
        anew = TestClient(restarted, base_url=SITE)
        assert [gate.post(fields, client=anew).status_code for fields in (stop, start)] == [200, 200]
    finally:
        restarted.state.database.dispose()
    assert gate.dump() == before
    assert gate.row().status == Status.OPTED_OUT


@pytest.mark.covers("P3", "rules 22")
@pytest.mark.parametrize("times", [1, 50])
def test_reports_in_any_order_and_number_leave_the_furthest(gate: Gate, times: int) -> None:
    gate.post(text("START"))
    sid = "SM" + "a" * 32

    def give(session: Session) -> None:
        row = subscription.find(session, gate.business, SMS, CLIENT)
        message.add(session, row, direction=Direction.OUTBOUND, status=Fate.SENT, text="Hi", provider_id=sid)

    gate.site.write(give)
    words = ["queued", "sending", "sent", "delivered"] * times
    random.Random(times).shuffle(words)
    assert {gate.post(status(word, sid), gate.path("status")).status_code for word in words} == {200}
    found = [row for row in gate.dump()["message"] if sid in row]
    assert len(found) == 1
    assert "delivered" in found[0]
    assert gate.count(Kind.CARRIER_CLEARED) <= 1


@pytest.mark.covers("P2")
def test_what_could_not_be_written_is_not_answered_2xx(gate: Gate, monkeypatch: pytest.MonkeyPatch) -> None:
    real: Callable[..., Any] = inbox.receive

    def full(*arguments: Any, **more: Any) -> Any:
        real(*arguments, **more)
        raise OSError("the disk is full")

    monkeypatch.setattr(inbox, "receive", full)
    before = gate.dump()
    assert gate.post(text("STOP")).status_code == 500
    assert gate.dump() == before
    monkeypatch.undo()
    assert gate.post(text("STOP")).status_code == 200
    assert gate.row().status == Status.OPTED_OUT


@pytest.mark.covers("P5")
def test_a_rotated_token_counts_at_once_and_the_old_one_no_more(
    gate: Gate, secrets: Secrets, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert gate.post(text("Hello")).status_code == 200
    sealed = secrets.seal('{"account_sid": "%s", "auth_token": "%s"}' % (ACCOUNT, OTHERS_TOKEN))  # noqa: UP031
    table = metadata.tables["sender"]
    change = sa.update(table).where(table.c.business_id == gate.business).values(credentials=sealed)
    gate.site.write(lambda session: session.connection().execute(change) and None)
    real = clock.monotonic
    monkeypatch.setattr(clock, "monotonic", lambda: real() + 2)
    again = text("Hello", MessageSid="SM" + "2" * 32)
    assert gate.post(again, signature=gate.signature(again, token=OTHERS_TOKEN)).status_code == 200
    assert gate.post(text("STOP", MessageSid="SM" + "3" * 32)).status_code == 403


@pytest.mark.covers("P5")
def test_no_answer_tells_why_a_signature_was_wrong_or_shows_a_secret(gate: Gate) -> None:
    said = {answer.text for _, answer in forgeries(gate)}
    assert said == {"The signature does not match."}
    assert TOKEN not in str(gate.dump())
