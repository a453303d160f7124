"""How many clients agreed to be texted, and why the others did not: one picture, from the counter rows alone."""

from dataclasses import dataclass

from sqlmodel import Session

from portal.consent import subscription

ORDER = ("opted_in", "requested", "none", "declined", "opted_out")


@dataclass(frozen=True)
class Slice:
    """`percent` is rounded for reading; `start` and `length` are hundredths of the whole circle."""

    status: str
    count: int
    percent: str
    start: float
    length: float


@dataclass(frozen=True)
class Health:
    """`slices` has every status, in the order in which they are told."""

    total: int
    slices: tuple[Slice, ...]

    @property
    def agreed(self) -> Slice:
        return self.slices[0]


def read(session: Session, business_id: str) -> Health:
    """One query."""
    return of(subscription.counts(session, business_id))


def of(counts: dict[str, int]) -> Health:
    total, slices, start = sum(counts.values()), [], 0.0
    for status in ORDER:
        count = counts[status]
        length = 100 * count / total if total else 0.0
        slices.append(Slice(status, count, percent(count, total), round(start, 3), round(length, 3)))
        start += length
    return Health(total, tuple(slices))


def percent(count: int, total: int) -> str:
    """`0%` and `100%` are only said where they are true."""
    if not total or count in (0, total):
        return "100%" if count and count == total else "0%"
    share = 100 * count / total
    if share < 1:
        return "under 1%"
    return "over 99%" if share > 99 else f"{share:.0f}%"
