"""Marketing is agreed to by a question of its own: what the client said to it, and how far their Yes to texts reaches.

The evidence of an entry keeps it under `marketing`: `question`, `choice` (“yes”, “no”, or nothing where it was left
open), `default`, `words`, `wording_version`, `privacy_url`, `terms_url`, `rendered`, `rendered_sha256` and
`visibility`, named as their namesakes of the first question are. A Yes to texts that says nothing about marketing
leaves it as it stands; `continues_entry` then is the ledger entry that it rests on.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from portal.consent.disclaimer import Shown
from portal.consent.purpose import Purpose, Scope, covers
from portal.consent.visibility import NOT_MEASURED, Seen

KEY = "marketing"
YES, NO = "yes", "no"


@dataclass(frozen=True)
class Marketing:
    """The answer to the question about marketing, given together with a Yes to texts at the same number."""

    choice: str
    label: str
    shown: Shown
    rendered: str
    rendered_sha256: str
    visibility: Seen = NOT_MEASURED

    def evidence(self) -> dict[str, Any]:
        return {
            "question": self.label, "choice": self.choice, "default": "none selected", "words": self.shown.text,
            "wording_version": self.shown.id, "privacy_url": self.shown.privacy_url,
            "terms_url": self.shown.terms_url, "rendered": self.rendered, "rendered_sha256": self.rendered_sha256,
            "visibility": self.visibility,
        }  # fmt: skip


def is_agreed(evidence: Mapping[str, Any]) -> bool:
    return _choice(evidence) == YES


def begins(row: Any, evidence: Mapping[str, Any], *, is_own_act: bool) -> bool:
    """Whether this Yes would open marketing to an open number. What its client narrowed, nobody else widens."""
    if not is_agreed(evidence) or covers(row.scope, Purpose.MARKETING):
        return False
    return is_own_act or bool(row.scope == row.granted_scope)


def reach(row: Any, evidence: Mapping[str, Any]) -> tuple[Scope, dict[str, Any]]:
    """How far a Yes with this evidence reaches for the number of `row`, and the evidence to keep with it."""
    choice = _choice(evidence)
    if choice == YES:
        return Scope.MARKETING, dict(evidence)
    if choice == NO or not covers(row.scope, Purpose.MARKETING):
        return Scope.INFORMATIONAL, dict(evidence)
    return Scope.MARKETING, {**evidence, "continues_entry": row.consent_seq}


def _choice(evidence: Mapping[str, Any]) -> str:
    return str(dict(evidence.get(KEY) or {}).get("choice", ""))
