"""One measured figure beside its floor, and the table of all of them with the targets of speed.md."""

import statistics
from collections.abc import Sequence
from dataclasses import dataclass

HEAD = ("", "work", "ours", "floor", "ratio", "from – to", "target", "must", "")


@dataclass(frozen=True)
class Target:
    """`is_ceiling`: a smaller ratio is better, as for times."""

    aim: float
    must: float
    is_ceiling: bool = False

    def verdict(self, ratio: float) -> str:
        if self._is_met(ratio, self.aim):
            return "target met"
        return "must met" if self._is_met(ratio, self.must) else "BELOW MUST"

    def shown(self, bound: float) -> str:
        return f"{'≤' if self.is_ceiling else '≥'} {bound:g}"

    def _is_met(self, ratio: float, bound: float) -> bool:
        return ratio <= bound if self.is_ceiling else ratio >= bound


TARGETS = {
    "V1": Target(1.0, 0.7),
    "V2": Target(0.30, 0.22),
    "V3": Target(1.8, 2.5, is_ceiling=True),
    "V4": Target(4, 6, is_ceiling=True),
    "V5": Target(0.60, 0.45),
    "V7": Target(0.60, 0.45),
    "V8": Target(0.85, 0.7),
    "V10": Target(0, 0, is_ceiling=True),
    "V11": Target(1.15, 1.3, is_ceiling=True),
    "V12": Target(0.80, 0.55),
    "V13": Target(500, 1),
    "V14": Target(0.30, 0.12),
    "V15": Target(1.10, 1.25, is_ceiling=True),
    "V17": Target(0.05, 0.03),  # of our own floor; of the one that speed.md names nothing can be run
    "V18": Target(1.40, 1.6, is_ceiling=True),
}


@dataclass(frozen=True)
class Figure:
    """`ours` and `floors` are pairs from the same rounds. Without floors, `ours` are the ratios themselves."""

    target: str
    work: str
    unit: str
    ours: Sequence[float]
    floors: Sequence[float] = ()
    note: str = ""

    @property
    def ratios(self) -> list[float]:
        if not self.floors:
            return list(self.ours)
        return [ours / floor for ours, floor in zip(self.ours, self.floors, strict=True)]

    @property
    def ratio(self) -> float:
        return statistics.median(self.ratios)

    def cells(self) -> tuple[str, ...]:
        target = TARGETS[self.target]
        floor = f"{statistics.median(self.floors):,.4g} {self.unit}" if self.floors else "–"
        return (
            self.target, self.work, f"{statistics.median(self.ours):,.4g} {self.unit}", floor, f"{self.ratio:.2f}",
            f"{min(self.ratios):.2f} – {max(self.ratios):.2f}", target.shown(target.aim), target.shown(target.must),
            target.verdict(self.ratio),
        )  # fmt: skip


def table(figures: Sequence[Figure]) -> str:
    """Aligned columns, with the notes below."""
    rows = [HEAD, *(figure.cells() for figure in figures)]
    widths = [max(len(row[i]) for row in rows) for i in range(len(HEAD))]
    lines = ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]
    notes = dict.fromkeys(f"{figure.target}: {figure.note}" for figure in figures if figure.note)
    return "\n".join([*lines, *notes])
