"""Why a text goes out, and how far a consent reaches; the gate compares the two (rules.md section 2)."""

from enum import StrEnum


class Purpose(StrEnum):
    CONVERSATION = "conversation"
    AUTOMATED = "automated"
    MARKETING = "marketing"
    OPT_IN_REQUEST = "opt_in_request"
    OPT_IN_CONFIRMATION = "opt_in_confirmation"
    OPT_OUT_CONFIRMATION = "opt_out_confirmation"
    HELP = "help"
    CLARIFICATION = "clarification"


class Scope(StrEnum):
    """Narrow to wide."""

    CONVERSATIONAL = "conversational"
    INFORMATIONAL = "informational"
    MARKETING = "marketing"


_WIDTH = {Scope.CONVERSATIONAL: 1, Scope.INFORMATIONAL: 2, Scope.MARKETING: 3}
_NEEDS = {
    Purpose.CONVERSATION: Scope.CONVERSATIONAL,
    Purpose.AUTOMATED: Scope.INFORMATIONAL,
    Purpose.MARKETING: Scope.MARKETING,
}

# What goes first when several texts wait for the same number: answers the law wants promptly, then the confirmation.
URGENCY = {
    Purpose.OPT_OUT_CONFIRMATION: 0,
    Purpose.HELP: 0,
    Purpose.CLARIFICATION: 0,
    Purpose.OPT_IN_CONFIRMATION: 1,
    Purpose.OPT_IN_REQUEST: 1,
    Purpose.CONVERSATION: 2,
    Purpose.AUTOMATED: 3,
    Purpose.MARKETING: 4,
}


def covers(scope: str | None, purpose: Purpose) -> bool:
    """Whether a consent of this breadth allows a text of this purpose; control texts need none."""
    needed = _NEEDS.get(purpose)
    return needed is None or (scope is not None and _WIDTH[Scope(scope)] >= _WIDTH[needed])


def narrower(one: str | None, other: str | None) -> str | None:
    """The narrower of two scopes; of one alone, nothing."""
    return None if not one or not other else min(one, other, key=lambda scope: _WIDTH[Scope(scope)])


def wider(one: str | None, other: str | None) -> str | None:
    """The broader of two scopes."""
    known = [scope for scope in (one, other) if scope]
    return max(known, key=lambda scope: _WIDTH[Scope(scope)], default=None)


def agreed(said: str | None, standing: str | None, granted: str | None, *, is_anybodys: bool) -> str:
    """How far a Yes reaches: as far as was `said`. A bare START brings reminders back and never marketing, which has a
    question of its own (rules.md 11.3); what a client narrowed below what they had `granted`, nobody else widens."""
    scope = said or narrower(granted, Scope.INFORMATIONAL) or Scope.CONVERSATIONAL
    return narrower(scope, standing) or scope if is_anybodys and standing != granted else scope
