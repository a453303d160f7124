"""Databases that earlier programs wrote are brought to head whole, also where every step is killed once (P19)."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlmodel import Session, select
from starlette.testclient import TestClient

from portal import schema
from portal.accounts import session as sign_ins
from portal.accounts.member import Member, Role
from portal.app import create_app
from portal.backup import facts, sqlite_copy
from portal.consent import verification
from portal.settings import Settings
from tests import house
from tests.golden import make

pytestmark = pytest.mark.covers("P19", "promises F")
GOLDEN = ("0014", "0019")
PAGES = ("/", "/sms", "/contacts", "/questionnaires", "/automations", "/settings/wordings")


@pytest.fixture(scope="module", params=GOLDEN)
def golden(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make.unpack(request.param, tmp_path_factory.mktemp(f"golden_{request.param}"))


@pytest.fixture(scope="module")
def settings(golden: Path) -> Settings:
    return Settings(database_url=f"sqlite:///{golden}", secret_key="t" * 40, public_url="https://portal.example.com")


@pytest.fixture(scope="module")
def before(golden: Path) -> facts.Facts:
    return sqlite_copy.check(golden)


@pytest.fixture(scope="module")
def history(settings: Settings, before: facts.Facts) -> list[str]:
    """The schema after each kill."""
    words = [sys.executable, "-m", "tests.golden.killed", settings.database_url]
    done = subprocess.run(words, cwd=house.ROOT, capture_output=True, text=True, check=True)
    return done.stdout.split()


@pytest.fixture(scope="module")
def client(settings: Settings, history: list[str]) -> Iterator[TestClient]:
    app = create_app(settings, with_jobs=False)
    yield TestClient(app, base_url=settings.public_url, follow_redirects=False)
    app.state.database.dispose()


def test_a_step_that_is_killed_before_its_commit_leaves_the_schema_as_it_was(
    before: facts.Facts, history: list[str]
) -> None:
    """Each try finishes the step that was killed and is killed in the next; the last one comes through."""
    versions = [each for each in schema._VERSIONS if each >= before.schema]
    assert history == [before.schema, *versions]
    assert history[-1] == schema.HEAD


def test_every_row_is_there_and_every_ledger_ends_as_before(
    golden: Path, before: facts.Facts, history: list[str]
) -> None:
    after = sqlite_copy.check(golden)
    assert {name: after.counts[name] for name in before.counts} == before.counts
    assert after.heads == before.heads
    assert before.counts["ledger_entry"] > 30


def test_every_ledger_verifies(client: TestClient) -> None:
    def problems(session: Session) -> list[str]:
        return [verification.verify(session, each).problem for each in verification.businesses(session)]

    assert set(client.app.state.database.read(problems)) == {""}  # type: ignore[attr-defined]


def test_its_pages_open(client: TestClient) -> None:
    def sign_in(session: Session) -> str:
        owner = session.exec(select(Member).where(Member.role == Role.OWNER)).first()
        assert owner is not None
        return sign_ins.start(session, owner, user_agent="tests", ip="127.0.0.1")

    cookie = client.app.state.database.write(sign_in)  # type: ignore[attr-defined]
    client.cookies.set("__Host-id", cookie, domain="portal.example.com")
    assert {page: client.get(page).status_code for page in PAGES} == dict.fromkeys(PAGES, 200)
