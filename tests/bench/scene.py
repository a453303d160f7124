"""A business with many opted-in numbers, and the signed requests with which each of them says STOP."""

import contextlib
import dataclasses
import itertools
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlencode

import sqlalchemy as sa
from sqlmodel import Session
from twilio.request_validator import RequestValidator

from portal.accounts import business as businesses
from portal.accounts import sender
from portal.accounts.sender import SMS
from portal.consent import ledger, subscription, verification
from portal.consent.purpose import Purpose
from portal.consent.state import Kind, Origin, Proof
from portal.database import Database
from portal.messaging import message, outbox
from portal.opening import open_database
from portal.settings import Caps, Settings
from portal.statement import Statement, param
from tests.bench import load
from tests.bench.child import BenchError

ACCOUNT = "AC00000000000000000000000000000001"
TOKEN = "0123456789abcdef0123456789abcdef"
OUR_NUMBER = "+12025550199"
PUBLIC_URL = "https://portal.example.com"
SLOTS = 64  # texts handed over at the same time
PIECE = 500  # numbers prepared in one transaction
_FATES = Statement(
    sa.select(message.table.c.status, sa.func.count().label("count"))
    .where(message.table.c.business_id == param("business_id"), message.table.c.direction == "outbound")
    .group_by(message.table.c.status)
)
_UNLIMITED = Caps(**{each.name: 0 for each in dataclasses.fields(Caps)})


@dataclass(frozen=True)
class Scene:
    """One installation with one business; `requests` is the file for the load client, the n-th from `numbers[n]`."""

    settings: Settings
    business: str
    numbers: Sequence[str]
    requests: Path


def set_up(folder: Path, url: str, count: int, *, text: str = "STOP", twilio: str = "", slots: int = SLOTS) -> Scene:
    """Everything on disk, and nobody connected to it any more."""
    settings = Settings(
        database_url=url, secret_key="b" * 40, key_file=str(folder / "portal.keys"), public_url=PUBLIC_URL,
        caps=_UNLIMITED, quiet_hours="off", automated_per_day=0, send_slots=slots, provider_urls={"twilio": twilio or "http://127.0.0.1:9"},
    )  # fmt: skip
    numbers = first_numbers(count)
    with opened(settings) as database:
        business = database.write(_business)
        for at in range(0, count, PIECE):
            _opt_in(database, business, numbers[at : at + PIECE])
        database.checkpoint()
    return Scene(settings, business, numbers, requests_file(folder, business, numbers, text))


def requests_file(folder: Path, business: str, numbers: Sequence[str], text: str = "STOP") -> Path:
    """Where the load client finds one signed webhook per number."""
    path = folder / f"requests-{business}"
    load.write_requests(path, _requests(f"/webhooks/twilio/{business}/messages", numbers, text))
    return path


def first_numbers(count: int) -> list[str]:
    """Fictional ones: 555-0100 to 555-0199 of every area."""
    every = (f"+1{area}55501{last:02d}" for last in range(100) for area in range(200, 1000))
    return list(itertools.islice(every, count))


def environment(settings: Settings) -> dict[str, str]:
    """`settings` for another process."""
    return {"PORTAL_BENCH_SETTINGS": json.dumps(dataclasses.asdict(settings))}


def settings_from(text: str) -> Settings:
    values = json.loads(text)
    return Settings(**(values | {"caps": Caps(**values["caps"])}))


@contextlib.contextmanager
def opened(settings: Settings) -> Iterator[Database]:
    database = open_database(settings)
    try:
        yield database
    finally:
        database.dispose()


def verify(database: Database, scene: Scene) -> None:
    """Raises BenchError where the ledger does not verify."""
    found = database.read(lambda session: verification.verify(session, scene.business))
    if found.problem:
        raise BenchError(found.problem)


def statuses(database: Database, scene: Scene) -> dict[str, int]:
    return database.read(lambda session: subscription.counts(session, scene.business))


def fates(database: Database, scene: Scene) -> dict[str, int]:
    """How many outbound texts stand where."""
    rows = database.read(lambda session: _FATES.rows(session, business_id=scene.business))
    return {row.status: row.count for row in rows}


def queue_texts(database: Database, business: str, numbers: Sequence[str]) -> None:
    """One ordinary text to each number, in their order."""

    def work(session: Session, piece: Sequence[str]) -> None:
        for number in piece:
            row = subscription.lock(session, business, SMS, number)
            outbox.queue(session, row, "See you on Friday at ten.", purpose=Purpose.CONVERSATION)

    for at in range(0, len(numbers), PIECE):
        database.write(lambda session, at=at: work(session, numbers[at : at + PIECE]))  # type: ignore[misc]


def request_to(path: str, body: bytes, headers: dict[str, str]) -> bytes:
    head = {"Host": "portal.example.com", "Content-Length": str(len(body)), **headers}
    lines = "".join(f"{name}: {value}\r\n" for name, value in head.items())
    return f"POST {path} HTTP/1.1\r\n{lines}\r\n".encode() + body


def _business(session: Session) -> str:
    business = businesses.create(session, "Hearth Photography")
    credentials = {"account_sid": ACCOUNT, "auth_token": TOKEN}
    sender.add(session, business, channel=SMS, number=OUR_NUMBER, provider="twilio", credentials=credentials)
    return business.id


def _opt_in(database: Database, business: str, numbers: Sequence[str]) -> None:
    def work(session: Session) -> None:
        for number in numbers:
            row = subscription.lock(session, business, SMS, number)
            ledger.record(
                session, row, Kind.OPTED_IN, origin=Origin.FORM, proof=Proof.ANONYMOUS, actor="client",
                scope="informational", evidence={"words": "the disclaimer", "choice": "yes"},
            )  # fmt: skip

    database.write(work)


def _requests(path: str, numbers: Sequence[str], text: str) -> Iterator[bytes]:
    """As Twilio posts them, field by field."""
    validator = RequestValidator(TOKEN)
    for count, number in enumerate(numbers):
        sid = f"SM{count:032x}"
        fields = {
            "ToCountry": "US", "ToState": "DC", "SmsMessageSid": sid, "NumMedia": "0", "ToCity": "WASHINGTON",
            "FromZip": "94103", "SmsSid": sid, "FromState": "CA", "SmsStatus": "received", "FromCity": "SAN FRANCISCO",
            "Body": text, "FromCountry": "US", "To": OUR_NUMBER, "ToZip": "20001", "NumSegments": "1",
            "MessageSid": sid, "AccountSid": ACCOUNT, "From": number, "ApiVersion": "2010-04-01",
        }  # fmt: skip
        headers = {
            "Content-Type": "application/x-www-form-urlencoded; charset=utf-8",
            "X-Twilio-Signature": validator.compute_signature(PUBLIC_URL + path, fields),
            "I-Twilio-Idempotency-Token": f"00000000-0000-4000-8000-{count:012x}",
            "User-Agent": "TwilioProxy/1.1",
            "Accept": "*/*",
        }
        yield request_to(path, urlencode(fields).encode(), headers)
