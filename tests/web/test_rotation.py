"""A secret is changed while webhooks come and texts leave: nothing is refused meanwhile, what was dropped is out."""

from collections.abc import Callable

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlmodel import Session, select
from starlette.applications import Starlette
from starlette.testclient import TestClient

from portal import clock
from portal.accounts import business as businesses
from portal.accounts import sender
from portal.accounts.sender import SMS, Sender
from portal.errors import Invalid
from portal.providers.provider import Request
from tests.conftest import World
from tests.providers.case import SENDER, SITE
from tests.providers.telnyx_case import KEY, TELNYX, public, received, signed

NEW = Ed25519PrivateKey.from_private_bytes(b"the key after the rotation, 32by")
Post = Callable[[int, Ed25519PrivateKey], int]


@pytest.fixture
def business(site: World) -> str:
    def make(session: Session) -> str:
        made = businesses.create(session, "Corner Bakery")
        sender.add(session, made, channel=SMS, number=SENDER, provider="telnyx", credentials=TELNYX.credentials)
        return made.id

    found: str = site.write(make)
    return found


@pytest.fixture
def post(app: Starlette, business: str) -> Post:
    """The n-th text of a client, signed by a key; the answer's status."""
    client = TestClient(app, base_url=SITE, raise_server_exceptions=False)

    def send(n: int, by: Ed25519PrivateKey) -> int:
        url = f"{SITE}/webhooks/telnyx/{business}/messages"
        request: Request = signed(url, received("Hello", n), key=by)
        return int(client.post(url, content=request.body, headers=dict(request.headers)).status_code)

    return send


def rotate(site: World, *, should_drop: bool = False, **given: str) -> list[str]:
    def work(session: Session) -> list[str]:
        return sender.rotate(session, sender.named(session, number=SENDER), given, should_drop=should_drop)

    found: list[str] = site.write(work)
    return found


def in_use(site: World, business: str) -> list[dict[str, str]]:
    found: list[dict[str, str]] = site.read(lambda session: sender.secrets_of(session, business, "telnyx"))
    return found


def later(monkeypatch: pytest.MonkeyPatch, seconds: float) -> None:
    real = clock.monotonic
    monkeypatch.setattr(clock, "monotonic", lambda: real() + seconds)


@pytest.mark.covers("P5")
def test_after_a_rotation_webhooks_by_either_secret_count_without_a_restart(
    post: Post, site: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert (post(1, KEY), post(2, NEW)) == (200, 403)
    rotate(site, public_key=public(NEW))
    later(monkeypatch, 2)
    assert (post(3, NEW), post(4, KEY)) == (200, 200)


@pytest.mark.covers("P5")
def test_a_dropped_secret_counts_no_more_within_seconds_even_where_nothing_else_comes(
    post: Post, site: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A secret that leaked must not live on in a process that happens to see no other."""
    assert post(1, KEY) == 200
    rotate(site, public_key=public(NEW))
    rotate(site, should_drop=True)
    later(monkeypatch, 6)
    assert (post(2, KEY), post(3, NEW)) == (403, 200)


def test_a_leaked_secret_is_changed_and_dropped_in_one_go(site: World, business: str) -> None:
    assert rotate(site, should_drop=True, public_key=public(NEW)) == ["public_key"]
    assert [each["public_key"] for each in in_use(site, business)] == [public(NEW)]


def test_texts_leave_by_the_new_secrets_only(site: World, business: str) -> None:
    rotate(site, api_key="KEY-new", public_key=public(NEW))

    def sending(session: Session) -> dict[str, str]:
        sealed = session.exec(select(Sender.credentials).where(Sender.number == SENDER)).one()
        return sender.credentials_of(session, sealed)

    assert site.read(sending) == {**TELNYX.credentials, "api_key": "KEY-new", "public_key": public(NEW)}
    assert [each["api_key"] for each in in_use(site, business)] == ["KEY-new", TELNYX.credentials["api_key"]]


@pytest.mark.usefixtures("business")
def test_the_sealed_value_differs_after_a_rotation_so_that_no_process_goes_on_with_the_old_one(site: World) -> None:
    """The dispatcher knows credentials by their sealed value, which every claim brings along."""
    before = column_of(site)
    rotate(site, api_key="KEY-new")
    after = column_of(site)
    assert before != after
    assert "KEY" not in after


def column_of(site: World) -> str:
    def read(session: Session) -> str:
        return session.exec(select(Sender.credentials).where(Sender.number == SENDER)).one()

    return str(site.read(read))


def test_a_second_rotation_keeps_one_set_of_before_and_not_two(site: World, business: str) -> None:
    for value in ("KEY-2", "KEY-3"):
        rotate(site, api_key=value)
    assert [each["api_key"] for each in in_use(site, business)] == ["KEY-3", "KEY-2"]


def test_two_senders_of_one_number_are_named_by_their_ids(site: World, business: str) -> None:
    def twice(session: Session) -> str:
        found = businesses.get(session, business)
        meta = {"phone_number_id": "1", "app_secret": "s", "access_token": "t", "verify_token": "v"}
        made = sender.add(session, found, channel="whatsapp", number=SENDER, provider="whatsapp", credentials=meta)
        return sender.named(session, sender_id=made.id).channel

    assert site.write(twice) == "whatsapp"
    with pytest.raises(Invalid, match="name one by --sender"):
        rotate(site, api_key="KEY-new")
