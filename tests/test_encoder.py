"""What is stored and hashed is spelled exactly as `json` spells it."""

import datetime as dt
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal import encoder
from portal.consent import head, ledger
from portal.consent.state import Kind

NOON = dt.datetime(2026, 11, 21, 12, tzinfo=dt.UTC)
_utf8 = st.characters(codec="utf-8")
_plain = st.none() | st.booleans() | st.integers() | st.floats() | st.text(_utf8)
_values = st.recursive(_plain, lambda inner: st.lists(inner) | st.dictionaries(st.text(_utf8), inner), max_leaves=12)
_canonical = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":"))


@given(value=_values)
def test_columns_are_written_as_json_writes_them(value: object) -> None:
    assert encoder.usual(value) == json.dumps(value)


@given(value=_values)
def test_what_is_hashed_is_spelled_as_before(value: object) -> None:
    """An older entry must verify (H-16): its hash was made over what `json` wrote."""
    assert encoder.canonical(value) == _canonical.encode(value).encode()


def test_a_word_of_ours_is_written_as_text() -> None:
    assert encoder.usual({"kind": Kind.OPTED_OUT}) == '{"kind": "opted_out"}'
    assert encoder.canonical(Kind.OPTED_OUT) == b'"opted_out"'


def test_what_json_cannot_write_is_refused() -> None:
    with pytest.raises(TypeError):
        encoder.usual({"at": NOON})


def test_an_entry_has_the_hash_it_always_had() -> None:
    """Computed once with Python's own `json` and kept here: a chain that verified yesterday verifies tomorrow."""
    entry = {
        "business_id": "b1", "seq": 7, "previous_hash": "0" * 64, "subscription_id": "s1", "channel": "sms",
        "kind": "opted_out", "origin": "reply", "proof": "handset", "scope": None, "carrier": "blocked",
        "actor": "client", "occurred_at": NOON, "recorded_at": NOON + dt.timedelta(microseconds=5),
        "message_id": "m1", "submission_id": None,
        "commitments": {"words": ledger.commitment("00" * 16, "STOP “Émile”\n")},
    }  # fmt: skip
    assert entry["commitments"] == {"words": "d428176ad61f3bc6321ea7f849e6d35a5f218c46a1627741a2d28512316b4bed"}
    assert ledger.entry_hash(entry) == "74be2714db5d1b63711b56d7276dfb3384dc41bf49b618f071f541645e222972"
    assert ledger.entry_hash(entry | {"hash": "x", "evidence": {}, "salts": {}}) == ledger.entry_hash(entry)


def test_the_end_of_a_ledger_has_the_seal_it_always_had() -> None:
    """A cut-off tail is found by it (H-16); it was computed once and is kept here."""
    assert head.mac(b"k" * 32, "b1", 7, "0" * 64) == "74c20d6147064475d1e14581ba8c297271c9329c1bd42281af77b2aaa29de194"
