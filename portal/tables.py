"""Imports every module that declares a table, so that the metadata is complete."""

from sqlmodel import SQLModel

from portal.accounts import allowance, api_answer, audit, business, member, sender, session
from portal.consent import disclaimer, ledger, subscription
from portal.contacts import contact
from portal.messaging import flight, inbox, message
from portal.questionnaires import questionnaire, submission

MODULES = (
    allowance, api_answer, audit, business, contact, disclaimer, flight, inbox, ledger, member, message, questionnaire,
    sender, session, submission, subscription,
)  # fmt: skip

metadata = SQLModel.metadata
metadata.naming_convention = {
    "ix": "%(table_name)s_%(column_0_N_name)s",
    "uq": "%(table_name)s_%(column_0_N_name)s_once",
    "ck": "%(table_name)s_%(constraint_name)s",
    "fk": "%(table_name)s_%(column_0_N_name)s_of_%(referred_table_name)s",
    "pk": "%(table_name)s_key",
}
