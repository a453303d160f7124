"""Did the nightly audit find anything, and does it run?"""

from collections.abc import Iterator
from typing import Any

from portal import local_time
from portal.watch.level import Level, Sign

MISSED = 3  # nights without an audit


def of(row: Any, nights_missed: int, zone: str) -> Iterator[Sign]:
    """Said only where a night found something, or where nobody looked for some."""
    if row is not None:
        day = local_time.date(row.on_day, zone)
        texts = f"{row.uncovered} {'text' if row.uncovered == 1 else 'texts'} not covered" if row.uncovered else ""
        after = f", {row.after_opt_out} after an opt-out" if row.after_opt_out else ""
        ledger = f"the ledger is not in order: {row.problem}" if row.problem else ""
        words = "; ".join(each for each in (f"{texts}{after}", ledger) if each)
        yield Sign(
            "audit", Level.BROKEN, "The nightly audit found something", f"{day}: {words}{'' if row.problem else '.'}",
            "Open Proof: it names the texts and says what to do.", "/evidence",
        )  # fmt: skip
    elif nights_missed >= MISSED:
        yield Sign(
            "audit", Level.LOOK, "The nightly audit does not run",
            f"The last {nights_missed} days were not looked at.",
            "Ask the operator whether “portal worker” runs, and to look in its log for self_audit.", "/evidence",
        )  # fmt: skip
