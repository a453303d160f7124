"""To whom: the filters of an automation as conditions on a subscription and its contact."""

from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa

from portal.column import table_of
from portal.consent import subscription
from portal.contacts.project import ProjectContact

_s, _clients = subscription.table, table_of(ProjectContact)
# by name: automations and questionnaires stand side by side, and neither knows the other
_sent_in = sa.table("submission", sa.column("business_id"), sa.column("contact_id"), sa.column("questionnaire_id"))


def conditions(
    business_id: str,
    audience: Mapping[str, Any],
    *,
    contact_id: sa.ColumnElement[Any],
    questionnaire: str | None = None,
) -> list[sa.ColumnElement[bool]]:
    """All of them must hold; within a filter one is enough. `contact_id` is the column that says who it is;
    `questionnaire` is the one that was just sent in, if that is what happened."""
    found: list[sa.ColumnElement[bool]] = []
    if "origins" in audience:
        found.append(_s.c.origin.in_(audience["origins"]))
    if "contacts" in audience:
        found.append(contact_id.in_(audience["contacts"]))
    if "projects" in audience:
        found.append(_is_client(business_id, audience["projects"], contact_id))
    if "questionnaires" in audience and questionnaire not in audience["questionnaires"]:
        found.append(_has_sent_in(business_id, audience["questionnaires"], contact_id))
    return found


def _is_client(business_id: str, projects: list[str], contact_id: sa.ColumnElement[Any]) -> sa.ColumnElement[bool]:
    return sa.exists().where(
        _clients.c.business_id == business_id, _clients.c.contact_id == contact_id, _clients.c.project_id.in_(projects)
    )


def _has_sent_in(business_id: str, wanted: list[str], contact_id: sa.ColumnElement[Any]) -> sa.ColumnElement[bool]:
    return sa.exists().where(
        _sent_in.c.business_id == business_id,
        _sent_in.c.contact_id == contact_id,
        _sent_in.c.questionnaire_id.in_(wanted),
    )
