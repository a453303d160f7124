"""What a provider can tell afterwards: the texts it took in for us, and what became of ours (promises.md 0.5, P8).

A webhook that came while nobody listened is lost with most providers; a list of what happened is the second way to
learn of a STOP. Not every provider has one: who fulfils `Lister` does.
"""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

from portal.providers.provider import InboundText, StatusUpdate


@dataclass(frozen=True)
class ListedText:
    """One of our own texts as the provider lists it. By `to`, `text` and `created_at` one is found whose answer was
    lost; `update` says what became of it, with our own id where the provider gives it back."""

    update: StatusUpdate
    to: str
    text: str
    created_at: dt.datetime | None


@dataclass(frozen=True)
class Listed:
    """One page, in whatever order; `next` is where to go on, None at the end. An inbound text has the same `event_id`
    as its webhook would have had, so that it counts once whichever came first. `has_ours`: all texts that we sent from
    this number are in the list, so that one that is not there was never taken."""

    texts: Sequence[InboundText | ListedText]
    next: str | None
    has_ours: bool = True


@dataclass(frozen=True)
class NotListed:
    """The provider could not be asked. `is_setup`: asking again will not help before somebody changes a setting.
    `has_list` is false where this address has none at all: nothing is to be waited for."""

    sentence: str
    is_setup: bool = False
    has_list: bool = True


@runtime_checkable
class Lister(Protocol):
    """A provider that lists texts."""

    def listed(
        self, credentials: Mapping[str, str], number: str, *, since: dt.datetime, place: str | None
    ) -> Listed | NotListed:
        """A page of the texts to and from our sender `number` since then; `place` is the `next` of the page before.
        Blocks for seconds at most; never raises."""
        ...
