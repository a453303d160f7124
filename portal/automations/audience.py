"""To whom: the filters of an automation as conditions on a subscription and its contact.

Whoever is named or sent something in stays meant after a merge: the record that it is part of then is (merge.py).
"""

from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa

from portal.column import table_of
from portal.consent import subscription
from portal.contacts import merge
from portal.contacts.contact import Contact
from portal.contacts.project import ProjectContact

_s, _clients, _people = subscription.table, table_of(ProjectContact), table_of(Contact)
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
        named = sa.select(_people.c.id).where(
            _people.c.business_id == business_id, _people.c.id.in_(audience["contacts"])
        )
        found.append(contact_id.in_(sa.select(merge.upward(named, "named").c.id)))
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
    asked = (_sent_in.c.business_id == business_id, _sent_in.c.questionnaire_id.in_(wanted))
    before = (
        sa.select(_people.c.merged_into_id.label("id"))
        .join_from(_people, _sent_in, _sent_in.c.contact_id == _people.c.id)
        .where(*asked, _people.c.merged_into_id.is_not(None))
    )
    return sa.or_(
        sa.exists().where(*asked, _sent_in.c.contact_id == contact_id),
        contact_id.in_(sa.select(merge.upward(before, "sent_in_before").c.id)),
    )
