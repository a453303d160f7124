"""One row of a list of opt-outs: whose number, when and why; nothing, where it says nothing about an opt-out. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass

from portal.consent import reply
from portal.imports import cell
from portal.imports.cell import Dialling, Unread
from portal.imports.contact_row import Trouble
from portal.imports.field import Field
from portal.imports.row_file import Row

OPTED_OUT_AT_TWILIO = "21610"
LONGEST_REASON = 200


@dataclass(frozen=True)
class OptOutRow:
    """`said_at` and `said` as the file has them: they are evidence, and decide nothing."""

    row: int
    cells: tuple[str, ...]
    number: str
    said_at: str = ""
    said: str = ""


def read(row: Row, mapping: Sequence[Field], dialling: Dialling) -> OptOutRow | Trouble | None:
    cells = tuple(row.cells)
    given = {means: typed for means, typed in reversed(list(zip(mapping, row.cells, strict=False))) if typed}
    typed, why = _number(given, mapping)
    if typed is None:
        return None
    found = cell.number_to_stop(typed, dialling) if typed else Unread("There is no phone number.")
    if isinstance(found, Unread):
        return Trouble(row.number, found.sentence, cells)
    at = given.get(Field.AT, "")[:LONGEST_REASON]
    return OptOutRow(row.number, cells, found, at, given.get(Field.REASON, why)[:LONGEST_REASON])


def _number(given: dict[Field, str], mapping: Sequence[Field]) -> tuple[str | None, str]:
    """The client's number and why it counts; None for a row of a log that is about no opt-out."""
    if Field.DIRECTION not in mapping or Field.NUMBER in mapping:
        return given.get(Field.NUMBER, ""), ""
    body, is_from_client = given.get(Field.BODY, ""), given.get(Field.DIRECTION, "").lower().startswith("in")
    if is_from_client and reply.provider_keyword(body) == "stop":
        return given.get(Field.FROM, ""), body.strip()
    if not is_from_client and given.get(Field.ERROR) == OPTED_OUT_AT_TWILIO:
        return given.get(Field.TO, ""), f"error {OPTED_OUT_AT_TWILIO}"
    return None, ""
