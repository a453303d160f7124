"""`portal doctor`: can this installation keep its promises? One line for each thing it looks at."""

import argparse
import datetime as dt
import http.client
import shutil
import stat
from collections.abc import Iterator
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from portal import clock, mail
from portal import settings as settings_of
from portal.commands import called, database, folder, witness
from portal.commands.finding import Finding, Verdict
from portal.commands.output import say
from portal.errors import SettingsError
from portal.settings import Settings, sqlite_path

if TYPE_CHECKING:
    from sqlmodel import Session

    from portal.database import Database

PATIENCE = 5.0  # seconds for a provider to answer
SKEW = 30.0  # seconds our clock may differ from theirs
LOCAL = ("127.0.0.1", "localhost", "::1")


def add(commands: Any) -> None:
    doctor = commands.add_parser(
        "doctor", help="check settings, database, keys, clock, providers and whom they call, disk"
    )
    doctor.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """1 when something would break a promise."""
    is_well = True
    for finding in _findings():
        say(f"{finding.verdict:<4}  {finding.what}: {finding.sentence}")
        is_well = is_well and finding.verdict != "FAIL"
    return 0 if is_well else 1


def _findings() -> Iterator[Finding]:
    try:
        settings = settings_of.from_environment()
    except SettingsError as problem:
        yield Finding("FAIL", "settings", str(problem))
        return
    yield Finding("ok", "settings", "all readable")
    yield _public_url(settings)
    yield _mail(settings)
    yield _disk(settings)
    yield folder.backups(settings)
    yield from witness.looks(settings)
    try:
        with database.existing(settings) as found:
            yield from _of_database(settings, found)
    except SettingsError as problem:
        yield Finding("FAIL", "database", str(problem))


def _of_database(settings: Settings, found: "Database") -> Iterator[Finding]:
    from portal import app, engine

    try:
        facts = engine.durability(found.engine)
        verdict: Verdict = "FAIL" if facts.get("fsync") == "off" else "ok"
        said = ", ".join(f"{name}={value}" for name, value in facts.items())
        yield Finding(verdict, "database", f"at the newest schema, {said}")
    except SettingsError as problem:
        yield Finding("FAIL", "database", str(problem))
    if not found.is_sqlite:
        yield from _server(settings, found)
    yield from _keys(settings, found)
    providers = found.read(_senders)
    if not providers:
        yield Finding("warn", "senders", "no business has a number to text from; `portal sender add` adds one")
    skews, reached = [], set()
    for name, url in app.base_urls(settings).items():
        if name in providers:
            finding, skew = _reach(name, url)
            yield finding
            skews += [] if skew is None else [skew]
            reached |= {name} if finding.verdict == "ok" else set()
    yield from called.looks(settings, found, reached)
    yield from _lists(found)
    yield from witness.seals(found)
    yield _clock(found, skews)


def _lists(found: "Database") -> Iterator[Finding]:
    """What a list of texts could not be asked for; until then nothing automatic leaves a sender that owes it."""
    from portal.messaging import quarantine, reconciliation

    for each in found.read(reconciliation.senders):
        if each.trouble:
            verdict: Verdict = "FAIL" if each.owes_since_at else "warn"
            waits = "; automated texts of this number wait" if each.owes_since_at else ""
            yield Finding(verdict, "missed texts", f"{each.number}: {each.trouble.rstrip('.')}{waits}")
    current = found.read(quarantine.current)
    if current is not None:
        since = clock.rfc3339(current.since_at)
        yield Finding("FAIL", "quarantine", f"{current.why} since {since}; `portal reconcile --release` ends it")


def _server(settings: Settings, found: "Database") -> Iterator[Finding]:
    from portal.commands import connections

    facts = connections.facts(found.engine)
    verdict, sentence = connections.said(facts, settings.database_connections)
    yield Finding(verdict, "connections", sentence)
    verdict, sentence = connections.said_of_role(facts)
    yield Finding(verdict, "role", sentence)


def _public_url(settings: Settings) -> Finding:
    parts = urlsplit(settings.public_url)
    if parts.scheme == "https":
        return Finding("ok", "public URL", settings.public_url)
    if parts.hostname in LOCAL:
        return Finding("warn", "public URL", f"{settings.public_url} is for this machine only")
    return Finding("FAIL", "public URL", "PORTAL_PUBLIC_URL must start with https://: sessions and signatures need it")


def _mail(settings: Settings) -> Finding:
    if not settings.smtp_url:
        return Finding("warn", "mail", "PORTAL_SMTP_URL is not set; mail is only noted in the log")
    try:
        return Finding("ok", "mail", f"goes to {mail.check(settings.smtp_url).hostname}")
    except SettingsError as problem:
        return Finding("FAIL", "mail", str(problem))


def _disk(settings: Settings) -> Finding:
    path = sqlite_path(settings.database_url)
    folder = (path.parent if path else Path()).resolve()
    try:
        usage = shutil.disk_usage(folder)
    except OSError as error:
        return Finding("FAIL", "disk", f"{folder} cannot be looked at: {error.strerror}")
    percent = usage.free * 100 // usage.total
    verdict: Verdict = "ok" if percent >= 10 else "FAIL"
    return Finding(verdict, "disk", f"{percent} % free ({usage.free // 2**20} MiB) at {folder}")


def _keys(settings: Settings, found: "Database") -> Iterator[Finding]:
    path = settings.key_path
    if path is not None:
        is_private = not stat.S_IMODE(path.stat().st_mode) & 0o077
        sentence = "readable by its owner only" if is_private else "others can read it; run chmod 600 on it"
        yield Finding("ok" if is_private else "FAIL", "key file", f"{path}: {sentence}")
    try:
        found.read(_open_credentials)
        yield Finding("ok", "secret key", "opens every stored credential")
    except SettingsError as problem:
        yield Finding("FAIL", "secret key", str(problem))


def _open_credentials(session: "Session") -> None:
    from sqlmodel import select

    from portal.accounts import sender

    for sealed in session.exec(select(sender.Sender.credentials)).all():
        sender.credentials_of(session, sealed)


def _senders(session: "Session") -> set[str]:
    from sqlmodel import select

    from portal.accounts.sender import Sender

    return set(session.exec(select(Sender.provider).where(Sender.is_active)).all())


def _reach(name: str, url: str) -> tuple[Finding, float | None]:
    """Any answer will do; its date also tells how wrong our clock is, in seconds."""
    parts = urlsplit(url)
    kind = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
    connection = kind(str(parts.hostname), parts.port, timeout=PATIENCE)
    try:
        connection.request("HEAD", parts.path or "/")
        date = connection.getresponse().getheader("date")
        return Finding("ok", name, f"{url} answers"), _skew(date)
    except (OSError, http.client.HTTPException) as error:
        return Finding("FAIL", name, f"{url} does not answer: {error}"), None
    finally:
        connection.close()


def _skew(date: str | None) -> float | None:
    try:
        theirs = parsedate_to_datetime(date) if date else None
    except ValueError:
        return None
    return (clock.now() - theirs.astimezone(dt.UTC)).total_seconds() if theirs and theirs.tzinfo else None


def _clock(found: "Database", skews: list[float]) -> Finding:
    """A clock that runs behind what was recorded would write entries out of order."""
    newest = found.read(_newest)
    if newest is not None and newest > clock.now():
        return Finding("FAIL", "clock", f"the ledger ends at {clock.rfc3339(newest)}, which is in the future")
    if any(abs(skew) > SKEW for skew in skews):
        return Finding("FAIL", "clock", f"it differs by {max(skews, key=abs):.0f} seconds from a provider's")
    return Finding("ok", "clock", f"{clock.rfc3339(clock.now().replace(microsecond=0))}")


def _newest(session: "Session") -> dt.datetime | None:
    """When the last entry of any ledger was recorded; one look per ledger."""
    import sqlalchemy as sa

    from portal.column import table_of
    from portal.consent.head import LedgerHead
    from portal.consent.ledger import LedgerEntry

    entry, head = table_of(LedgerEntry), table_of(LedgerHead)
    is_last = sa.and_(entry.c.business_id == head.c.business_id, entry.c.seq == head.c.seq)
    query = sa.select(entry.c.recorded_at).join_from(head, entry, is_last)
    return max((moment for (moment,) in session.connection().execute(query)), default=None)
