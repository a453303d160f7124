"""What happened in a schedule, and the first half of the checker after the fact, as Jepsen does it."""

import itertools
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

from portal.consent.purpose import Purpose
from portal.providers.provider import Rejected, Result, Trouble


@dataclass
class Post:
    """A text that reached the provider; `result` is what it answered."""

    at: int
    number: str
    message_id: str
    purpose: str
    consent_seq: int | None
    result: Result | None = None


@dataclass(frozen=True)
class Stopped:
    """A STOP as its transaction left things: the ledger's last opt-out, and the texts that existed for this number."""

    number: str
    opted_out_seq: int | None
    texts: frozenset[str]


@dataclass
class History:
    """`at` is the order of events, not a time."""

    posts: list[Post] = field(default_factory=list)
    stops: dict[str, Stopped] = field(default_factory=dict)
    acks: list[tuple[int, str]] = field(default_factory=list)
    _order: Iterator[int] = field(default_factory=lambda: itertools.count(1))

    def post(self, number: str, message_id: str, purpose: str, consent_seq: int | None) -> Post:
        found = Post(next(self._order), number, message_id, purpose, consent_seq)
        self.posts.append(found)
        return found

    def ack(self, event_id: str) -> None:
        """The 2xx of this event reached the provider."""
        self.acks.append((next(self._order), event_id))

    def violations(self) -> list[str]:
        """P1: what started after an acknowledged STOP."""
        return [problem for at, event_id in self.acks for problem in self._after(at, event_id)]

    def _after(self, at: int, event_id: str) -> list[str]:
        stop = self.stops.get(event_id)
        if stop is None:
            return []
        if stop.opted_out_seq is None:
            return [f"{event_id} was acknowledged without an opt-out"]
        later = [post for post in self.posts if post.at > at and post.number == stop.number]
        confirmations = {post.message_id for post in later if _confirms(post) and post.message_id in stop.texts}
        problems = [f"{len(confirmations)} confirmations after {event_id}"] if len(confirmations) > 1 else []
        for post in later:
            if post.message_id in stop.texts and not _confirms(post):
                problems.append(f"{post.purpose} {post.message_id}, older than {event_id}, started after its 2xx")
            elif not _needs_no_consent(post) and (post.consent_seq or 0) <= stop.opted_out_seq:
                problems.append(f"{post.purpose} {post.message_id} started after {event_id} without a newer consent")
        return problems

    def doubled(self) -> list[str]:
        """P6: texts handed over again although their absence was not proven."""
        earlier: dict[str, list[Post]] = {}
        problems = []
        for post in self.posts:
            before = earlier.setdefault(post.message_id, [])
            if any(not _proves_absence(each.result) for each in before):
                problems.append(f"{post.purpose} {post.message_id} was posted {len(before) + 1} times")
            before.append(post)
        return problems

    def repeated_confirmations(self, opt_outs: Counter[str]) -> list[str]:
        """One opt-out, one confirmation: `opt_outs` counts the entries of each number."""
        sent = Counter(
            number for number, _ in {(post.number, post.message_id) for post in self.posts if _confirms(post)}
        )
        return [
            f"{sent[number]} confirmations for {opt_outs[number]} opt-outs"
            for number in sent
            if sent[number] > opt_outs[number]
        ]


def _confirms(post: Post) -> bool:
    return post.purpose == Purpose.OPT_OUT_CONFIRMATION


def _needs_no_consent(post: Post) -> bool:
    return post.purpose in (Purpose.OPT_OUT_CONFIRMATION, Purpose.HELP)


def _proves_absence(result: Result | None) -> bool:
    return isinstance(result, Rejected) and result.trouble is Trouble.TEMPORARY
