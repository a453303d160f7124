"""Whole IP addresses run out: in the evidence of a consent altogether, in the audit log down to their network.

Half an address beside the seal would prove nothing, so the evidence keeps none (consent/dropped_field.py); the audit
keeps enough to tell one network from another: /24, or /64 of IPv6.
"""

import datetime as dt
import ipaddress
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session

from portal.accounts.audit import AuditEntry
from portal.column import table_of
from portal.consent import dropped_field, ledger
from portal.retention import spared
from portal.retention.mark import HOUSE, Piece, Place
from portal.retention.period import Period

PIECE = 250

_e, _a = ledger.table, table_of(AuditEntry)


def evidence(session: Session, home: str, place: Place, start: dt.datetime, period: Period) -> Piece:
    """In the order of the ledger, whose numbers grow with time."""
    query = sa.select(_e.c.seq, _e.c.subscription_id, _e.c.recorded_at, _e.c.evidence).where(
        _e.c.business_id == home, _e.c.seq > int(place.id or 0)
    )
    found = session.execute(query.order_by(_e.c.seq).limit(PIECE)).all()
    young = next((i for i, row in enumerate(found) if row.recorded_at >= start), len(found))
    rows = found[:young]
    having = [row for row in rows if dropped_field.IP in row.evidence]
    kept = spared.among(session, home, {row.subscription_id for row in having})
    going = [row.seq for row in having if row.subscription_id not in kept]
    gone = dropped_field.drop_ip(session, home, going, through=start)
    spared.remember(session, home, kept)
    last = Place(rows[-1].recorded_at, str(rows[-1].seq)) if rows else place
    return Piece(gone, len(having) - len(going), last, is_last=len(rows) < PIECE)


def of_number(session: Session, home: str, subscription_id: str, start: dt.datetime) -> int:
    """All entries of one number are few."""
    mine = (_e.c.business_id == home, _e.c.subscription_id == subscription_id, _e.c.recorded_at < start)
    rows = session.execute(sa.select(_e.c.seq, _e.c.evidence).where(*mine)).all()
    going = [row.seq for row in rows if dropped_field.IP in row.evidence]
    return dropped_field.drop_ip(session, home, going, through=start)


def audit_log(session: Session, home: str, place: Place, start: dt.datetime, period: Period) -> Piece:
    """By `audit_entry_by_time`."""
    query = older_audit(home, place, start).order_by(_a.c.at, _a.c.id).limit(PIECE)
    rows = session.execute(query).all()
    going = [(row.id, network(row.ip)) for row in rows if row.ip and network(row.ip) != row.ip]
    for entry_id, kept in going:
        session.execute(sa.update(_a).where(_a.c.id == entry_id).values(ip=kept))
    last = Place(rows[-1].at, rows[-1].id) if rows else place
    return Piece(len(going), 0, last, is_last=len(rows) < PIECE)


def older_audit(home: str, place: Place, start: dt.datetime) -> sa.Select[Any]:
    """`home` may be HOUSE: what belongs to no business."""
    mine = _a.c.business_id.is_(None) if home == HOUSE else _a.c.business_id == home
    after = sa.tuple_(_a.c.at, _a.c.id) > (place.at, place.id)
    return sa.select(_a.c.id, _a.c.at, _a.c.ip, _a.c.action).where(mine, _a.c.at < start, after)


def network(ip: str) -> str:
    """`203.0.113.0/24`; what is no address stays as it is."""
    try:
        found = ipaddress.ip_address(ip)
    except ValueError:
        return ip
    if isinstance(found, ipaddress.IPv6Address) and found.ipv4_mapped is not None:
        found = found.ipv4_mapped
    return str(ipaddress.ip_network((found, 24 if found.version == 4 else 64), strict=False))
