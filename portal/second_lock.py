"""The second lock behind tenancy, on PostgreSQL: for whoever works for one business the rows of others do not exist.

Every query names its business; should one ever forget to, the database still shows it nothing else (promise P10). The
lock is a policy on every table of businesses, and holds for the role `portal_tenant`, into which a page or an API call
steps for the rest of its transaction as soon as it knows whose it is. Jobs, webhooks and backups own the tables and
walk past it. PostgreSQL lets no search by `@@` use its index behind a policy, so that one steps out (`wide`).
"""

from collections.abc import Iterator
from contextlib import contextmanager

import sqlalchemy as sa
from sqlalchemy.engine import make_url
from sqlmodel import Session

from portal import expansion

ROLE = "portal_tenant"
SETTING = "portal.business"
POLICY = "one_business"
OPEN = frozenset({"member", "posting", "sign_in", "api_token"})
"""Tables of people, who may belong to several businesses, and of what is looked up before anybody knows whose it is."""

APPENDED = frozenset({"audit_entry"})
"""What is done to a branch is noted with the branch; read it can only be there."""

MAKE = "CREATE ROLE {tenant} NOLOGIN; GRANT {tenant} TO {role};"
_RIGHTS = "SELECT, INSERT, UPDATE, DELETE"
_IS_OURS = f"business_id = ANY (string_to_array(current_setting('{SETTING}', true), ','))"
_NARROW = sa.text("SELECT set_config('role', :role, true), set_config('portal.business', :business, true)")
_ROLE = sa.text("SELECT set_config('role', :role, true)")
_HAS_ROLE = "SELECT count(*) FROM pg_roles r WHERE r.rolname = %s AND pg_has_role(current_user, r.oid, 'MEMBER')"
_OPEN_TABLES = """
    SELECT c.relname FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'business_id'
    WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r' AND NOT c.relrowsecurity AND NOT a.attisdropped
    ORDER BY c.relname
"""
_CLOSED_TO_ROLE = """
    SELECT count(*) FROM pg_class c WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r'
    AND NOT has_table_privilege(%s, c.oid, 'INSERT')
"""


class SecondLock:
    """Of one database. Whether it is there is asked once; without the role it is not, and the doctor says so."""

    def __init__(self) -> None:
        self._is_there: bool | None = None

    def is_there(self, session: Session) -> bool:
        if self._is_there is None:
            self._is_there = has_role(session.connection())
        return self._is_there


def narrow(session: Session, *business_ids: str) -> None:
    """From here to the end of the transaction only these are there: the business, and the main one whose policy it has.
    One round trip; nothing on SQLite."""
    lock = session.info.get("second_lock")
    if lock is not None and lock.is_there(session):
        session.info["narrowed"] = True
        session.connection().execute(_NARROW, {"role": ROLE, "business": ",".join(business_ids)})


@contextmanager
def wide(session: Session) -> Iterator[None]:
    """For what has to see past the lock and names its business itself."""
    if not session.info.get("narrowed"):
        yield
        return
    session.connection().execute(_ROLE, {"role": "none"})
    yield
    session.connection().execute(_ROLE, {"role": ROLE})


def has_role(connection: sa.Connection) -> bool:
    return bool(connection.exec_driver_sql(_HAS_ROLE, (ROLE,)).scalar())


def secure(url: str) -> None:
    """Put the lock on every table that has none yet, and give the role what it needs. Nothing where all is well."""
    if not make_url(url).drivername.startswith("postgresql"):
        return
    engine = sa.create_engine(url, poolclass=sa.NullPool)
    try:
        with engine.connect() as connection:
            is_done = not _unlocked(connection) and not (has_role(connection) and _is_closed(connection))
        if not is_done:
            with expansion.alone(url), engine.begin() as connection:
                _secure(connection)
    finally:
        engine.dispose()


def _secure(connection: sa.Connection) -> None:
    for table in _unlocked(connection):
        check = " WITH CHECK (true)" if table in APPENDED else ""
        connection.exec_driver_sql(f'CREATE POLICY {POLICY} ON "{table}" USING ({_IS_OURS}){check}')
        connection.exec_driver_sql(f'ALTER TABLE "{table}" ENABLE ROW LEVEL SECURITY')
    if has_role(connection) and _is_closed(connection):
        for what in (f"{_RIGHTS} ON ALL TABLES IN SCHEMA public", "USAGE ON ALL SEQUENCES IN SCHEMA public"):
            connection.exec_driver_sql(f"GRANT {what} TO {ROLE}")
        connection.exec_driver_sql(f"ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT {_RIGHTS} ON TABLES TO {ROLE}")


def _unlocked(connection: sa.Connection) -> list[str]:
    return [name for (name,) in connection.exec_driver_sql(_OPEN_TABLES) if name not in OPEN]


def _is_closed(connection: sa.Connection) -> bool:
    return bool(connection.exec_driver_sql(_CLOSED_TO_ROLE, (ROLE,)).scalar())
