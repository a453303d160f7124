"""Imports every module that declares a table, so that the metadata is complete."""

from sqlmodel import SQLModel

from portal.accounts import allowance, api_answer, audit, business, endpoint, member, posting, sender, session
from portal.automations import automation, scheduled_text
from portal.consent import disclaimer, erased_subscription, evidence_file, ledger, subscription, suppression
from portal.contacts import contact, contact_change, contact_date, group, group_member, project
from portal.erasure import erasure
from portal.imports import import_piece, import_problem, import_run
from portal.invitations import flow, invitation
from portal.messaging import (
    archive,
    archive_item,
    archive_journal,
    canned_reply,
    completion,
    flight,
    group_message,
    heartbeat,
    message,
    preference_link,
    provider_event,
    quarantine,
    reconciliation,
    review_alarm,
    saved_view,
    sorting,
    task,
    text_first,
    trigger_event,
    whatsapp_template,
    wording,
)
from portal.questionnaires import questionnaire, submission
from portal.watch import alert

MODULES = (
    alert,
    allowance,
    api_answer,
    archive,
    archive_item,
    archive_journal,
    audit,
    automation,
    business,
    canned_reply,
    completion,
    contact,
    contact_change,
    contact_date,
    disclaimer,
    endpoint,
    erased_subscription,
    erasure,
    evidence_file,
    flight,
    flow,
    group,
    group_member,
    group_message,
    heartbeat,
    import_piece,
    import_problem,
    import_run,
    invitation,
    ledger,
    member,
    message,
    posting,
    preference_link,
    project,
    provider_event,
    quarantine,
    questionnaire,
    reconciliation,
    review_alarm,
    saved_view,
    scheduled_text,
    sender,
    session,
    sorting,
    submission,
    subscription,
    suppression,
    task,
    text_first,
    trigger_event,
    whatsapp_template,
    wording,
)

metadata = SQLModel.metadata
metadata.naming_convention = {
    "ix": "%(table_name)s_%(column_0_N_name)s",
    "uq": "%(table_name)s_%(column_0_N_name)s_once",
    "ck": "%(table_name)s_%(constraint_name)s",
    "fk": "%(table_name)s_%(column_0_N_name)s_of_%(referred_table_name)s",
    "pk": "%(table_name)s_key",
}
