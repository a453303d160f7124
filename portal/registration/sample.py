"""Sample texts for a registration, from what really goes out: fields in brackets, our name, the way out."""

from dataclasses import dataclass

from portal.automations import variable
from portal.registration.live import Live

LEAST, MOST = 2, 5
"""Sample texts that a campaign takes (rules.md 7)."""
OF_AUTOMATIONS = 3
AUTOMATION = "automation:"
LINK = "[link to your texting choices]"


@dataclass(frozen=True)
class Sample:
    """`source` says where it comes from, and finds it again later."""

    source: str
    title: str
    text: str
    is_marketing: bool = False


def all_of(live: Live) -> tuple[Sample, ...]:
    """Everything that could be a sample now."""
    tail = f" {LINK}" if live.business.has_preference_links else ""
    texts = tuple(
        Sample(f"{AUTOMATION}{each.id}", each.name, _shown(each.text, live.business.name) + tail, each.is_marketing)
        for each in live.automations
    )
    return (*_always(live), *texts)


def chosen(live: Live) -> tuple[Sample, ...]:
    """The first text after a Yes, a few automations, and a message by hand."""
    first, by_hand, *texts = all_of(live)
    return (first, *texts[:OF_AUTOMATIONS], by_hand)


def _shown(text: str, name: str) -> str:
    """Every place in brackets, but for our name, which is always the same."""
    return variable.shown(text).replace(variable.shown("{business}"), name)


def _always(live: Live) -> tuple[Sample, Sample]:
    name = live.business.name
    return (
        Sample("form.confirmation", "First, right after a Yes", live.words.get("form.confirmation", "")),
        Sample(
            "by_hand", "A message by hand",
            f"{name}: Hello [first name], this is [team member]. [Your message]. Reply STOP to opt out.",
        ),
    )  # fmt: skip
