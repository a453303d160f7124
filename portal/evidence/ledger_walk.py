"""Walks a ledger in pieces that nobody waits for: from the entry that was walked last, and once a week all of it.

`portal verify` walks all of it in one moment; this is the same in many short ones, beside the work of the day.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any, TypeVar

from sqlmodel import Session

from portal.consent import drift, head, verification

T = TypeVar("T")
Read = Callable[[Callable[[Session], T]], T]


@dataclass(frozen=True)
class Place:
    """The last entry that is known to be in order."""

    seq: int = 0
    hash: str = head.GENESIS


@dataclass(frozen=True)
class Walked:
    """How far, and one sentence about what is wrong, if anything."""

    start: int
    end: Place
    problem: str = ""


def walk(read: Read[Any], business_id: str, start: Place) -> Walked:
    """`read` runs one short transaction. From the beginning, every subscription is compared with its entries too."""
    step = verification.Step(start.seq, start.hash)
    while not step.is_end:
        step = read(partial(verification.step, business_id=business_id, after=step.seq, last=step.hash))
    problem = step.problem or (_rows(read, business_id) if start.seq == 0 else "")
    return Walked(start.seq, Place(step.seq, step.hash), problem)


def _rows(read: Read[Any], business_id: str) -> str:
    problem: str = read(partial(verification.erased, business_id=business_id))
    after: str | None = ""
    while after is not None and not problem:
        after, problem = read(partial(drift.some, business_id=business_id, after=after))
    return problem
