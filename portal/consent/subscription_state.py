"""How the ledger writes a new state into the row of a number. It stands below the ledger, while subscription.py, which
makes rows and asks the ledger about the suppressed ones, stands above it."""

from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session

from portal.column import UtcTime
from portal.consent import status_count
from portal.consent.state import Carrier, State, Status
from portal.statement import Statement, param, params

News = Mapping[str, Any]  # what a new message changes in the list, from `subscription.news`

_TIMES = ("changed_at", "last_entry_at", "review_opened_at", "last_message_at", "last_inbound_at", "snoozed_until_at")
_OTHERS = (
    "id", "status", "returns_to", "carrier", "origin", "scope", "granted_scope", "consent_seq", "is_paused",
    "is_undeliverable", "in_review", "is_claimed", "invited_seq", "wording_version", "last_message_text",
    "last_message_direction",
    "unread",
)  # fmt: skip
# by name: its module stands above this one
_table = sa.table("subscription", *map(sa.column, _OTHERS), *(sa.column(name, UtcTime()) for name in _TIMES))
_STATE: dict[str, Any] = {
    **params(
        "status", "returns_to", "carrier", "origin", "scope", "granted_scope", "consent_seq", "is_paused",
        "is_undeliverable", "in_review", "review_opened_at", "is_claimed", "invited_seq", "changed_at", "last_entry_at"
    ),
    "wording_version": sa.func.coalesce(param("wording_version", sa.String()), _table.c.wording_version),
}  # fmt: skip
NEWS = {
    **params("last_message_at", "last_message_text", "last_message_direction"),
    "unread": _table.c.unread + param("unread"),
    "snoozed_until_at": sa.case((param("unread") > 0, None), else_=_table.c.snoozed_until_at),
    "last_inbound_at": sa.case(
        (param("unread") > 0, param("last_message_at", UtcTime())), else_=_table.c.last_inbound_at
    ),
}
_UPDATE = Statement(sa.update(_table).where(_table.c.id == param("id")).values(**_STATE))
_UPDATE_WITH_NEWS = Statement(sa.update(_table).where(_table.c.id == param("id")).values(**_STATE, **NEWS))
TOUCH = Statement(sa.update(_table).where(_table.c.id == param("id")).values(**NEWS))


def state_of(row: Any) -> State:
    """The state that a row stands for."""
    return State(
        Status(row.status), Status(row.returns_to) if row.returns_to else None, Carrier(row.carrier), row.origin,
        row.scope, row.granted_scope, row.consent_seq,
        bool(row.is_paused), bool(row.is_undeliverable), bool(row.in_review), row.review_opened_at,
        bool(row.is_claimed), row.invited_seq, row.changed_at, row.last_entry_at,
    )  # fmt: skip


def with_state(row: Any, state: State) -> Any:
    """`row` as it reads once `state` is stored."""
    return row._replace(**_columns(state))


def store(session: Session, row: Any, state: State, news: News | None = None, wording: str | None = None) -> None:
    """Write a new state and the counters, in one go with the last message, and with the version of the words that it
    rests on where there is a new one. Only the ledger calls this (law 3)."""
    known = _columns(state) | {"wording_version": wording}
    if news is None:
        _UPDATE.post(session, id=row.id, **known)
    else:
        _UPDATE_WITH_NEWS.post(session, id=row.id, **known, **news)
    if state.status != row.status:
        status_count.move(session, row.business_id, row.channel, before=row.status, after=state.status)


def _columns(state: State) -> dict[str, Any]:
    return {
        "status": state.status, "returns_to": state.returns_to, "carrier": state.carrier, "origin": state.origin,
        "scope": state.scope, "granted_scope": state.granted_scope, "consent_seq": state.consent_seq,
        "is_paused": state.is_paused, "is_undeliverable": state.is_undeliverable, "in_review": state.in_review,
        "review_opened_at": state.review_opened_at, "is_claimed": state.is_claimed, "invited_seq": state.invited_seq,
        "changed_at": state.changed_at,
        "last_entry_at": state.last_at,
    }  # fmt: skip
