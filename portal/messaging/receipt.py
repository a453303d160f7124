"""Why a text was let go: the gate's decision as it stood at the claim, and its hash, kept with the text (promise P1).

The hash covers what stands in the text's own row (id, subscription, channel, purpose, entry, moment), what is kept in
its `decision`, and the hash of the ledger entry that allowed it, which the ledger keeps for ever. So anybody who has
these can make it again, and a ledger that was written anew contradicts every receipt. The whole row goes when its
person is erased; a receipt names a subscription by its id, never by a number.
"""

import datetime as dt
import hashlib
from collections.abc import Mapping
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlmodel import Field, Session, SQLModel

from portal import clock, encoder
from portal.column import UtcTime, table_of
from portal.consent import ledger
from portal.consent.purpose import Purpose
from portal.statement import Statement, param

FORMAT = "portal-receipt-1"
KEPT = ("rule", "status", "scope", "carrier")


class Rule(StrEnum):
    """What allowed a text. The first three rest on an opt-in, whose entry is named; the others need none."""

    CONSENT = "consent"
    CONFIRMS_OPT_IN = "confirms_opt_in"
    ASKS_WHAT_WAS_MEANT = "asks_what_was_meant"
    ASKS_FOR_CONSENT = "asks_for_consent"
    CONFIRMS_OPT_OUT = "confirms_opt_out"
    ANSWERS_HELP = "answers_help"


RULES = {
    Purpose.CONVERSATION: Rule.CONSENT,
    Purpose.AUTOMATED: Rule.CONSENT,
    Purpose.MARKETING: Rule.CONSENT,
    Purpose.OPT_IN_CONFIRMATION: Rule.CONFIRMS_OPT_IN,
    Purpose.CLARIFICATION: Rule.ASKS_WHAT_WAS_MEANT,
    Purpose.OPT_IN_REQUEST: Rule.ASKS_FOR_CONSENT,
    Purpose.OPT_OUT_CONFIRMATION: Rule.CONFIRMS_OPT_OUT,
    Purpose.HELP: Rule.ANSWERS_HELP,
}
ON_AN_ENTRY = frozenset({Rule.CONSENT, Rule.CONFIRMS_OPT_IN, Rule.ASKS_WHAT_WAS_MEANT})
WORDS = {
    Rule.CONSENT: "they had agreed to texts of this kind",
    Rule.CONFIRMS_OPT_IN: "it confirms their opt-in (rules.md row 11)",
    Rule.ASKS_WHAT_WAS_MEANT: "they had agreed, and one reply was in doubt (rules.md 1.2)",
    Rule.ASKS_FOR_CONSENT: "it asks once for consent, and nothing else is sent before the answer",
    Rule.CONFIRMS_OPT_OUT: "the one confirmation of an opt-out (47 CFR 64.1200(a)(12), rules.md row 4)",
    Rule.ANSWERS_HELP: "it answers HELP, which is answered at any status (rules.md row 12)",
}


class ReceiptStart(SQLModel, table=True):
    """One row: since when every text that leaves has a receipt; the schema's step writes it."""

    __tablename__ = "receipt_start"

    id: int = Field(default=1, primary_key=True)
    since_at: dt.datetime = Field(sa_type=UtcTime)


start = table_of(ReceiptStart)
_e = ledger.table
_START = Statement(sa.select(start.c.since_at))
_ENTRY = Statement(
    sa.select(_e.c.hash).where(_e.c.business_id == param("business_id"), _e.c.seq == param("seq"))
)  # fmt: skip


def entry_hash(business_id: sa.ColumnElement[str], seq: sa.ColumnElement[Any]) -> sa.ScalarSelect[str]:
    """A column of the claim: the hash of the entry that allows the text, by the ledger's own key."""
    return sa.select(_e.c.hash).where(_e.c.business_id == business_id, _e.c.seq == seq).scalar_subquery()


def needs_entry(purpose: Purpose) -> bool:
    return RULES[purpose] in ON_AN_ENTRY


def with_entry(session: Session, row: Any) -> Any:
    """The claim row with its entry's hash. One more look where it is missing: on PostgreSQL a locked row is read anew,
    and an entry that came meanwhile is not in the snapshot of that statement."""
    if row.entry_hash is not None or row.consent_seq is None:
        return row
    found = _ENTRY.first(session, business_id=row.business_id, seq=row.consent_seq)
    return row if found is None else row._replace(entry_hash=found.hash)


def made(row: Any, *, at: dt.datetime) -> dict[str, Any]:
    """`receipt` and `decision` for claim row `row`, which the gate has let go at `at`."""
    decision = {"rule": RULES[Purpose(row.purpose)], "status": row.status, "scope": row.scope, "carrier": row.carrier}
    fields = _fields(row.id, row.subscription_id, row.channel, row.purpose, row.consent_seq, at, decision)
    return {"receipt": digest(fields, row.entry_hash), "decision": decision}


def fields(row: Any) -> dict[str, Any]:
    """All but the entry's hash that the receipt of message `row` covers; `row.decision` is not empty."""
    return _fields(
        row.id, row.subscription_id, row.channel, row.purpose, row.consent_seq, row.claimed_at, row.decision
    )  # fmt: skip


def digest(covered: Mapping[str, Any], entry_hash: str | None) -> str:
    """SHA-256 over the canonical JSON of what is covered and the hash of the entry, null where there is none."""
    return hashlib.sha256(encoder.canonical({**covered, "entry_hash": entry_hash})).hexdigest()


def is_true(row: Any, entry_hash: str | None) -> bool:
    """Whether the receipt of message `row` is what its own row and the ledger say."""
    return bool(row.receipt) and bool(row.decision) and digest(fields(row), entry_hash) == row.receipt


def since(session: Session) -> dt.datetime | None:
    """Since when every text that leaves has a receipt."""
    found = _START.first(session)
    return None if found is None else found.since_at


def _fields(
    message_id: str,
    subscription_id: str,
    channel: str,
    purpose: str,
    entry: int | None,
    at: dt.datetime,
    decision: Mapping[str, Any],
) -> dict[str, Any]:
    return {
        "format": FORMAT, "message": message_id, "subscription": subscription_id, "channel": channel,
        "purpose": purpose, "entry": entry, "decided_at": clock.rfc3339(at),
        **{name: decision.get(name) for name in KEPT},
    }  # fmt: skip
