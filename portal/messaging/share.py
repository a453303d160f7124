"""Who gets the free slots of this process: the business with the fewest texts on their way first (P21).

So one with 100,000 due texts, or with a slow provider, has all slots only while nobody else waits; for whoever comes
then, and has nothing on its way, a few more are kept (`spare`). Claims only read this; the dispatcher counts.
"""

import datetime as dt
import heapq
import threading
from collections import Counter
from collections.abc import Sequence

from sqlmodel import Session

from portal import clock
from portal.messaging import lane
from portal.messaging.lane import Lane

FRESH = 0.2  # seconds for which a look at the lanes is good while all slots are in use


class Share:
    """`slots` are for everybody; 0 `spare` where nothing is sent but what is claimed (tests, the demo's history)."""

    def __init__(self, slots: int, spare: int = 0) -> None:
        self._slots, self._spare = slots, spare
        self._held: Counter[str] = Counter()
        self._lock = threading.Lock()
        self._left: Sequence[Lane] = ()
        self._looked_at: float | None = None
        self._after = ""
        self._place = 0

    @property
    def free(self) -> int:
        """Slots that anybody may have."""
        with self._lock:
            return max(0, self._slots - self._held.total())

    @property
    def held(self) -> int:
        """Slots in use."""
        with self._lock:
            return self._held.total()

    @property
    def is_full(self) -> bool:
        with self._lock:
            return self._held.total() >= self._slots + self._spare

    def take(self, business_id: str) -> None:
        with self._lock:
            self._held[business_id] += 1

    def give(self, business_id: str) -> None:
        with self._lock:
            self._held[business_id] -= 1

    def lanes(self, session: Session, now: dt.datetime) -> list[Lane]:
        """What waits. What the last turn left is good for `FRESH`: the next look would see the same."""
        moment = clock.monotonic()
        is_fresh = self._looked_at is not None and moment - self._looked_at <= FRESH
        if not (self._left and is_fresh):
            found = lane.look(session, now=now, after=self._after)
            self._left, self._looked_at, self._after = found.lanes, moment, found.after
        return list(self._left)

    def leave(self, lanes: Sequence[Lane]) -> None:
        """These have more, for which this turn had no slot or no time."""
        self._left = lanes

    @property
    def has_more(self) -> bool:
        """Whether another turn would find something now."""
        return bool(self._left or self._after)

    def portions(self, waiting: Sequence[str], taken: Counter[str]) -> dict[str, int]:
        """How many texts each waiting business may hand over now, beside those `taken` in this turn. Among those with
        equally many on their way, another one begins each time."""
        with self._lock:
            held = self._held + taken
        begin = self._place % len(waiting) if waiting else 0
        order = [*waiting[begin:], *waiting[:begin]]
        heap = [(held[each], place, each) for place, each in enumerate(order)]
        heapq.heapify(heap)
        portions: Counter[str] = Counter()
        for count in range(held.total(), self._slots + self._spare if heap else 0):
            so_far, place, fewest = heap[0]
            if count >= self._slots and so_far:
                break
            heapq.heapreplace(heap, (so_far + 1, place, fewest))
            portions[fewest] += 1
        self._place += len(portions)
        return dict(portions)
