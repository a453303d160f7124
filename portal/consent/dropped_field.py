"""Which field of the evidence has run out, and of which entries: only what is sealed here may be missing there.

An IP address is kept whole for a while and then goes with its salt; its commitment stays, so the chain verifies. What
is left of it in another form would prove nothing, so nothing is kept. The seal's key is outside the database: whoever
has the database alone can take away nothing that is younger than the seal says.
"""

import datetime as dt
import hashlib
import hmac
from collections.abc import Mapping, Sequence

import sqlalchemy as sa
from sqlmodel import Field, Session, SQLModel

from portal import clock
from portal.accounts import key
from portal.column import UtcTime, table_of
from portal.consent import ledger

IP = "ip"
MAY_GO = (IP,)
"""A trigger in the database knows these too (migration 0035)."""


class DroppedField(SQLModel, table=True):
    """Entries recorded up to `through_at` may lack this field."""

    __tablename__ = "dropped_field"

    business_id: str = Field(foreign_key="business.id", primary_key=True)
    field: str = Field(primary_key=True)
    through_at: dt.datetime = Field(sa_type=UtcTime)
    seal: str


table = table_of(DroppedField)
_e = ledger.table
_SQLITE = """
    UPDATE ledger_entry SET evidence = json_remove(evidence, '$.ip'), salts = json_remove(salts, '$.ip')
    WHERE business_id = :home AND seq IN :seqs AND json_type(evidence, '$.ip') IS NOT NULL
"""
_POSTGRES = """
    UPDATE ledger_entry SET
    evidence = (SELECT coalesce(json_object_agg(key, value), '{}'::json) FROM json_each(evidence) WHERE key <> 'ip'),
    salts = (SELECT coalesce(json_object_agg(key, value), '{}'::json) FROM json_each(salts) WHERE key <> 'ip')
    WHERE business_id = :home AND seq IN :seqs AND evidence->'ip' IS NOT NULL
"""


def of(session: Session, business_id: str) -> dict[str, dt.datetime]:
    """By name, those whose seal is right."""
    secret = key.of(session).evidence
    rows = session.execute(sa.select(table).where(table.c.business_id == business_id)).all()
    return {
        row.field: row.through_at
        for row in rows
        if row.field in MAY_GO and row.seal == _seal(secret, business_id, row.field, row.through_at)
    }


def may_lack(dropped: Mapping[str, dt.datetime], field: str, recorded_at: dt.datetime) -> bool:
    return field in dropped and recorded_at <= dropped[field]


def drop_ip(session: Session, business_id: str, seqs: Sequence[int], *, through: dt.datetime) -> int:
    """Take the IP addresses out of these entries, recorded up to `through`; how many had one."""
    if not seqs:
        return 0
    _allow(session, business_id, IP, through)
    words = _SQLITE if session.get_bind().dialect.name == "sqlite" else _POSTGRES
    query = sa.text(words).bindparams(sa.bindparam("seqs", expanding=True))
    done = session.connection().execute(query, {"home": business_id, "seqs": list(seqs)})
    return int(done.rowcount)


def _allow(session: Session, business_id: str, field: str, through: dt.datetime) -> None:
    mine = (table.c.business_id == business_id, table.c.field == field)
    secret = key.of(session).evidence
    known = session.execute(sa.select(table).where(*mine).with_for_update()).first()
    values = {"through_at": through, "seal": _seal(secret, business_id, field, through)}
    if known is None:
        session.execute(sa.insert(table).values(business_id=business_id, field=field, **values))
    elif known.through_at < through or known.seal != _seal(secret, business_id, field, known.through_at):
        session.execute(sa.update(table).where(*mine).values(**values))


def _seal(secret: bytes, business_id: str, field: str, through: dt.datetime) -> str:
    words = f"dropped|{business_id}|{field}|{clock.rfc3339(through)}"
    return hmac.new(secret, words.encode(), hashlib.sha256).hexdigest()
