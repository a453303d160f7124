"""What a set of consent facts adds up to: a pure fold; neither order of arrival nor duplicates change its result.

Facts are ordered by when they happened; where two are not proven to be in order, the one that stops texting counts as
the later (promises.md 0.6). In doubt: opted out.
"""

import datetime as dt
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import StrEnum
from functools import reduce
from typing import Any, Protocol

from portal.consent.purpose import agreed, narrower, wider
from portal.consent.replacing import replace


class Status(StrEnum):
    """`none` and `requested` are *no consent* and *awaiting reply* on screen."""

    NONE = "none"
    REQUESTED = "requested"
    OPTED_IN = "opted_in"
    DECLINED = "declined"
    OPTED_OUT = "opted_out"


class Carrier(StrEnum):
    UNKNOWN = "unknown"
    CLEAR = "clear"
    BLOCKED = "blocked"


class Kind(StrEnum):
    """The kinds of ledger entry."""

    ASKED = "asked"
    CLAIMED = "claimed"
    OPTED_IN = "opted_in"
    DECLINED = "declined"
    OPTED_OUT = "opted_out"
    LAPSED = "lapsed"
    PAUSED = "paused"
    CARRIER_BLOCKED = "carrier_blocked"
    CARRIER_CLEARED = "carrier_cleared"
    UNDELIVERABLE = "undeliverable"
    REACHABLE = "reachable"
    REVIEW_OPENED = "review_opened"
    REVIEW_KEPT = "review_kept"


class Origin(StrEnum):
    """How a consent came, or who took it away."""

    FORM = "form"
    BUSINESS_FIRST = "business_first"
    CLIENT_FIRST = "client_first"
    INVITATION = "invitation"
    PORTAL = "portal"
    OFFLINE = "offline"
    REPLY = "reply"
    MEMBER = "member"
    PROVIDER = "provider"
    SYSTEM = "system"


class Proof(StrEnum):
    """Who can be shown to have acted: the handset itself, the holder of a personal link, or anybody at all."""

    HANDSET = "handset"
    PERSONAL_LINK = "personal_link"
    ANONYMOUS = "anonymous"
    ATTESTED = "attested"


RESTRICTIVE = frozenset(
    {
        Kind.DECLINED, Kind.OPTED_OUT, Kind.LAPSED, Kind.PAUSED, Kind.CARRIER_BLOCKED, Kind.UNDELIVERABLE,
        Kind.REVIEW_OPENED,
    }
)  # fmt: skip
NO = frozenset({Status.DECLINED, Status.OPTED_OUT})
_BY_TEXT = frozenset({Origin.BUSINESS_FIRST, Origin.CLIENT_FIRST, Origin.INVITATION})
OWN_ACT = frozenset({Proof.HANDSET, Proof.PERSONAL_LINK})


class Fact(Protocol):
    """What the fold reads of a ledger entry."""

    @property
    def kind(self) -> str: ...
    @property
    def occurred_at(self) -> dt.datetime: ...
    @property
    def origin(self) -> str: ...
    @property
    def proof(self) -> str: ...
    @property
    def scope(self) -> str | None: ...
    @property
    def carrier(self) -> str | None: ...
    @property
    def seq(self) -> int: ...


@dataclass(frozen=True)
class State:
    """`consent_seq` is the ledger entry that allows texting; `granted_scope` the widest scope ever granted;
    `review_opened_at` when the first of the replies in doubt came, from which the law counts (rules.md 1.2).
    `returns_to` is the No under an open request, where the client's own new message asked for it: whatever is not
    their Yes leads back there (behaviours.md B7). `invited_seq` is the entry of an invitation that nobody has answered,
    whatever else was asked since; one to somebody who agreed before is a reminder with a way out (F-14)."""

    status: Status = Status.NONE
    returns_to: Status | None = None
    carrier: Carrier = Carrier.UNKNOWN
    origin: str | None = None
    scope: str | None = None
    granted_scope: str | None = None
    consent_seq: int | None = None
    is_paused: bool = False
    is_undeliverable: bool = False
    in_review: bool = False
    review_opened_at: dt.datetime | None = None
    is_claimed: bool = False
    invited_seq: int | None = None
    changed_at: dt.datetime | None = None
    last_at: dt.datetime | None = None


def order(fact: Fact) -> tuple[Any, ...]:
    """When it happened; at the same moment what restricts comes last. Order of arrival decides only between equals."""
    rest = (fact.kind, fact.proof, fact.origin, fact.scope or "", fact.carrier or "", fact.seq)
    return fact.occurred_at, fact.kind in RESTRICTIVE, *rest


def fold(facts: Iterable[Fact]) -> State:
    return reduce(step, sorted(facts, key=order), State())


def step(state: State, fact: Fact) -> State:
    """The next state; `fact` is the latest in the fold's order. One act may turn both lights: a bare STOP does."""
    after = _EFFECTS[Kind(fact.kind)](state, fact)
    return replace(
        after,
        last_at=fact.occurred_at,
        changed_at=fact.occurred_at if _stands(after) != _stands(state) else state.changed_at,
        carrier=Carrier(fact.carrier) if fact.carrier else after.carrier,
    )


def _stands(state: State) -> tuple[Any, ...]:
    """What `changed_at` dates; one more invitation dates an open request anew, and no consent."""
    return state.status, state.origin, state.consent_seq, state.status is Status.REQUESTED and state.invited_seq


def _asked(state: State, fact: Fact) -> State:
    """After a No, only the client's own new message opens a request, and nobody else may ask again (B7, S-16).
    What anybody typed into a form takes no dialogue over that began by text (B2.2)."""
    if state.status not in NO and not state.returns_to and fact.origin == Origin.INVITATION:
        state = replace(state, invited_seq=fact.seq)
    if state.status is Status.NONE:
        return replace(state, status=Status.REQUESTED, origin=fact.origin)
    if state.status is Status.REQUESTED:
        is_late = state.returns_to and not _is_their_own_asking(fact)
        is_typed = fact.origin in (Origin.FORM, Origin.PORTAL) and state.origin in _BY_TEXT
        return state if is_late or is_typed else replace(state, origin=fact.origin)
    if state.status in NO and _is_their_own_asking(fact):
        return replace(state, status=Status.REQUESTED, returns_to=state.status, origin=fact.origin)
    return state


def _is_their_own_asking(fact: Fact) -> bool:
    return fact.origin == Origin.CLIENT_FIRST and fact.proof == Proof.HANDSET


def _opted_in(state: State, fact: Fact) -> State:
    """A Yes that anybody could have given reopens nothing (X-13, interface.md 6.1); neither does a paper (6.7).
    What was paused or is in doubt opens only for the client's own act."""
    if fact.proof == Proof.ANONYMOUS and (state.returns_to or state.status in NO):
        return replace(state, is_claimed=True)
    if fact.proof == Proof.ATTESTED and state.status != Status.NONE:
        return state
    scope = agreed(fact.scope, state.scope, state.granted_scope, is_anybodys=fact.proof == Proof.ANONYMOUS)
    is_own_act = fact.proof in OWN_ACT
    return replace(
        _settled(state) if is_own_act else state,
        status=Status.OPTED_IN,
        returns_to=None,
        origin=fact.origin,
        scope=scope,
        granted_scope=wider(state.granted_scope, scope),
        consent_seq=fact.seq,
        is_paused=state.is_paused and not is_own_act,
        is_claimed=False,
        invited_seq=None,
    )


def _declined(state: State, fact: Fact) -> State:
    if state.status in (Status.OPTED_IN, Status.OPTED_OUT) or state.returns_to is Status.OPTED_OUT:
        return _opted_out(state, fact)
    return replace(
        _settled(state), status=Status.DECLINED, returns_to=None, origin=fact.origin, scope=None, consent_seq=None,
        invited_seq=None,
    )  # fmt: skip


def _opted_out(state: State, fact: Fact) -> State:
    if state.status is Status.OPTED_OUT:
        return _settled(state)
    return replace(
        _settled(state), status=Status.OPTED_OUT, returns_to=None, origin=fact.origin, scope=None, consent_seq=None,
        is_claimed=False, invited_seq=None,
    )  # fmt: skip


def _lapsed(state: State, fact: Fact) -> State:
    if state.status is not Status.REQUESTED:  # with a scope, what reached further lapses; the Yes stands for the rest
        return replace(state, scope=narrower(fact.scope, state.scope)) if fact.scope else state
    return replace(state, status=state.returns_to or Status.NONE, returns_to=None, origin=None, invited_seq=None)


def _review_opened(state: State, fact: Fact) -> State:
    """Another doubtful reply moves no deadline; after a STOP there is nothing to decide."""
    if state.status is Status.OPTED_OUT:
        return state
    return replace(state, in_review=True, review_opened_at=state.review_opened_at or fact.occurred_at)


def _settled(state: State) -> State:  # without a review, no copy: every STOP comes by here
    return replace(state, in_review=False, review_opened_at=None) if state.in_review else state


_EFFECTS: dict[Kind, Callable[[State, Fact], State]] = {
    Kind.ASKED: _asked,
    Kind.CLAIMED: lambda state, fact: replace(state, is_claimed=state.status is not Status.OPTED_IN),
    Kind.OPTED_IN: _opted_in,
    Kind.DECLINED: _declined,
    Kind.OPTED_OUT: _opted_out,
    Kind.LAPSED: _lapsed,
    Kind.PAUSED: lambda state, fact: replace(state, is_paused=True),
    Kind.CARRIER_BLOCKED: lambda state, fact: replace(state, carrier=Carrier.BLOCKED),
    Kind.CARRIER_CLEARED: lambda state, fact: replace(state, carrier=Carrier.CLEAR),
    Kind.UNDELIVERABLE: lambda state, fact: replace(state, is_undeliverable=True),
    Kind.REACHABLE: lambda state, fact: replace(state, is_undeliverable=False),
    Kind.REVIEW_OPENED: _review_opened,
    Kind.REVIEW_KEPT: lambda state, fact: _settled(state),
}
