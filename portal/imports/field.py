"""What a column of a list means: guessed from its name in a few languages, chosen by a member where the guess is wrong.

Two companies' own lists are known by their columns. Twilio's log of messages has From, To, Body, Direction and
ErrorCode: a bare STOP from a client, and a text of ours refused with 21610, each stand for an opt-out; every other row
says nothing about it. Telnyx's list of opt-outs has from (our number), to (the client's), keyword and created_at.
"""

import re
import unicodedata
from collections.abc import Sequence
from enum import StrEnum


class What(StrEnum):
    """What a list is about."""

    CONTACTS = "contacts"
    OPT_OUTS = "opt-outs"


class Field(StrEnum):
    """`SKIP` leaves a column out. `DAY` is one date, named by its column; `DATES` are several with their names."""

    SKIP = "skip"
    NAME = "name"
    FIRST_NAME = "first_name"
    LAST_NAME = "last_name"
    EMAIL = "email"
    NUMBER = "number"
    DAY = "day"
    DATES = "dates"
    GROUPS = "groups"
    CONSENT = "consent"
    AT = "at"
    REASON = "reason"
    FROM = "from"
    TO = "to"
    BODY = "body"
    DIRECTION = "direction"
    ERROR = "error"


WORDS = {
    Field.SKIP: "Leave out", Field.NAME: "Name", Field.FIRST_NAME: "First name", Field.LAST_NAME: "Last name",
    Field.EMAIL: "E-mail address", Field.NUMBER: "Phone number", Field.DAY: "A date, called as the column",
    Field.DATES: "Several dates with their names", Field.GROUPS: "Groups", Field.CONSENT: "Texting: a No counts",
    Field.AT: "When they opted out", Field.REASON: "Why", Field.FROM: "Log: from", Field.TO: "Log: to",
    Field.BODY: "Log: text", Field.DIRECTION: "Log: direction", Field.ERROR: "Log: error code",
}  # fmt: skip
OFFERED = {
    What.CONTACTS: (
        Field.SKIP, Field.NAME, Field.FIRST_NAME, Field.LAST_NAME, Field.EMAIL, Field.NUMBER, Field.DAY, Field.DATES,
        Field.GROUPS, Field.CONSENT,
    ),
    What.OPT_OUTS: (
        Field.SKIP, Field.NUMBER, Field.AT, Field.REASON, Field.FROM, Field.TO, Field.BODY, Field.DIRECTION,
        Field.ERROR,
    ),
}  # fmt: skip

_NUMBERS = """number othernumbers phone phones phonenumber mobile mobilephone mobilenumber cell cellphone cellnumber tel
    telephone telephonenumber sms smsnumber otherphones handy handynummer mobil mobilnummer mobiltelefon telefon
    telefonnummer rufnummer nummer telefono telefonomovil movil celular numero numerodetelefono telephonemobile portable
    numerodetelephone telefone telemovel cellulare primaryphone phone1value phone2value contactnumber msisdn"""
_CONTACTS = {
    Field.NAME: """name fullname displayname contact contactname client clientname customer customername kunde
        vollername nombre nombrecompleto nom nomcomplet nome nomecompleto""",
    Field.FIRST_NAME: "firstname givenname forename vorname nombredepila prenom primeironome",
    Field.LAST_NAME: """lastname surname familyname nachname familienname apellido apellidos nomdefamille sobrenome
        cognome""",
    Field.EMAIL: """email emailaddress emailadresse correo correoelectronico courriel adresseemail mail email1value
        enderecodeemail""",
    Field.NUMBER: _NUMBERS,
    Field.DAY: """birthday dateofbirth birthdate dob geburtstag geburtsdatum cumpleanos fechadenacimiento anniversaire
        datedenaissance aniversario datadenascimento compleanno wedding weddingdate anniversary hochzeit boda
        mariage""",
    Field.DATES: "dates",
    Field.GROUPS: "group groups tag tags label labels gruppe gruppen grupo grupos groupe groupes groupmembership",
    Field.CONSENT: """optin optedin consent smsconsent smsoptin textconsent subscribed smsmarketing acceptssms
        einwilligung consentimiento consentement optout optedout""",
}
_OPT_OUTS = {
    Field.NUMBER: f"{_NUMBERS} recipient phonenumbere164 optedoutnumber destination destinationphonenumber",
    Field.AT: """date at time optedoutat optedoutdate optoutdate createdat datecreated timestamp receivedat datum fecha
        unsubscribedat optedouttimestamp""",
    Field.REASON: "reason why note notes comment keyword grund motivo raison",
}
_MEANS = {
    What.CONTACTS: {word: field for field, words in _CONTACTS.items() for word in words.split()},
    What.OPT_OUTS: {word: field for field, words in _OPT_OUTS.items() for word in words.split()},
}
_LOG = {
    "from": Field.FROM, "to": Field.TO, "body": Field.BODY, "direction": Field.DIRECTION, "errorcode": Field.ERROR,
    "sentdate": Field.AT, "datesent": Field.AT, "datecreated": Field.AT,
}  # fmt: skip
_TELNYX = {"from": Field.SKIP, "to": Field.NUMBER, "keyword": Field.REASON, "createdat": Field.AT}


def guess(columns: Sequence[str], what: What, first: Sequence[str] = ()) -> list[Field]:
    """One for each column; `first` is the first row, for files without names of columns."""
    keys = [_key(each) for each in columns]
    means = _MEANS[what]
    if what is What.OPT_OUTS and {"from", "to", "direction"} <= set(keys) and {"body", "errorcode"} & set(keys):
        means = _LOG
    elif what is What.OPT_OUTS and {"from", "to", "createdat"} <= set(keys):
        means = _TELNYX
    found = [means.get(key, Field.SKIP) for key in keys]
    if any(each is not Field.SKIP for each in found):
        return _once(found)
    return [_by_look(cell, i, what) for i, cell in enumerate([*first, *[""] * len(columns)][: len(columns)])]


def looks_like_head(cells: Sequence[str], following: Sequence[str]) -> bool:
    """Whether a first row names columns: nothing in it is a number or an address, unlike in the row after it."""
    if _has_facts(cells):
        return False
    known = {*_MEANS[What.CONTACTS], *_MEANS[What.OPT_OUTS], *_LOG}
    return any(_key(cell) in known for cell in cells) or _has_facts(following)


def _has_facts(cells: Sequence[str]) -> bool:
    return any("@" in cell or sum(map(str.isdigit, cell)) >= 5 for cell in cells)


def problem(mapping: Sequence[Field], what: What) -> str:
    """Why these columns cannot be imported, or nothing."""
    given = set(mapping)
    if what is What.CONTACTS and not given & {Field.NAME, Field.FIRST_NAME, Field.LAST_NAME, Field.NUMBER}:
        return "Please say which column has the names or the phone numbers."
    is_log = {Field.FROM, Field.TO, Field.DIRECTION} <= given and bool({Field.BODY, Field.ERROR} & given)
    if what is What.OPT_OUTS and Field.NUMBER not in given and not is_log:
        return "Please say which column has the phone numbers."
    return ""


def is_reversed(column: str) -> bool:
    """Whether a Yes in this column of consent means No: it asks who opted out."""
    return _key(column) in ("optout", "optedout", "unsubscribed")


def _once(found: list[Field]) -> list[Field]:
    """A second column of the same kind is left out, but for numbers, days and groups, which may be many."""
    many, seen = {Field.NUMBER, Field.DAY, Field.DATES, Field.GROUPS, Field.CONSENT, Field.SKIP}, set[Field]()
    kept = []
    for each in found:
        kept.append(Field.SKIP if each in seen and each not in many else each)
        seen.add(each)
    return kept


def _by_look(cell: str, i: int, what: What) -> Field:
    if what is What.CONTACTS and "@" in cell:
        return Field.EMAIL
    if re.fullmatch(r"\d{4}-\d\d-\d\d.*|\d\d?[./]\d\d?[./]\d{2,4}", cell):
        return Field.AT if what is What.OPT_OUTS else Field.SKIP
    if sum(map(str.isdigit, cell)) >= 7 or (i == 0 and what is What.OPT_OUTS):
        return Field.NUMBER
    if what is What.OPT_OUTS:
        return Field.REASON if any(map(str.isalpha, cell)) else Field.SKIP
    return Field.NAME if i == 0 and cell else Field.SKIP


def _key(column: str) -> str:
    plain = unicodedata.normalize("NFKD", column.casefold())
    return "".join(filter(str.isalnum, plain))
