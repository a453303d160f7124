"""What a copy goes through before anybody works with it: its ledgers are walked, it enters quarantine, everybody signs
in anew, and who was erased since the copy was made is erased again."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial

import sqlalchemy as sa
from sqlmodel import Session

from portal import clock
from portal.accounts import audit
from portal.accounts.session import SignIn
from portal.backup import facts, replay
from portal.backup.erasure_journal import Gone
from portal.backup.manifest import Manifest
from portal.column import table_of
from portal.consent import verification
from portal.database import Database
from portal.messaging import quarantine
from portal.messaging.group_message import GroupMessage, Progress
from portal.schema import UNFINISHED

OPERATOR = "operator"
MARGIN = dt.timedelta(hours=1)
"""For clocks that differ; who was erased before the copy was made is not in it."""


@dataclass(frozen=True)
class Settled:
    """`problems` are one sentence each about a ledger that does not verify or does not end as the manifest says."""

    ledgers: int
    entries: int
    problems: Sequence[str]
    erased: int = 0


def settle(database: Database, about: Manifest, gone: Sequence[Gone]) -> Settled:
    """The copy is at head, and nobody else works with it yet. `gone`: everybody who was ever erased."""
    found = walk(database, about)
    database.write(partial(_close, about=about))
    erased = replay.replay(database, [each for each in gone if each.erased_at > about.made_at - MARGIN])
    database.write(_open)
    return replace(found, erased=erased)


def walk(database: Database, about: Manifest) -> Settled:
    """Every ledger, entry by entry, and whether it ends as the manifest says."""
    return database.read(partial(_walk, about=about))


def _walk(session: Session, about: Manifest) -> Settled:
    results = [verification.verify(session, each) for each in verification.businesses(session)]
    strays = facts.differences(about.heads, facts.heads(session.connection()))
    problems = [f"{each.business_id}: {each.problem}" for each in results if each.problem]
    problems += [f"{each}: its ledger does not end where the backup says it does." for each in strays]
    return Settled(len(results), sum(each.entries for each in results), problems)


def _close(session: Session, about: Manifest) -> None:
    """Before anything else is done to it: nothing is sent, and nobody is signed in."""
    quarantine.enter(session, quarantine.RESTORE, f"backup of {clock.rfc3339(about.made_at)}")
    session.execute(sa.delete(table_of(SignIn)))  # whoever was signed out since would be signed in again
    groups = table_of(GroupMessage)
    half_sent = sa.update(groups).where(groups.c.status == Progress.SENDING)
    session.execute(half_sent.values(status=Progress.STOPPED, finished_at=clock.now()))
    audit.note(session, "database.restored", actor=OPERATOR, business_id=None, made_at=clock.rfc3339(about.made_at))


def _open(session: Session) -> None:
    """From now on it may be started."""
    if session.get_bind().dialect.name == "postgresql":
        session.connection().exec_driver_sql(f"DROP TABLE IF EXISTS {UNFINISHED}")
