"""One thing that reviewers look for, and what a pack answers to it."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from portal import address
from portal.address import Refused, Rules
from portal.registration.pack import Pack


class State(StrEnum):
    """`LOOK`: on a page of the business's own, which only the business can look at."""

    READY = "ready"
    LOOK = "look"
    FIX = "fix"


@dataclass(frozen=True)
class Check:
    """`code` is the registry's own; `sentence` says what is, or what to do; `url` where."""

    code: str
    group: str
    wants: str
    state: State
    sentence: str
    url: str


def _nothing(pack: Pack) -> str:
    return ""


def _always(pack: Pack) -> bool:
    return True


@dataclass(frozen=True)
class Rule:
    """`problem` says what to do, nothing where all is well, and `look` what the business has to look at itself;
    `applies`: a pack that has nothing to do with it is not bothered."""

    code: str
    group: str
    wants: str
    problem: Callable[[Pack], str]
    good: str
    url: str = ""
    look: Callable[[Pack], str] = _nothing
    applies: Callable[[Pack], bool] = _always

    def check(self, pack: Pack) -> Check:
        problem, look = self.problem(pack), self.look(pack)
        state = State.FIX if problem else State.LOOK if look else State.READY
        return Check(self.code, self.group, self.wants, state, problem or look or self.good, self.url)


def is_public(url: str) -> bool:
    """Whether a stranger could open it, by its spelling: https and the name of a site that the internet knows."""
    return not isinstance(address.parse(url.partition("#")[0], Rules()), Refused)
