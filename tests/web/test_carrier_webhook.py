"""Vonage, Bandwidth and Sinch at the real door: a STOP counts once and is confirmed as often as it should be, forgeries
change nothing, and what became of a text is known in whatever order it is told."""

import json
from dataclasses import dataclass
from typing import Any

import pytest
import sqlalchemy as sa
from sqlmodel import Session
from starlette.applications import Starlette
from starlette.testclient import TestClient

from portal import clock
from portal.accounts import business as businesses
from portal.accounts import sender
from portal.accounts.sender import SMS
from portal.consent import ledger, subscription
from portal.consent.state import Carrier as Light
from portal.consent.state import Kind, Origin, Proof, Status
from portal.messaging import message, reconciliation
from portal.messaging.inbox import Rules
from portal.messaging.message import Direction, Fate
from portal.messaging.reconciler import Reconciler
from portal.providers.provider import Providers
from portal.providers.sinch import Sinch
from portal.tables import metadata
from tests.conftest import World
from tests.pretend_twilio.http import Call, Reply
from tests.providers.doubt import said
from tests.providers.pretend_api import PretendApi
from tests.web.carrier import BANDWIDTH, CARRIERS, CLIENT, LOCAL, SINCH, TOLL_FREE, VONAGE, Carrier, Post, by_get

SITE = "https://portal.example.com"


@dataclass
class Door:
    """The webhooks of a business whose texts go through one carrier."""

    client: TestClient
    site: World
    carrier: Carrier

    def post(self, post: Post, business: str = "") -> int:
        path = f"/webhooks/{self.carrier.name}/{business or self.site.hearth.id}/{post.kind}"
        address = f"{path}?{post.query}" if post.query else path
        found = self.client.request(post.method, address, content=post.body, headers=dict(post.headers))
        return int(found.status_code)

    def text(self, words: str, id: str = "000000000000000a", to: str = LOCAL) -> int:
        return self.post(self.carrier.text(words, id, to))

    def row(self) -> Any:
        return self.site.read(lambda session: subscription.find(session, self.site.hearth.id, SMS, CLIENT))

    def queued(self) -> int:
        """Texts of ours that wait to leave."""
        table = metadata.tables["message"]
        query = sa.select(sa.func.count()).where(table.c.direction == "outbound", table.c.status == "queued")
        return int(self.site.read(lambda session: session.connection().execute(query).scalar()))

    def dump(self) -> dict[str, list[str]]:
        def read(session: Session) -> dict[str, list[str]]:
            connection = session.connection()
            return {
                table.name: sorted(repr(tuple(row)) for row in connection.execute(sa.select(table)))
                for table in metadata.sorted_tables
            }

        found: dict[str, list[str]] = self.site.read(read)
        return found

    def agree(self) -> None:
        """The client has agreed on a form."""

        def record(session: Session) -> None:
            row = subscription.lock(session, self.site.hearth.id, SMS, CLIENT)
            ledger.record(session, row, Kind.OPTED_IN, origin=Origin.FORM, proof=Proof.ATTESTED, actor="client")

        self.site.write(record)

    def give(self, provider_id: str | None) -> str:
        """A text of ours that has left, under the provider's id where its answer came."""

        def add(session: Session) -> str:
            row = subscription.lock(session, self.site.hearth.id, SMS, CLIENT)
            status = Fate.SENT if provider_id else Fate.UNKNOWN
            return str(
                message.add(
                    session, row, direction=Direction.OUTBOUND, status=status, text="Hi", provider_id=provider_id
                )
            )

        made: str = self.site.write(add)
        return made

    def fate(self, message_id: str) -> str:
        found = self.site.read(lambda session: message.get(session, self.site.hearth.id, message_id))
        return str(found.status)


@pytest.fixture
def door(carrier: Carrier, app: Starlette, site: World) -> Door:

    def add(session: Session) -> None:
        business = businesses.get(session, site.hearth.id)
        for number in (LOCAL, TOLL_FREE):
            sender.add(
                session, business, channel=SMS, number=number, provider=carrier.name, credentials=carrier.credentials
            )

    site.write(add)
    client = TestClient(app, base_url=SITE, follow_redirects=False, raise_server_exceptions=False)
    return Door(client, site, carrier)


@pytest.fixture(params=CARRIERS)
def carrier(request: pytest.FixtureRequest) -> Carrier:
    return CARRIERS[request.param]


@pytest.mark.covers("P3", "rules 3", "rules 4", "rules 22")
def test_a_stop_counts_once_and_gets_one_confirmation_of_ours(door: Door) -> None:
    door.agree()
    assert [door.text("STOP") for _ in range(3)] == [200] * 3
    assert (door.row().status, door.row().carrier, door.queued()) == (Status.OPTED_OUT, Light.UNKNOWN, 1)
    assert len(door.dump()["provider_event"]) == 1


@pytest.mark.covers("rules 4", "rules 19")
def test_to_a_toll_free_number_the_network_confirms_it_and_we_do_not(door: Door) -> None:
    door.agree()
    assert door.text("Stop", to=TOLL_FREE) == 200
    assert (door.row().status, door.row().carrier, door.queued()) == (Status.OPTED_OUT, Light.BLOCKED, 0)


@pytest.mark.covers("rules 2", "rules 4")
def test_in_other_words_it_is_ours_to_confirm_wherever_it_went(door: Door) -> None:
    assert door.text("please stop texting me", to=TOLL_FREE) == 200
    assert (door.row().status, door.queued()) == (Status.OPTED_OUT, 1)


@pytest.mark.covers("rules 12")
def test_help_is_answered_once_and_by_us(door: Door) -> None:
    assert [door.text("HELP", "000000000000000b"), door.text("HELP", "000000000000000b")] == [200, 200]
    assert (door.queued(), door.row().status) == (1, Status.NONE)


@pytest.mark.covers("P5", "P10", "rules 21")
def test_what_the_carrier_did_not_say_changes_nothing(door: Door) -> None:
    true = door.carrier.text("STOP", "0000000000000001", LOCAL)
    before = door.dump()
    assert {door.post(each) for each in door.carrier.forged(true)} == {403}
    assert door.post(true, business=door.site.other.id) == 404
    assert door.dump() == before


@pytest.mark.covers("P4", "rules 22")
def test_delivered_and_then_sent_stays_delivered(door: Door) -> None:
    ours, carrier = door.give("0000000000000002"), door.carrier
    for word in (carrier.delivered, carrier.sent, carrier.delivered):
        assert door.post(carrier.report(word, "0000000000000002", ours, "0")) == 200
    assert door.fate(ours) == Fate.DELIVERED


@pytest.mark.covers("P6", "rules 22")
def test_a_report_names_our_text_though_its_answer_was_lost(door: Door) -> None:
    ours = door.give(None)
    assert door.post(door.carrier.report(door.carrier.delivered, "0000000000000003", ours, "0")) == 200
    assert door.fate(ours) == Fate.DELIVERED


@pytest.mark.covers("rules 18")
def test_a_report_that_they_opted_out_is_an_opt_out(door: Door) -> None:
    door.agree()
    ours, carrier = door.give("0000000000000004"), door.carrier
    assert door.post(carrier.report(carrier.failed, "0000000000000004", ours, carrier.opted_out)) == 200
    assert (door.fate(ours), door.row().status, door.row().carrier) == (Fate.FAILED, Status.OPTED_OUT, Light.BLOCKED)


@pytest.mark.covers("P3", "P5", "rules 21")
@pytest.mark.parametrize("carrier", [VONAGE], ids=["vonage"])
def test_by_get_the_same_text_counts_once_and_a_forged_one_never(door: Door) -> None:
    """An account at Vonage may be set to GET, and may be set otherwise between two tries."""
    true, forged = door.carrier.text("STOP", "000000000000000c", LOCAL), door.carrier.forged(Post("messages"))
    assert {door.post(by_get(each)) for each in forged} == {403}
    assert [door.post(by_get(true)), door.post(true), door.post(by_get(true))] == [200] * 3
    assert (door.row().status, door.queued()) == (Status.OPTED_OUT, 1)


@pytest.mark.covers("P5", "rules 21")
@pytest.mark.parametrize("carrier", [BANDWIDTH], ids=["bandwidth"])
def test_who_brings_no_credentials_is_asked_for_them_and_changes_nothing(door: Door) -> None:
    true, before = door.carrier.text("STOP", "000000000000000d", LOCAL), door.dump()
    bare = door.client.post(f"/webhooks/bandwidth/{door.site.hearth.id}/messages", content=true.body)
    assert (bare.status_code, bare.headers["www-authenticate"].split()[0]) == (401, "Basic")
    assert door.dump() == before
    assert door.post(true) == 200
    assert door.row().status == Status.OPTED_OUT


@pytest.mark.covers("P2", "P5")
@pytest.mark.parametrize("carrier", [BANDWIDTH], ids=["bandwidth"])
def test_a_stop_in_a_list_counts_though_its_neighbours_are_broken(door: Door) -> None:
    stop = json.loads(door.carrier.text("STOP", "000000000000000e", LOCAL).body)
    body = json.dumps(["broken", *stop, {"type": "message-received", "message": {}}]).encode()
    post = Post("messages", body, door.carrier.text("STOP", "0", LOCAL).headers)
    assert [door.post(post), door.post(post)] == [200, 200]
    assert (door.row().status, door.queued(), len(door.dump()["provider_event"])) == (Status.OPTED_OUT, 1, 3)


@pytest.mark.covers("P3", "P8", "rules 23")
@pytest.mark.parametrize("carrier", [SINCH], ids=["sinch"])
def test_a_stop_that_no_webhook_brought_is_found_in_sinchs_list_and_counts_once(door: Door) -> None:
    stop = json.loads(door.carrier.text("STOP", "000000000000000f", LOCAL).body)
    stop["received_at"] = clock.rfc3339(clock.now())

    def listed(call: Call) -> Reply:
        return said(200, {"inbounds": [stop], "count": 1} if "/inbounds" in call.path else {"batches": [], "count": 0})

    door.agree()
    with PretendApi(listed) as api:
        reconciler = Reconciler(door.site.database, Providers({"sinch": Sinch(api.url)}, SITE), Rules())
        (row,) = [each for each in door.site.read(reconciliation.senders) if each.number == LOCAL]
        reports = [reconciler.ask(row), reconciler.ask(row)]
    assert [(each.problem, each.found) for each in reports] == [("", 1), ("", 0)]
    assert door.text("STOP", "000000000000000f") == 200
    assert (door.row().status, door.queued(), len(door.dump()["provider_event"])) == (Status.OPTED_OUT, 1, 1)
