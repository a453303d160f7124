"""Whom a text would go to, and what its variables stand for there: one set of columns for sending and for trying out.

A name that anybody may have typed into a public form stays out of automatic texts until the handset has spoken (law 7).
"""

import datetime as dt
from typing import Any

import sqlalchemy as sa

from portal.automations import reason, variable
from portal.automations.variable import Missing
from portal.column import table_of
from portal.consent import ledger, subscription
from portal.consent.purpose import Purpose
from portal.consent.state import Proof
from portal.contacts.contact import Contact
from portal.contacts.project import Project
from portal.messaging import gate, message
from portal.messaging.gate import Defer, Hold, Refuse, Send
from portal.messaging.message import Direction

LONGEST = 1600

s, project = subscription.table, table_of(Project)
contact = table_of(Contact).alias("contact")
survivor = table_of(Contact).alias("survivor")
_has_spoken = sa.or_(
    sa.exists().where(ledger.table.c.subscription_id == s.c.id, ledger.table.c.proof == Proof.HANDSET),
    sa.exists().where(message.table.c.subscription_id == s.c.id, message.table.c.direction == Direction.INBOUND),
)
_has_typed_name = sa.func.coalesce(survivor.c.has_typed_name, contact.c.has_typed_name, sa.false())
COLUMNS = (
    *subscription.STATE_COLUMNS,
    sa.func.coalesce(survivor.c.name, contact.c.name).label("contact_name"),
    sa.case((_has_typed_name, _has_spoken), else_=sa.true()).label("may_name"),
    project.c.name.label("project_name"),
)
"""Of a statement that joins `s`, and `contact`, `survivor` (what it was merged into) and `project` where there are."""


def facts(
    row: Any, business_name: str, about_on: dt.date | None, today: dt.date, *, project_name: str | None = None
) -> dict[str, str]:
    """What each variable stands for; "" where there is no value. Without `project_name` it is the thread's project."""
    name = (row.contact_name or "") if row.may_name else ""
    if not any(char.isalpha() for char in name):
        name = ""  # a client nobody has named is called by the number
    return {
        "name": name, "first_name": name.split()[0] if name else "", "business": business_name,
        "project": project_name or row.project_name or "", "date": day(about_on, today) if about_on else "",
    }  # fmt: skip


def day(about_on: dt.date, today: dt.date) -> str:
    """`Saturday 14 November`, with the year where it is another one."""
    year = "" if about_on.year == today.year else f" {about_on.year}"
    return f"{about_on:%A} {about_on.day} {about_on:%B}{year}"


def purpose(rule: Any) -> Purpose:
    """Why its texts go out; of a Rule, an automation or a scheduled text."""
    return Purpose.MARKETING if rule.is_marketing else Purpose.AUTOMATED


def refusal(row: Any, wanted: Purpose) -> str:
    """Why the gate refuses such a text to this number, or nothing."""
    decision = gate.decide(row, wanted)
    return "" if isinstance(decision, Send | Defer) else kept(decision)


def kept(decision: Hold | Defer | Refuse) -> str:
    """Its reason as it is kept, and told by reason.py."""
    return decision.kept_as if isinstance(decision, Refuse) else decision.reason


def words(text: str, values: dict[str, str]) -> tuple[str, str]:
    """The text with its variables filled in, or nothing and the reason."""
    filled = variable.fill(text, values)
    if isinstance(filled, Missing):
        return "", filled.reason
    return ("", reason.TOO_LONG) if len(filled) > LONGEST else (filled, "")
