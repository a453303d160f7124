"""Imports every module that declares a table, so that the metadata is complete."""

from sqlmodel import SQLModel

from portal.accounts import allowance, api_answer, audit, business, endpoint, member, posting, sender, session
from portal.automations import automation, scheduled_text
from portal.consent import (
    disclaimer,
    dropped_field,
    erased_subscription,
    evidence_file,
    ledger,
    ledger_seal,
    legal_hold,
    subscription,
    suppression,
)
from portal.contacts import contact, contact_change, contact_date, group, group_member, project
from portal.erasure import erasure
from portal.evidence import checkpoint, tree
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
    receipt,
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
from portal.registration import registration
from portal.reports import consent_day
from portal.retention import mark, period, run, spared
from portal.watch import alert, backup_run, self_audit

MODULES = (
    alert,
    allowance,
    api_answer,
    archive,
    archive_item,
    archive_journal,
    audit,
    automation,
    backup_run,
    business,
    canned_reply,
    checkpoint,
    completion,
    consent_day,
    contact,
    contact_change,
    contact_date,
    disclaimer,
    dropped_field,
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
    ledger_seal,
    legal_hold,
    mark,
    member,
    message,
    period,
    posting,
    preference_link,
    project,
    provider_event,
    quarantine,
    questionnaire,
    receipt,
    reconciliation,
    registration,
    review_alarm,
    run,
    saved_view,
    scheduled_text,
    self_audit,
    sender,
    session,
    sorting,
    spared,
    submission,
    subscription,
    suppression,
    task,
    text_first,
    tree,
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
