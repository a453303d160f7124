"""Which role may do what: the table in right.toml, read once; it drives the checks and the generated tests alike."""

import tomllib
from collections.abc import Mapping
from enum import StrEnum
from pathlib import Path

TABLE = Path(__file__).with_name("right.toml")


class Role(StrEnum):
    OWNER = "owner"
    MANAGER = "manager"
    STAFF = "staff"
    COUNSEL = "counsel"


class Right(StrEnum):
    """What a page or call needs. `SETUP` is the right to change consent policy (behaviours.md M-7); `OPT_IN` is
    nobody's, and is named so that a test can show it."""

    READ = "read"
    SEND = "send"
    OPT_OUT = "opt_out"
    OPT_IN = "opt_in"
    EDIT_CONTACTS = "edit_contacts"
    EDIT_QUESTIONNAIRES = "edit_questionnaires"
    IMPORT_CLIENTS = "import_clients"
    RECORD_CONSENT = "record_consent"
    SETUP = "setup"
    EXPORT = "export"
    PEOPLE = "people"
    TAKE_EVIDENCE = "take_evidence"
    LEGAL_HOLD = "legal_hold"


class Reach(StrEnum):
    """How far a right goes."""

    ALL = "all"
    NEVER = "never"


def table(text: str) -> dict[Role, frozenset[Right]]:
    """The rights of each role. Raises ValueError for a table with a right or role that is missing or unknown."""
    rows: Mapping[str, Mapping[str, str]] = tomllib.loads(text)
    if set(rows) != set(Right) or any(set(row) != set(Role) for row in rows.values()):
        raise ValueError("right.toml names each right once, with a word for each role")
    reaches = {(Role(role), Right(name)): Reach(word) for name, row in rows.items() for role, word in row.items()}
    return {role: frozenset(right for right in Right if reaches[role, right] is Reach.ALL) for role in Role}


RIGHTS = table(TABLE.read_text(encoding="utf-8"))
