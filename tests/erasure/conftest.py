"""The demo's own studio with everything that a business collects, twice: once as it is, once after two were erased.

Owen had opted out; Rosa had agreed and never took it back. Both are looked for in every spelling, everywhere.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from sqlmodel import Session

from portal.accounts import api_answer, delivery
from portal.accounts.key import Secrets
from portal.accounts.sender import SMS
from portal.app import create_app
from portal.consent import phone_number, subscription
from portal.database import Database
from portal.demo import PASSWORD, studio
from portal.demo.client import OWEN, ROSA
from portal.demo.story import Person
from portal.erasure import removal, wiping
from portal.erasure.reason import Reason
from portal.erasure.removal import Erased
from portal.export import Export, Feed, Format, What
from portal.imports import import_piece, import_problem
from portal.imports.contact_row import Trouble
from portal.imports.import_run import ImportRun
from portal.imports.row_file import Row
from portal.messaging import archive as archives
from portal.messaging import archive_turn, message, saved_view, word_search
from portal.settings import Settings
from tests.conftest import NO_CAPS, migrate
from tests.postgres import Databases, is_under_test

URL = "https://portal.example.com"


def spellings(number: str, typed: str) -> tuple[str, ...]:
    """As E.164, for people, reversed as the search keeps it, as the client typed it, and as other programs write it."""
    digits, country, rest = number[1:], number[1:2], number[2:]
    area, middle, last = rest[:3], rest[3:6], rest[6:]
    return (
        number, digits, rest, f"00{digits}", f"%2B{digits}", f"\\u002b{digits}", number[::-1],
        phone_number.display(number), phone_number.national(number), f"{area}-{middle}-{last}",
        f"{area}.{middle}.{last}", f"{area} {middle} {last}", f"{middle}-{last}", f"{middle}{last}", typed,
        f"({area}){middle}-{last}", f"+{country}-{area}-{middle}-{last}",
    )  # fmt: skip


@dataclass
class Town:
    """The studio's database with what is known of it before and after."""

    database: Database
    business: str
    path: Path | None
    ids: dict[str, dict[str, str]] = field(default_factory=dict)
    before: dict[str, int] = field(default_factory=dict)
    erased: dict[str, Erased] = field(default_factory=dict)

    def read(self, work: Callable[[Session], Any]) -> Any:
        return self.database.read(work)

    def write(self, work: Callable[[Session], Any]) -> Any:
        return self.database.write(work)

    def erase(self, who: Person, reason: Reason = Reason.ASKED) -> Erased:
        contact_id = self.ids[who.name]["contact"]
        done: Erased = self.write(
            lambda session: removal.erase(session, self.business, contact_id, reason=reason, actor="member:ana")
        )
        return done

    def everything(self) -> dict[str, str]:
        """Every cell of every table, as text; also of those that no class declares."""

        def work(session: Session) -> dict[str, str]:
            connection = session.connection()
            names = sa.inspect(connection).get_table_names()
            rows = {name: connection.exec_driver_sql(f'SELECT * FROM "{name}"').all() for name in names}
            return {name: "\n".join(map(_cells, found)) for name, found in rows.items()}

        return dict(self.read(work))

    def exports(self) -> dict[str, str]:
        files: dict[str, Export | Feed] = {str(what): Export(self.business, what, Format.JSONL) for what in What}
        written = dict.fromkeys((*files, "archive"), b"")
        for name, file in (*files.items(), ("archive", Feed(self.business, 0))):
            while not file.is_done:
                written[name] += self.read(file.piece)
        return {name: text.decode() for name, text in written.items()}


def _cells(row: Any) -> str:
    return "\t".join(each.decode("latin-1") if isinstance(each, bytes) else str(each) for each in row)


def needles(who: Person) -> tuple[str, ...]:
    return (*spellings(who.number, f"1 ({who.number[2:5]}) {who.number[5:8]}  {who.number[8:]}"), who.name, who.email)


def hits(texts: dict[str, str], who: Person) -> list[tuple[str, str]]:
    return [(name, needle) for name, text in texts.items() for needle in needles(who) if is_in(text, needle)]


def is_in(text: str, needle: str) -> bool:
    """Seven digits alone may also stand in an id or a hash by chance, once in some thousand runs; what is longer is
    looked for anywhere."""
    is_short = len(needle) == 7 and needle.isdecimal()
    pattern = rf"(?<![0-9a-f]){needle}(?![0-9a-f])"
    return bool(re.search(pattern, text)) if is_short else needle in text


def furnish(session: Session, business_id: str) -> None:
    """What the demo has none of: programs that were told, a view by name, an answer kept for a repeated call."""
    for who in (OWEN, ROSA):
        row = subscription.find(session, business_id, SMS, who.number)
        member_id = session.scalar(sa.text("SELECT id FROM member LIMIT 1"))
        saved_view.save(session, business_id, str(member_id), name=f"{who.name}’s", query=f"q={who.number[-7:]}")
        api_answer.claim(session, business_id, f"key-{row.id}", request_hash="0")
        api_answer.keep(session, business_id, f"key-{row.id}", status=201, body=f'{{"number": "{who.number}"}}')
        delivery.note(session, business_id, "message.received", row.id)
        message.notice(session, row, f"{who.name} called from {who.number}")
    session.execute(sa.update(delivery.table).values(payload={"number": OWEN.number, "other": ROSA.number}))
    run = ImportRun(business_id=business_id, what="contacts", file_name="Rosa Delgado.csv", actor="member:ana")
    session.add(run)
    session.flush()
    rows = [
        Row(i, [who.name, f"(415) 555-{who.number[-4:]}", who.email]) for i, who in enumerate((OWEN, ROSA), start=1)
    ]
    import_piece.add(session, business_id, run.id, 0, rows)
    import_piece.note_keys(session, business_id, run.id, [(f"1:{OWEN.number}", 1), (f"1:{ROSA.email}", 2)])
    import_problem.add(session, business_id, run.id, [Trouble(3, f"{ROSA.number}?", ("x", ROSA.number))], listed=0)
    archives.switch(session, business_id, is_on=True)


def fill_archive(database: Database, business_id: str) -> None:
    while True:
        turn = database.read(lambda session: archive_turn.look(session, business_id=business_id, sweeps=False))
        if turn is None or not turn.is_news:
            return
        database.write(partial(archive_turn.store, turn=turn))


def tell(url: str, secrets: Secrets) -> Town:
    settings = Settings(
        database_url=url, secret_key="t" * 40, public_url=URL,
        form_min_seconds=0, caps=NO_CAPS, demo=True, quiet_hours="off",
    )  # fmt: skip
    state = create_app(settings, secrets=secrets).state
    rehearsal = state.providers.get("rehearsal")
    database: Database = state.database
    database.write(lambda session: studio.open_in(session, rehearsal, rehearsal.behave, url=URL, password=PASSWORD))
    business_id = database.read(lambda session: session.scalar(sa.text(
        "SELECT business_id FROM subscription WHERE number = '+14155550132' LIMIT 1")))  # fmt: skip
    town = Town(database, business_id, Path(url.removeprefix("sqlite:///")) if database.is_sqlite else None)
    database.write(lambda session: furnish(session, business_id))
    while database.read(word_search.is_behind):
        database.write(word_search.take_in)
    fill_archive(database, business_id)
    for who in (OWEN, ROSA):
        row = town.read(partial(subscription.find, business_id=business_id, channel=SMS, number=who.number))
        town.ids[who.name] = {"contact": row.contact_id, "subscription": row.id}
    return town


if is_under_test():

    @pytest.fixture(scope="module")
    def studio_url(postgres_databases: Databases) -> str:
        return postgres_databases.fresh(migrate)

else:

    @pytest.fixture(scope="module")
    def studio_url(tmp_path_factory: pytest.TempPathFactory) -> str:
        return f"sqlite:///{tmp_path_factory.mktemp('studio') / 'portal.db'}"


@pytest.fixture(scope="module")
def told(studio_url: str, secrets: Secrets) -> Iterator[Town]:
    town = tell(studio_url, secrets)
    yield town
    town.database.dispose()


@pytest.fixture(scope="module")
def forgotten(told: Town) -> Town:
    """Afterwards, with the disk wiped."""
    town = told
    town.before = {who.name: len(hits({**town.everything(), **town.exports()}, who)) for who in (OWEN, ROSA)}
    town.erased = {who.name: town.erase(who) for who in (OWEN, ROSA)}
    wiping.wipe(town.database)
    return town
