"""One look at an entry as it is stored: is it the next one, unchanged? A No only means that it has to be read closely.

What it builds is the text that was sealed, from the cells as they are; so a Yes is never said of an entry that parsing
and writing it anew would refuse (tests/consent/test_glance.py).
"""

import datetime as dt
import hashlib
import json
from collections.abc import Mapping, Sequence
from json.encoder import encode_basestring as _quoted
from operator import add
from typing import Any

import sqlalchemy as sa

from portal import clock, encoder
from portal.consent import dropped_field, ledger, shape
from portal.consent.shape import Shape

_JSON = ("evidence", "salts", "commitments")
COLUMNS = tuple(
    (sa.cast if column.key in _JSON else sa.type_coerce)(column, sa.Text).label(column.key)
    for column in ledger.table.columns
)
"""All of an entry: JSON as its text, and a time as text where the database keeps it as such."""
_parsed = json.JSONDecoder().decode
_sha256 = hashlib.sha256


class Glance:
    """At the entries of one business; `erased` and `dropped` as in verification.py."""

    def __init__(self, erased: Mapping[str, Any], dropped: Mapping[str, dt.datetime]) -> None:
        self._erased, self._dropped = erased, dropped
        self._shapes: dict[tuple[tuple[str, ...], int], Shape] = {}

    def sees(self, row: Any, *, seq: int, previous: str) -> bool:
        """Whether `row`, which has COLUMNS and what `is_about` reads, is surely entry `seq`, in order and unchanged."""
        if row.seq != seq or row.previous_hash != previous:
            return False
        try:
            values = _parsed(row.evidence)
            fields = tuple(values), len(row.commitments)
            known = self._shapes.get(fields)
            return (known is not None and self._is_right(row, values, known)) or self._is_new(row, values, fields)
        except (ValueError, TypeError, AttributeError):
            return False

    def _is_new(self, row: Any, values: Mapping[str, Any], fields: tuple[tuple[str, ...], int]) -> bool:
        found = shape.of(row.salts, row.commitments)
        if found is None or found.names != fields[0] or not self._is_right(row, values, found):
            return False
        if len(self._shapes) >= shape.MOST:
            self._shapes.clear()
        self._shapes[fields] = found
        return True

    def _is_right(self, row: Any, values: Mapping[str, Any], known: Shape) -> bool:
        salts, commitments = known.salts(row.salts), known.commitments(row.commitments)
        if salts is None or commitments is None:
            return False
        told = [_quoted(each).encode() if type(each) is str else encoder.canonical(each) for each in values.values()]
        made = tuple([each.hexdigest() for each in map(_sha256, map(add, salts, told))])
        if made != known.kept(commitments):
            return False
        recorded_at = _rfc3339(row.recorded_at)
        is_whole = self._is_whole(row, values, known.gone, recorded_at)
        return is_whole and row.hash == _hash(row, known.canonical(commitments), recorded_at)

    def _is_whole(self, row: Any, values: Mapping[str, Any], gone: Sequence[str], recorded_at: str) -> bool:
        """Nothing is missing that may not be, and it is about the number that it was written for."""
        if row.subscription_id in self._erased:
            return bool(row.evidence == row.salts == "{}" and row.number_now is None)
        if gone:
            at = clock.parse_rfc3339(recorded_at)
            return is_about(row, values) and all(dropped_field.may_lack(self._dropped, name, at) for name in gone)
        return is_about(row, values)


def is_about(row: Any, values: Mapping[str, Any]) -> bool:
    """Whether the subscription still has the number and the channel that its entry was written for."""
    return bool(row.channel == row.channel_now and values.get("number") == row.number_now)


def _hash(row: Any, commitments: str, recorded_at: str) -> str:
    """As `ledger.entry_hash`."""
    text = (
        f'{{"actor":{_quoted(row.actor)},"business_id":{_quoted(row.business_id)},"carrier":{_or_null(row.carrier)}'
        f',"channel":{_quoted(row.channel)},"commitments":{commitments},"kind":{_quoted(row.kind)}'
        f',"message_id":{_or_null(row.message_id)},"occurred_at":{_quoted(_rfc3339(row.occurred_at))}'
        f',"origin":{_quoted(row.origin)},"previous_hash":{_quoted(row.previous_hash)},"proof":{_quoted(row.proof)}'
        f',"recorded_at":{_quoted(recorded_at)},"scope":{_or_null(row.scope)},"seq":{row.seq}'
        f',"submission_id":{_or_null(row.submission_id)},"subscription_id":{_quoted(row.subscription_id)}'
        f',"version":{ledger.VERSION}}}'
    )
    return _sha256(b"\x00" + text.encode()).hexdigest()


def _or_null(text: str | None) -> str:
    return "null" if text is None else _quoted(text)


def _rfc3339(moment: Any) -> str:
    """Of a time as it is stored: where that is text, any other spelling of it makes another hash."""
    if isinstance(moment, str):
        date, _, time = moment.partition(" ")
        return f"{date}T{time.removesuffix('.000000')}Z"
    return clock.rfc3339(moment)
