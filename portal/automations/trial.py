"""Test on yourself: the filled text of an automation, to one number that opted in, on the one road out."""

import datetime as dt
from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session

from portal import clock
from portal.accounts import audit
from portal.accounts.business import Business
from portal.automations import moment, reason, recipient
from portal.automations.automation import Automation
from portal.automations.variable import VARIABLES
from portal.consent import subscription
from portal.errors import NotFound
from portal.messaging import outbox, preference_link
from portal.messaging.gate import Refuse
from portal.messaging.outbox import Queued
from portal.statement import Statement, param

SAMPLE: Mapping[str, str] = {"first_name": "Sam", "name": "Sam Rivera", "project": "Spring session"}
"""Stands for a client nobody knows, in previews."""

_ROW = Statement(
    sa.select(*recipient.COLUMNS)
    .join_from(recipient.s, recipient.contact, recipient.contact.c.id == recipient.s.c.contact_id, isouter=True)
    .outerjoin(recipient.survivor, recipient.survivor.c.id == recipient.contact.c.merged_into_id)
    .outerjoin(recipient.project, recipient.project.c.id == recipient.s.c.project_id)
    .where(recipient.s.c.business_id == param("business_id"), recipient.s.c.id == param("id"))
)


def preview(text: str, business: Business, *, form_origin: str = "") -> str:
    """The text as a sample client would get it; what cannot be filled stays as it is."""
    values = dict(SAMPLE) | {"business": business.name, "date": _in_two_days(business)}
    filled, _ = recipient.words(text, {name: values[name] for name in VARIABLES})
    ending = preference_link.sample(form_origin) if business.has_preference_links and form_origin else ""
    return (filled or text) + ending


def send(
    session: Session,
    business: Business,
    automation: Automation,
    subscription_id: str,
    *,
    member_id: str,
    once_key: str,
    form_origin: str = "",
) -> Queued | Refuse:
    """With the number's own name; a project or day it lacks is a sample. Raises NotFound for a strange number."""
    row = subscription.lock_by_id(session, business.id, subscription_id)
    if row is None:
        raise NotFound("There is no such number.")
    known: Any = _ROW.first(session, business_id=business.id, id=row.id)
    today = moment.today(clock.now(), business.timezone)
    facts = recipient.facts(known, business.name, None, today)
    samples = {"project": SAMPLE["project"], "date": _in_two_days(business)}
    text, why = recipient.words(automation.text, facts | {name: facts[name] or samples[name] for name in samples})
    if why:
        return Refuse("variable", reason.sentence(why), "Give the contact a name, or write words to use instead.")
    if business.has_preference_links and form_origin:
        text += preference_link.tail(session, row, form_origin)
    answer = outbox.queue(
        session, row, text, purpose=recipient.purpose(automation), member_id=member_id, once_key=once_key
    )
    if isinstance(answer, Queued):
        audit.note(
            session, "automation.tested", actor=f"member:{member_id}", business_id=business.id, object=automation.id,
            subscription=row.id,
        )  # fmt: skip
    return answer


def _in_two_days(business: Business) -> str:
    today = moment.today(clock.now(), business.timezone)
    return recipient.day(today + dt.timedelta(days=2), today)
