"""What an automation can be about: the questionnaires, projects and contacts it may name, and what they are called."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session

from portal.accounts.business import Business
from portal.column import table_of
from portal.contacts import contact_list, merge
from portal.contacts.contact import Contact
from portal.contacts.contact_list import Row

MOST = 50
"""Offered to choose from, the newest first; what a rule names already is offered as well."""
FOUND = 8
"""Contacts that a search offers."""

# by name: automations and questionnaires stand side by side, and neither knows the other
_QUESTIONNAIRES = sa.table(
    "questionnaire", sa.column("id"), sa.column("business_id"), sa.column("title"), sa.column("state")
)
_PROJECTS = sa.table(
    "project",
    sa.column("id"),
    sa.column("business_id"),
    sa.column("name"),
    sa.column("archived_at"),
    sa.column("stage"),
)
_ASKED = (_QUESTIONNAIRES, _QUESTIONNAIRES.c.title, _QUESTIONNAIRES.c.state != "archived")
_WORK = (_PROJECTS, _PROJECTS.c.name, sa.and_(_PROJECTS.c.archived_at.is_(None), _PROJECTS.c.stage != "done"))

_contacts = table_of(Contact)

Named = tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Choices:
    """(id, name) of each."""

    questionnaires: Named
    projects: Named


@dataclass(frozen=True)
class People:
    """Contacts that are chosen already, and those a search for `q` found beside them, perhaps with more behind."""

    chosen: tuple[Row, ...]
    found: tuple[Row, ...]
    q: str
    has_more: bool


def read(session: Session, business_id: str, rule: Any = None) -> Choices:
    """What can be chosen for `rule` (a Rule, an automation, or None for a new one): at most four queries."""
    rules = [rule] if rule is not None else []
    return Choices(
        _offered(session, business_id, _ASKED, _asked(rules)),
        _offered(session, business_id, _WORK, _named(rules, "projects")),
    )


def people(session: Session, business: Business, ids: Collection[str], q: str) -> People:
    """Those with these ids, a merged one as the contact that it is part of now, by name; and whom `q` finds."""
    alive = set(merge.survivors(session, business.id, ids).values())
    query = sa.select(_contacts.c.id, _contacts.c.name, _contacts.c.email).where(_contacts.c.id.in_(alive))
    chosen = session.execute(query.order_by(_contacts.c.name_key, _contacts.c.id)).all() if alive else ()
    rows: tuple[Row, ...] = ()
    if q:
        limit = FOUND + 1 + len(alive)
        listed = contact_list.page(session, business.id, region=business.region, q=q, limit=limit)
        rows = tuple(row for row in listed.rows if row.id not in alive)
    return People(contact_list.rows(session, chosen), rows[:FOUND], q, len(rows) > FOUND)


def titles(session: Session, business_id: str, rules: Collection[Any]) -> dict[str, str]:
    """What the questionnaires and projects of these rules are called, by id: at most two queries."""
    asked = _mentioned(session, business_id, _ASKED, _asked(rules))
    return dict(asked + _mentioned(session, business_id, _WORK, _named(rules, "projects")))


def _asked(rules: Iterable[Any]) -> set[str]:
    rules = list(rules)
    return {each.questionnaire_id for each in rules if each.questionnaire_id} | _named(rules, "questionnaires")


def _named(rules: Iterable[Any], what: str) -> set[str]:
    return {found for each in rules for found in each.audience.get(what, ())}


def _offered(session: Session, business_id: str, of: Any, mentioned: set[str]) -> Named:
    table, name, is_open = of
    query = sa.select(table.c.id, name).where(table.c.business_id == business_id, is_open)
    newest = [tuple(row) for row in session.connection().execute(query.order_by(table.c.id.desc()).limit(MOST))]
    return (*newest, *_mentioned(session, business_id, of, mentioned - {found for found, _ in newest}))


def _mentioned(session: Session, business_id: str, of: Any, ids: Collection[str]) -> Named:
    if not ids:
        return ()
    table, name, _ = of
    query = sa.select(table.c.id, name).where(table.c.business_id == business_id, table.c.id.in_(list(ids)))
    return tuple((str(row[0]), str(row[1])) for row in session.connection().execute(query))
