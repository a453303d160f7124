"""Whether `consents` and `opt_outs`, from which the paper is drawn, tell of the entries what the entries say.

The stranger's verifier proves the entries alone, and says so; here what is told a second time is compared with them. A
value that was withheld or erased cannot be, and neither can what is not of the entry: the confirming text, the files.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from portal.consent.state import Kind
from portal.evidence import agreement, withdrawal
from portal.evidence.verifier import canonical

Claim = tuple[bool, str]
_PUBLIC = {"at": "occurred_at", "suppressed_at": "recorded_at", "message": "message_id"}
_NOT_OF_THE_ENTRY = frozenset(
    {"confirmation", "attachments", "local_time", "not_kept", "seconds", "measured_from", "meaning", "rule"}
)
_WORDS = ("words", "said", "reason")
"""Where an opt-out keeps what was said, the first of which is told."""


def claims(found: Mapping[str, Any]) -> Iterator[Claim]:
    """(is it so, what is wrong otherwise), as the verifier gives them."""
    yield from _part(found, "consents", {Kind.OPTED_IN})
    yield from _part(found, "opt_outs", set(withdrawal.ENDS))


def _part(found: Mapping[str, Any], name: str, kinds: set[Kind]) -> Iterator[Claim]:
    entries = [each for each in found["entries"] if each["kind"] in kinds]
    told = found[name]
    is_all = [each["seq"] for each in told] == [each["seq"] for each in entries]
    yield is_all, f"The {name} that the file tells are not those of its entries."
    for each, entry in zip(told, entries, strict=False):
        for field, said in each.items():
            what = f"Entry {entry['seq']}: {field} is told otherwise under {name} than it was sealed."
            yield _is_so(entry, name, field, said), what
        yield _are_its_files(entry, each.get("attachments") or ()), f"Entry {entry['seq']} has no such file."


def _is_so(entry: Mapping[str, Any], part: str, field: str, said: Any) -> bool:
    values, bound = entry["values"], entry["sealed"]["commitments"]
    kept = _kept(entry, part, field)
    if kept in bound and kept not in values:
        return True
    if kept not in bound and (field in _NOT_OF_THE_ENTRY or (kept == "received_at" and said is not None)):
        return True
    known = values[kept] if kept in bound else entry["sealed"].get(kept)
    return canonical(said) == canonical(None if known == "" else known) or (field == "time_zone" and said is None)


def _kept(entry: Mapping[str, Any], part: str, field: str) -> str:
    """Under which name an entry keeps what is told as `field`."""
    if part == "consents":
        return _PUBLIC.get(field) or agreement.KEPT.get(field, field)
    if field != "words":
        return "" if field == "rule" else _PUBLIC.get(field, field)
    values, bound = entry["values"], entry["sealed"]["commitments"]
    return next((each for each in _WORDS if values.get(each, each in bound)), field)


def _are_its_files(entry: Mapping[str, Any], files: Any) -> bool:
    """A paper's hash is in the entry that it belongs to."""
    return all(each["sha256"] == entry["values"].get("file_sha256") for each in files)
