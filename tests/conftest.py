"""Three people and two businesses, a fresh database each, and the application as a browser or a provider meets it.

Alice owns Hearth Photography, Bob is her colleague on staff, Charlie owns Other Contracting and must never see theirs.
"""

import os
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import sqlalchemy as sa
from argon2 import PasswordHasher
from hypothesis import settings as settings_of_hypothesis
from sqlmodel import Session
from starlette.applications import Starlette
from starlette.routing import BaseRoute
from starlette.testclient import TestClient

from portal import app as applications
from portal import clock, schema, second_lock
from portal.accounts import business as businesses
from portal.accounts import key, member, sender
from portal.accounts import session as sign_ins
from portal.accounts.key import Secrets
from portal.accounts.member import Role
from portal.accounts.session import SignIn
from portal.api import routes as api_routes
from portal.api.meter import Meter
from portal.api.shared_meter import SharedMeter
from portal.app import create_app
from portal.column import table_of
from portal.database import Database
from portal.settings import Caps, Settings
from portal.web.routes import routes

if TYPE_CHECKING:
    from tests.postgres import Databases

pytest_plugins = ["tests.compiled", "tests.postgres", "tests.canary", "tests.figures", "tests.order"]
settings_of_hypothesis.register_profile("ours", deadline=None)  # a busy machine is no failure
settings_of_hypothesis.load_profile("ours")

PASSWORD = "correct horse battery"
TOKEN = "0123456789abcdef0123456789abcdef"
ACCOUNT = "AC00000000000000000000000000000001"
OTHER_ACCOUNT = "AC00000000000000000000000000000002"
OUR_NUMBER = "+12025550199"
OTHER_NUMBER = "+12025550188"
ON_POSTGRES = os.environ.get("PORTAL_TEST_ON") == "postgresql"
FURNISHED = f"furnished_{os.getpid()}"  # each process has its own keys, and so its own two businesses
NO_CAPS = Caps(**{each.name: 0 for each in fields(Caps)})


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """On PostgreSQL only what meets a database is run again; what is pure, or decided at the door before any row is
    asked for (`at_the_door`), has been proven once. What needs several writers (`only_on_postgres`) is
    left to that run."""
    if not ON_POSTGRES:
        elsewhere = [item for item in items if item.get_closest_marker("only_on_postgres") is not None]
        config.hook.pytest_deselected(items=elsewhere)
        items[:] = [item for item in items if item not in elsewhere]
        return
    asks = {"database_url", "postgres_databases"}
    meets = [
        item
        for item in items
        if asks & set(getattr(item, "fixturenames", ())) and item.get_closest_marker("at_the_door") is None
    ]
    config.hook.pytest_deselected(items=[item for item in items if item not in meets])
    items[:] = meets


@dataclass(frozen=True)
class Person:
    """A member with what signs them in."""

    id: str
    email: str
    cookie: str
    csrf: str


@dataclass(frozen=True)
class House:
    """One business with its people and its API tokens."""

    id: str
    slug: str
    owner: Person
    staff: Person
    token: str
    sender: str


@dataclass
class World:
    """Everything a test needs of one installation."""

    database: Database
    secrets: Secrets
    alice: Person
    bob: Person
    charlie: Person
    hearth: House
    other: House
    extras: dict[str, Any] = field(default_factory=dict)

    def read(self, work: Callable[[Session], Any]) -> Any:
        return self.database.read(work)

    def write(self, work: Callable[[Session], Any]) -> Any:
        return self.database.write(work)


@pytest.fixture(scope="session", autouse=True)
def cheap_passwords() -> Iterator[None]:
    """argon2id with the least cost: real hashes, without their 0.1 s each."""
    cheap = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(member, "hasher", lambda: cheap)
        yield


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An empty database at the newest schema, to be copied."""
    path = tmp_path_factory.mktemp("template") / "portal.db"
    schema.migrate(f"sqlite:///{path}")
    return path


def migrate(url: str) -> None:
    schema.migrate(url)
    second_lock.secure(url)


@pytest.fixture
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """A fresh migrated database, SQLite or PostgreSQL where PORTAL_TEST_ON says so; with the two businesses in it for
    a test that asks for `houses`."""
    is_furnished = "houses" in request.fixturenames
    if ON_POSTGRES:
        databases: Databases = request.getfixturevalue("postgres_databases")
        url = databases.copy(FURNISHED) if is_furnished else databases.fresh(migrate)
        yield url
        databases.drop(url)
    else:
        path = tmp_path / "portal.db"
        template: Path = request.getfixturevalue("sqlite_template")
        shutil.copy(template.with_name(FURNISHED) if is_furnished else template, path)
        yield f"sqlite:///{path}"


@pytest.fixture(scope="session")
def secrets() -> Secrets:
    return key.in_memory()


@pytest.fixture(scope="session")
def houses(request: pytest.FixtureRequest, secrets: Secrets) -> Callable[[Database], "World"]:
    """The two businesses are made once, in a template of their own; the answer says who lives in a copy of it."""
    if ON_POSTGRES:
        databases: Databases = request.getfixturevalue("postgres_databases")
        url = databases.fresh(migrate)
    else:
        template: Path = request.getfixturevalue("sqlite_template")
        url = f"sqlite:///{shutil.copy(template, template.with_name(FURNISHED))}"
    database = Database(url, secrets=secrets)
    made = populate(database, secrets)
    database.dispose()
    if ON_POSTGRES:
        databases.keep(url, FURNISHED)

    def inhabited(copied: Database) -> World:
        copied.write(just_signed_in)
        # what a first connection asks is no page's cost
        copied.read(lambda session: second_lock.narrow(session, made.hearth.id))
        return replace(made, database=copied, extras={})

    return inhabited


@pytest.fixture
def settings(database_url: str, tmp_path: Path) -> Settings:
    return Settings(
        database_url=database_url, secret_key="t" * 40, key_file=str(tmp_path / "portal.keys"),
        public_url="https://portal.example.com", form_min_seconds=0, caps=NO_CAPS,
        quiet_hours="off", automated_per_day=0,  # tests run at any hour; those about the hours switch them on
    )  # fmt: skip


@pytest.fixture
def database(database_url: str, secrets: Secrets) -> Iterator[Database]:
    found = Database(database_url, secrets=secrets)
    yield found
    found.dispose()


@pytest.fixture
def world(houses: Callable[[Database], World], database: Database) -> World:
    """Two businesses with senders and people, and nothing else."""
    return houses(database)


def just_signed_in(session: Session) -> None:
    """Whoever lives in a copy typed their password now, not when the template was made."""
    now = clock.now()
    session.connection().execute(sa.update(table_of(SignIn)).values(proved_at=now, seen_at=now))


def populate(database: Database, secrets: Secrets, *, provider: str = "twilio") -> World:
    hearth = database.write(
        lambda session: house(session, "Hearth Photography", "alice", "bob", OUR_NUMBER, ACCOUNT, provider)
    )
    other = database.write(
        lambda session: house(session, "Other Contracting", "charlie", "dana", OTHER_NUMBER, OTHER_ACCOUNT, provider)
    )
    return World(database, secrets, hearth.owner, hearth.staff, other.owner, hearth, other)


def house(
    session: Session, name: str, owner: str, staff: str, number: str, account: str, provider: str = "twilio"
) -> House:
    business = businesses.create(session, name)
    credentials = {"account_sid": account, "auth_token": TOKEN} if provider == "twilio" else {}
    ours = sender.add(session, business, channel="sms", number=number, provider=provider, credentials=credentials)
    return House(
        business.id, business.slug, person(session, business.id, owner, Role.OWNER),
        person(session, business.id, staff, Role.STAFF),
        sign_ins.create_token(session, business.id, name="tests", role=Role.MANAGER), ours.id,
    )  # fmt: skip


def person(session: Session, business_id: str, name: str, role: Role) -> Person:
    email = f"{name}@example.com"
    made = member.create(session, business_id, email=email, name=name.title(), role=role, password=PASSWORD)
    cookie = sign_ins.start(session, made, user_agent="tests", ip="127.0.0.1")
    session.flush()
    found = sign_ins.find(session, cookie)
    assert found is not None
    return Person(made.id, email, cookie, found[0].csrf)


@pytest.fixture(scope="session")
def meters() -> list[Meter]:
    """Those of the API, which all tests of a process share with its URLs."""
    return [Meter(), SharedMeter()]


@pytest.fixture(scope="session")
def urls(meters: list[Meter]) -> list[BaseRoute]:
    """The table of every URL, which nothing changes: making it is half of the work of making an application."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(api_routes, "Meter", lambda: meters[0])
        patch.setattr(api_routes, "SharedMeter", lambda: meters[1])
        return routes()


@pytest.fixture
def app(settings: Settings, secrets: Secrets, urls: list[BaseRoute], meters: list[Meter]) -> Iterator[Starlette]:
    """The application without its jobs: nothing is sent unless a test sends it. That its database is a copy of one at
    the newest schema, with its lock, is not asked again of each copy: on PostgreSQL that is five connections."""
    for meter in meters:
        vars(meter).update(vars(type(meter)()))  # nobody has called yet
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(applications, "routes", lambda: urls)
        patch.setattr(schema, "revision", lambda url: schema.HEAD)
        patch.setattr(schema, "is_unfinished", lambda url: False)
        patch.setattr(second_lock, "secure", lambda url: None)
        made = create_app(settings, with_jobs=False, secrets=secrets)
    yield made
    made.state.database.dispose()


@pytest.fixture
def client(app: Starlette) -> TestClient:
    """Nobody in particular, from our own pages' point of view."""
    return TestClient(app, base_url="https://portal.example.com", follow_redirects=False)


@pytest.fixture
def site(houses: Callable[[Database], World], app: Starlette) -> World:
    """The same two businesses, inside the application's own database."""
    return houses(app.state.database)


def as_member(client: TestClient, who: Person) -> TestClient:
    """`client` signed in as `who`; writing requests carry the session's token."""
    client.cookies.set("__Host-id", who.cookie, domain="portal.example.com")
    client.headers["X-CSRF-Token"] = who.csrf
    return client
