"""What PostgreSQL lets us have beside what our processes may take: the doctor's look at connections and the role."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from portal import bell, budget, second_lock

if TYPE_CHECKING:
    import sqlalchemy as sa

_FACTS = """
    SELECT current_user AS role, current_setting('max_connections')::int AS most,
           current_setting('superuser_reserved_connections')::int AS reserved,
           (SELECT rolconnlimit FROM pg_roles WHERE rolname = current_user) AS ours,
           (SELECT datconnlimit FROM pg_database WHERE datname = current_database()) AS here,
           (SELECT count(*) > 0 FROM pg_roles r WHERE r.rolname = %s
            AND pg_has_role(current_user, r.oid, 'MEMBER')) AS has_tenant,
           (SELECT rolsuper OR rolbypassrls FROM pg_roles WHERE rolname = current_user) AS is_above,
           (SELECT count(*) FROM pg_stat_activity WHERE application_name = %s AND datname = current_database()) AS bells
"""
SPARE = 5  # for `portal` commands, a backup, and somebody with psql


@dataclass(frozen=True)
class Facts:
    """`room` is how many connections we may have; `processes` are those that serve or work now. `has_tenant`: pages
    can step into the role behind the second lock (second_lock.py)."""

    room: int
    processes: int
    is_above: bool
    has_tenant: bool
    role: str


def facts(engine: "sa.Engine") -> Facts:
    with engine.connect() as connection:
        row = connection.exec_driver_sql(_FACTS, (second_lock.ROLE, bell.NAME)).one()
    limits = [limit for limit in (row.ours, row.here) if limit >= 0]
    return Facts(min([row.most - row.reserved, *limits]), row.bells, row.is_above, row.has_tenant, row.role)


def said(found: Facts, each: int) -> tuple[Literal["ok", "warn"], str]:
    """Whether as many processes as run now, with `each` connections, fit."""
    fit = (found.room - SPARE) // each
    sentence = f"{found.processes} processes now × {each} each; the server has room for {fit} processes ({found.room})"
    if found.processes <= fit and fit > 0:
        return "ok", sentence
    return "warn", f"{sentence}. Lower PORTAL_DATABASE_CONNECTIONS (at least {budget.LEAST}) or raise max_connections"


def said_of_role(found: Facts) -> tuple[Literal["ok", "warn"], str]:
    if found.is_above:
        return "warn", "we connect as one who is above the rules of rows; give us a role of our own, without SUPERUSER"
    if not found.has_tenant:
        make = second_lock.MAKE.format(tenant=second_lock.ROLE, role=found.role)
        return "warn", f"no second lock between businesses: have a superuser run “{make}”, then start again"
    return "ok", f"an ordinary one; pages work as {second_lock.ROLE}"
