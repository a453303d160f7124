"""A pack against what registries are known to reject, before a reviewer looks (rules.md 7). Pure."""

from collections.abc import Sequence
from dataclasses import dataclass

from portal.registration import call_to_action, document, text_rule
from portal.registration.pack import Pack
from portal.registration.rule import Check as Check
from portal.registration.rule import State as State

RULES = (*call_to_action.RULES, *document.RULES, *text_rule.RULES)


@dataclass(frozen=True)
class Tally:
    """How far a pack is: `ready` of `all`, and `look` that only the business can look at."""

    ready: int
    look: int
    all: int


def of(pack: Pack) -> tuple[Check, ...]:
    """One for each thing that is looked for, what is to be done first."""
    found = [rule.check(pack) for rule in RULES if rule.applies(pack)]
    order = list(State)[::-1]
    return tuple(sorted(found, key=lambda each: order.index(each.state)))


def tally(checks: Sequence[Check]) -> Tally:
    states = [each.state for each in checks]
    return Tally(states.count(State.READY), states.count(State.LOOK), len(states))
