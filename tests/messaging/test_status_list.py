"""Whose number stands where: the status list and its indexes (H-15, speed.md design 5)."""

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa
from sqlmodel import Session

from portal import clock
from portal.accounts.sender import SMS
from portal.column import new_id, sort_key
from portal.consent import number_search, subscription
from portal.contacts import contact, project
from portal.database import Database
from portal.errors import NotFound
from portal.messaging import status_list
from portal.messaging.status_list import NOBODY, Order, StatusPage, Wanted
from portal.statement import Statement
from tests.conftest import World

START = dt.datetime(2026, 11, 1, 9, tzinfo=dt.UTC)
STATUSES = ("opted_in", "opted_out", "none", "declined", "requested")
Rows = list[dict[str, Any]]


def row_of(business_id: str, number: str, name: str, status: str, minute: int, **more: Any) -> dict[str, Any]:
    at = START + dt.timedelta(minutes=minute)
    return {
        "id": new_id(), "business_id": business_id, "channel": SMS, "number": number, "number_reversed": number[::-1],
        "name": name, "name_key": sort_key(name) or number, "status": status, "carrier": "unknown", "is_paused": False,
        "is_undeliverable": False, "in_review": False, "is_claimed": False, "is_current": True, "last_message_at": at,
        "last_message_text": f"text {minute}", "last_message_direction": "inbound", "unread": 0, "created_at": at,
        "assigned_to": None, "snoozed_until_at": None, "origin": None,
        "project_id": None, "review_opened_at": at if more.get("in_review") else None,
    } | more  # fmt: skip


def put(database: Database, rows: Rows) -> None:
    database.write(lambda session: session.connection().execute(sa.insert(subscription.table), rows))


@pytest.fixture
def crowd(world: World, database: Database) -> World:
    """260 numbers of Hearth in five statuses, and 40 of the other business."""
    rows = [
        row_of(world.hearth.id, f"+1415555{n:04d}", f"Client {n:03d}", STATUSES[n % 5], minute=(n * 37) % 260)
        for n in range(260)
    ]
    rows += [row_of(world.other.id, f"+1415555{n:04d}", f"Stranger {n}", "opted_in", n) for n in range(40)]
    put(database, rows)
    return world


def listed(database: Database, business_id: str, **wanted: Any) -> StatusPage:
    return database.read(lambda session: status_list.page(session, business_id, Wanted(**wanted), region="US"))


def walked(database: Database, business_id: str, **wanted: Any) -> list[StatusPage]:
    pages = [listed(database, business_id, **wanted)]
    while pages[-1].older:
        pages.append(listed(database, business_id, **wanted, after=pages[-1].older))
    return pages


@pytest.mark.covers("H-15")
@pytest.mark.parametrize("order", [Order.LATEST, Order.NAME])
@pytest.mark.parametrize("status", ["", "declined"])
def test_walking_the_pages_shows_every_number_once_and_in_order(
    crowd: World, database: Database, order: Order, status: str
) -> None:
    pages = walked(database, crowd.hearth.id, order=order, status=status)
    rows = [row for page in pages for row in page.rows]
    assert len({row.id for row in rows}) == len(rows) == (52 if status else 260)
    assert {row.status for row in rows} == ({status} if status else set(STATUSES))
    keys = [row.name for row in rows] if order is Order.NAME else [row.last_message_at for row in rows]
    assert keys == sorted(keys, reverse=order is Order.LATEST)


@pytest.mark.parametrize("order", [Order.LATEST, Order.NAME])
def test_the_way_back_shows_the_same_pages(crowd: World, database: Database, order: Order) -> None:
    forth = walked(database, crowd.hearth.id, order=order)
    back = [forth[-1]]
    while back[-1].newer:
        back.append(listed(database, crowd.hearth.id, order=order, before=back[-1].newer))
    assert [page.rows for page in reversed(back)] == [page.rows for page in forth]


def test_the_next_page_stays_where_it_was_when_a_text_moves_the_last_row_to_the_top(
    crowd: World, database: Database
) -> None:
    first = listed(database, crowd.hearth.id)
    rest = listed(database, crowd.hearth.id, after=first.older)
    moved = first.rows[-1].id
    database.write(
        lambda session: subscription.touch(session, moved, at=clock.now(), text="hi", direction="inbound", unread=1)
    )
    assert listed(database, crowd.hearth.id, after=first.older).rows == rest.rows


@pytest.mark.covers("P10", "rules 27")
def test_somebody_elses_numbers_are_never_in_the_list(crowd: World, database: Database) -> None:
    names = {row.name for page in walked(database, crowd.other.id) for row in page.rows}
    assert len(names) == 40
    assert all(name.startswith("Stranger") for name in names)


@pytest.mark.covers("P10")
def test_a_cursor_of_somebody_else_leads_nowhere(crowd: World, database: Database) -> None:
    theirs = listed(database, crowd.other.id, order=Order.NAME).rows[0].id
    with pytest.raises(NotFound):
        listed(database, crowd.hearth.id, order=Order.NAME, after=theirs)


@pytest.mark.parametrize("cursor", ["nonsense", "2026-13-01T00:00:00Z~x", "~", "2026-11-01T00:00:00~x"])
def test_a_cursor_typed_by_hand_leads_nowhere(crowd: World, database: Database, cursor: str) -> None:
    with pytest.raises(NotFound):
        listed(database, crowd.hearth.id, after=cursor)


@pytest.mark.parametrize(
    ("q", "found"),
    [
        ("client 04", {f"Client {n:03d}" for n in range(40, 50)}),
        ("CLIENT 259", {"Client 259"}),
        ("nobody", set()),
        ("0132", {"Client 132"}),
        ("(415) 555-0132", {"Client 132"}),
        ("+1 415 555 013", {f"Client {n:03d}" for n in range(130, 140)}),
        ("1 415 555 0007", {"Client 007"}),
        ("41555502", {f"Client {n:03d}" for n in range(200, 260)}),
        ("٠١٣٢", {"Client 132"}),
        ("%", set()),
        ("_lient", set()),
    ],
)
def test_a_search_finds_by_beginning_of_name_or_number_and_by_the_last_four_digits(
    crowd: World, database: Database, q: str, found: set[str]
) -> None:
    assert {row.name for page in walked(database, crowd.hearth.id, q=q) for row in page.rows} == found


def test_a_name_is_found_without_its_accents_and_case(world: World, database: Database) -> None:
    def introduce(session: Session) -> None:
        subscription.lock(session, world.hearth.id, SMS, "+14155550132")
        contact.create(session, world.hearth.id, name="Émile Ångström", numbers=["+14155550132"])

    database.write(introduce)
    assert [row.name for row in listed(database, world.hearth.id, q="EMILE a").rows] == ["Émile Ångström"]


def test_a_search_and_a_status_narrow_each_other(crowd: World, database: Database) -> None:
    by_name = listed(database, crowd.hearth.id, q="client 04", status="declined")
    by_number = listed(database, crowd.hearth.id, q="415555004", status="declined")
    assert [row.name for row in by_name.rows] == [row.name for row in by_number.rows] == ["Client 043", "Client 048"]


def test_a_search_for_a_number_in_a_rare_status_reads_a_bounded_piece_at_a_time(
    crowd: World, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(status_list, "SCAN", 100)
    pages = walked(database, crowd.hearth.id, q="41555", status="declined")
    rows = [row.number for page in pages for row in page.rows]
    assert len(rows) == len(set(rows)) == 52


@pytest.mark.covers("H-15")
def test_the_counts_are_those_of_the_counter_rows(world: World, database: Database) -> None:
    database.write(lambda session: subscription.lock(session, world.hearth.id, SMS, "+14155550132"))
    page = listed(database, world.hearth.id)
    assert page.counts == {"none": 1, "requested": 0, "opted_in": 0, "declined": 0, "opted_out": 0}
    assert page.total == 1


@pytest.fixture
def queries(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The SQL of every statement that runs."""
    seen: list[str] = []
    ready = Statement._ready

    def watched(self: Statement, session: Session) -> Any:
        compiled, cursor = ready(self, session)
        seen.append(compiled.sql)
        return compiled, cursor

    monkeypatch.setattr(Statement, "_ready", watched)
    return seen


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        ({}, 2),
        ({"status": "opted_in", "order": Order.NAME}, 2),
        ({"q": "0132"}, 2),
        ({"after": "2026-11-01T10:00:00Z~0"}, 2),
    ],
)
def test_a_page_costs_two_queries(
    crowd: World, database: Database, queries: list[str], wanted: dict[str, Any], expected: int
) -> None:
    listed(database, crowd.hearth.id, **wanted)
    assert len(queries) == expected


def test_a_page_after_a_name_costs_three_queries(crowd: World, database: Database, queries: list[str]) -> None:
    cursor = listed(database, crowd.hearth.id, order=Order.NAME).older
    queries.clear()
    listed(database, crowd.hearth.id, order=Order.NAME, after=cursor)
    assert len(queries) == 3


def test_nothing_is_counted_skipped_or_joined(crowd: World, database: Database, queries: list[str]) -> None:
    for wanted in CASES.values():
        listed(database, crowd.hearth.id, **wanted)
    said = [sql.upper().replace(" LIMIT ? OFFSET ?", " LIMIT ?") for sql in queries]  # SQLAlchemy's OFFSET 0 on SQLite
    assert [sql for sql in said if any(word in sql for word in ("COUNT(", "OFFSET", "JOIN"))] == []


def busy(world: World) -> Rows:
    """Forty numbers that somebody must look at, one in four of each kind."""
    kinds: list[dict[str, Any]] = [
        {"unread": 2}, {"assigned_to": world.bob.id}, {"snoozed_until_at": clock.now() + dt.timedelta(days=1)},
        {"carrier": "blocked", "in_review": True},
    ]  # fmt: skip
    return [
        row_of(world.hearth.id, f"+1707555{n:04d}", f"Busy {n:03d}", "opted_in", n, origin="form", **kinds[n % 4])
        for n in range(40)
    ]


CASES: dict[str, dict[str, Any]] = {
    "subscription_by_last_message": {},
    "subscription_by_name": {"order": Order.NAME},
    "subscription_by_status_and_last_message": {"status": "opted_in"},
    "subscription_by_status_and_name": {"status": "opted_in", "order": Order.NAME},
    "subscription_by_number": {"q": "41555501"},
    "subscription_by_reversed_number": {"q": "0132"},
}
FLAGS: list[tuple[str, dict[str, Any]]] = [
    ("subscription_unread", {"is_unread": True}),
    ("subscription_assigned", {"assigned": "BOB"}),
    ("subscription_snoozed", {"is_snoozed": True}),
    ("subscription_blocked", {"is_blocked": True}),
    ("subscription_in_review", {"in_review": True}),
    ("subscription_in_review", {"in_review": True, "after": "2026-10-01T10:00:00Z~0"}),
    ("subscription_assigned", {"assigned": "BOB", "status": "opted_in", "origin": "form"}),
    ("subscription_unread", {"is_unread": True, "is_blocked": True}),
    ("subscription_unread", {"is_unread": True, "after": "2027-11-01T10:00:00Z~0"}),
    ("subscription_snoozed", {"is_snoozed": True, "before": "2028-11-01T10:00:00Z~0"}),
]
MORE: list[tuple[str, dict[str, Any]]] = [
    ("subscription_by_name", {"q": "client 1"}),
    ("subscription_by_status_and_name", {"q": "client 1", "status": "declined"}),
    ("subscription_by_last_message", {"after": "2026-11-01T10:00:00Z~0"}),
    ("subscription_by_last_message", {"before": "2026-11-01T10:00:00Z~0"}),
    ("subscription_by_status_and_last_message", {"status": "declined", "before": "2026-11-01T10:00:00Z~0"}),
]


@pytest.fixture
def explained(crowd: World, database: Database, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The plan of every list query, as the database itself tells it, on a table large enough that it matters."""
    many = [row_of(crowd.hearth.id, f"+1628{n:07d}", f"Name {n:05d}", STATUSES[n % 5], n) for n in range(4000)]
    put(database, many + busy(crowd))
    database.write(lambda session: session.connection().exec_driver_sql("ANALYZE"))
    plans: list[str] = []
    rows = Statement.rows

    def watched(self: Statement, session: Session, **values: Any) -> list[Any]:
        if "scan" in values:
            compiled, road = self._ready(session)
            word = "EXPLAIN QUERY PLAN" if database.is_sqlite else "EXPLAIN"
            road.cursor.execute(f"{word} {compiled.sql}", compiled.bind(values))
            plans.append("\n".join(str(line[-1]) for line in road.cursor.fetchall()))
        return rows(self, session, **values)

    monkeypatch.setattr(Statement, "rows", watched)
    return plans


@pytest.mark.parametrize(("index", "wanted"), FLAGS)
def test_an_index_holds_what_somebody_must_look_at(
    crowd: World, database: Database, explained: list[str], index: str, wanted: dict[str, Any]
) -> None:
    """The few among the many are found without reading the many."""
    page = listed(database, crowd.hearth.id, **(wanted | ({"assigned": crowd.bob.id} if "assigned" in wanted else {})))
    is_all = not ("is_unread" in wanted and "is_blocked" in wanted)
    assert len(page.rows) == (10 if is_all else 0)
    assert index in explained[0]
    assert "subscription_by" not in explained[0]
    assert not page.is_cut


@pytest.mark.parametrize(("index", "wanted"), [*CASES.items(), *MORE])
def test_an_index_serves_every_page_and_nothing_is_sorted(
    crowd: World, database: Database, explained: list[str], index: str, wanted: dict[str, Any]
) -> None:
    listed(database, crowd.hearth.id, **wanted)
    (plan,) = explained
    used = plan.replace("subscription_number_once", "subscription_by_number")  # starts with the same columns
    assert index in used
    assert not any(words in plan for words in ("SCAN ", "Seq Scan", "USE TEMP B-TREE FOR ORDER BY", "Bitmap"))
    is_handful = index == "subscription_by_reversed_number"  # one number in ten thousand ends like this
    assert "Sort Key" not in plan or "Presorted Key" in plan or is_handful


@pytest.fixture
def weddings(crowd: World, database: Database) -> str:
    """A project that 130 conversations among many have; every tenth of them unread, every fifth is blocked."""
    found = database.write(lambda session: project.create(session, crowd.hearth.id, name="Weddings").id)
    rows = [
        row_of(
            crowd.hearth.id, f"+1530555{n:04d}", f"Guest {n:03d}", STATUSES[n % 5], minute=(n * 41) % 130,
            project_id=found, unread=n % 10 == 0, carrier="blocked" if n % 5 == 0 else "clear", origin="form",
        )
        for n in range(130)
    ]  # fmt: skip
    put(database, rows)
    return str(found)


@pytest.mark.covers("H-15", "H-17")
@pytest.mark.parametrize(
    ("more", "count"),
    [
        ({}, 130), ({"order": Order.NAME}, 130), ({"status": "declined"}, 26), ({"is_unread": True}, 13),
        ({"origin": "form", "is_blocked": True}, 26), ({"q": "guest 12"}, 10), ({"q": "0012"}, 1), ({"q": "client"}, 0),
    ],
)  # fmt: skip
def test_the_conversations_of_a_project_are_paged_there_and_back_each_once_and_none_is_overlooked(
    crowd: World, database: Database, weddings: str, more: dict[str, Any], count: int
) -> None:
    """However rare the combination: what a project has is read as a whole, so no page ends early."""
    wanted = more | {"project": weddings}
    pages = walked(database, crowd.hearth.id, **wanted)
    rows = [row for page in pages for row in page.rows]
    assert len({row.id for row in rows}) == len(rows) == count
    assert not any(page.is_cut for page in pages)
    by_name = "q" in more or "order" in more
    keys = [row.name if by_name else row.last_message_at for row in rows]
    assert keys == sorted(keys, reverse=not by_name)
    back = [pages[-1]]
    while back[-1].newer:
        back.append(listed(database, crowd.hearth.id, **wanted, before=back[-1].newer))
    assert [page.rows for page in reversed(back)] == [page.rows for page in pages]


@pytest.mark.parametrize("more", [{}, {"order": Order.NAME}, {"is_unread": True}, {"after": "2027-01-01T10:00:00Z~0"}])
def test_a_project_is_found_by_its_own_index_and_not_by_reading_the_business(
    crowd: World, database: Database, weddings: str, explained: list[str], more: dict[str, Any]
) -> None:
    listed(database, crowd.hearth.id, project=weddings, **more)
    (plan,) = explained
    assert "subscription_by_project" in plan
    assert "subscription_by_last_message" not in plan
    assert "SCAN subscription" not in plan
    assert "Seq Scan" not in plan


@pytest.mark.covers("P10", "rules 27")
def test_somebody_elses_project_is_an_empty_list(crowd: World, database: Database, weddings: str) -> None:
    assert listed(database, crowd.other.id, project=weddings).rows == ()


FILTERS: list[dict[str, Any]] = [
    {"origin": "form"}, {"origin": "form", "status": "opted_in"}, {"assigned": NOBODY, "origin": "form"},
    {"origin": "form", "order": Order.NAME}, {"is_unread": True}, {"q": "busy", "is_unread": True},
    {"q": "7075550", "is_blocked": True}, {"is_snoozed": True, "origin": "form"},
]  # fmt: skip


@pytest.mark.parametrize("wanted", FILTERS)
def test_a_rare_combination_reads_a_bounded_piece_at_a_time_and_shows_every_number_once(
    crowd: World, database: Database, monkeypatch: pytest.MonkeyPatch, wanted: dict[str, Any]
) -> None:
    """There and back again; a page may be empty, and then says that the list goes on."""
    monkeypatch.setattr(status_list, "SCAN", 25)
    put(database, busy(crowd))
    pages = walked(database, crowd.hearth.id, **wanted)
    rows = [row.id for page in pages for row in page.rows]
    everyone = {"assigned": 30, "origin": 40, "order": 40, "status": 40}
    expected = 10 if {"is_unread", "is_blocked", "is_snoozed"} & set(wanted) else min(everyone[key] for key in wanted)
    assert len(rows) == len(set(rows)) == expected
    assert all(page.is_cut or len(page.rows) == status_list.PAGE for page in pages[:-1])
    assert not pages[-1].is_cut
    back = [page for page in pages if page.rows][-1]
    found = list(reversed(back.rows))
    while back.newer:
        back = listed(database, crowd.hearth.id, **wanted, before=back.newer)
        found += reversed(back.rows)
    assert [row.id for row in reversed(found)] == rows


def test_what_is_put_off_is_not_among_the_unread_until_it_is_time(
    crowd: World, database: Database, shift: Callable[[dt.timedelta], None]
) -> None:
    until = clock.now() + dt.timedelta(hours=3)
    put(database, [row_of(crowd.hearth.id, "+17075550100", "Late", "opted_in", 0, unread=1, snoozed_until_at=until)])
    assert listed(database, crowd.hearth.id, is_unread=True).rows == ()
    assert [row.is_snoozed for row in listed(database, crowd.hearth.id, is_snoozed=True).rows] == [True]
    shift(dt.timedelta(hours=4))
    assert [row.name for row in listed(database, crowd.hearth.id, is_unread=True).rows] == ["Late"]
    assert listed(database, crowd.hearth.id, is_snoozed=True).rows == ()


@pytest.mark.parametrize(
    ("typed", "region", "found"),
    [
        ("415 555", "US", "+1415555"),
        ("1415", "US", "+1415"),
        ("+49 151", "US", "+49151"),
        ("0049 151", "US", "+49151"),
        ("07911", "GB", "+447911"),
        ("151", "DE", "+49151"),
        ("415", "ZZ", "+415"),
    ],
)
def test_a_piece_of_a_number_is_read_as_people_of_that_region_write_it(typed: str, region: str, found: str) -> None:
    assert number_search.beginning(typed, region=region) == found
