"""Pictures of numbers as plain lengths, which templates/_chart.html draws: the policy forbids inline style, and a page
needs no script for them. All lengths are percents of the picture."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

LEAST = 0.7
"""The least that is drawn of what is not zero: about two pixels of a telephone."""
GAP = 0.22  # of a column's place
MARKS = 6  # words under a picture, at most
TOP, BOTTOM = 8.0, 8.0  # left free for the words of the scale and of the axis


@dataclass(frozen=True)
class Share:
    """A piece of a bar, from the left."""

    kind: str
    start: float
    length: float


@dataclass(frozen=True)
class Block:
    """A piece of a column, from its upper left corner."""

    kind: str
    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True)
class Line:
    """A line of the scale and what it stands for."""

    y: float
    value: int


@dataclass(frozen=True)
class Mark:
    """Words under a column, from its left edge."""

    x: float
    words: str


@dataclass(frozen=True)
class Columns:
    """`zero` is where columns begin; those of `down` hang from there."""

    blocks: tuple[Block, ...]
    lines: tuple[Line, ...]
    marks: tuple[Mark, ...]
    zero: float


def shares(counts: Sequence[tuple[str, int]]) -> tuple[Share, ...]:
    """What is not zero can be seen, and all together are the whole bar."""
    known = [(kind, count) for kind, count in counts if count]
    lengths = _lengths([count for _, count in known])
    starts = [sum(lengths[:index]) for index in range(len(lengths))]
    return tuple(
        Share(kind, round(start, 3), round(length, 3))
        for (kind, _), start, length in zip(known, starts, lengths, strict=True)
    )


def _lengths(counts: Sequence[int]) -> list[float]:
    """Small ones get LEAST, which the others give, each by its size."""
    small: set[int] = set()
    while True:
        rest = sum(count for index, count in enumerate(counts) if index not in small)
        room = 100 - LEAST * len(small)
        more = {i for i, count in enumerate(counts) if i not in small and count * room / rest < LEAST}
        if not more:
            return [LEAST if i in small else count * room / rest for i, count in enumerate(counts)]
        small |= more


def columns(
    words: Sequence[str], up: Sequence[tuple[str, Sequence[int]]], down: Sequence[tuple[str, Sequence[int]]] = ()
) -> Columns:
    """A column for each of `words`; `up` and `down` are its pieces by kind, from the middle outwards, to one scale."""
    count = len(words)
    above, below = _most(up, count), _most(down, count)
    step = _step(max(above, below))
    highest = max(1, math.ceil(above / step)) * step
    lowest = math.ceil(below / step) * step
    tall = 100 - TOP - BOTTOM
    zero = TOP + tall * highest / (highest + lowest)
    unit = tall / (highest + lowest)
    blocks = [*_stacked(up, count, zero, -unit), *_stacked(down, count, zero, unit)]
    lines = [Line(round(zero - value * unit, 3), value) for value in range(-lowest, highest + 1, step)]
    return Columns(tuple(blocks), tuple(lines), _marks(words), round(zero, 3))


def _most(pieces: Sequence[tuple[str, Sequence[int]]], count: int) -> int:
    return max((sum(values[index] for _, values in pieces) for index in range(count)), default=0)


def _step(most: int) -> int:
    """Between two lines of the scale: 1, 2 or 5 times a power of ten, so that about three lines reach the top."""
    wanted = max(1.0, most / 3)
    power = 10 ** math.floor(math.log10(wanted))
    return next(int(each * power) for each in (1, 2, 5, 10) if each * power >= wanted)


def _stacked(pieces: Sequence[tuple[str, Sequence[int]]], count: int, zero: float, unit: float) -> list[Block]:
    """`unit` is the height of one, negative upwards. What is not zero can be seen."""
    wide, found = 100 / count if count else 0, []
    for index in range(count):
        edge = zero
        for kind, values in pieces:
            if not values[index]:
                continue
            height = max(LEAST, abs(values[index] * unit))
            top = edge - height if unit < 0 else edge
            found.append(
                Block(
                    kind,
                    round((index + GAP / 2) * wide, 3),
                    round(top, 3),
                    round((1 - GAP) * wide, 3),
                    round(height, 3),
                )
            )
            edge += height if unit > 0 else -height
    return found


def _marks(words: Sequence[str]) -> tuple[Mark, ...]:
    """So few that a telephone has room for them, and none that would leave the picture on the right."""
    count = len(words)
    every = max(1, math.ceil(count / MARKS))
    last = count * (1 - 0.9 / MARKS)
    return tuple(
        Mark(round((index + GAP / 2) * 100 / count, 3), words[index])
        for index in range(0, count, every)
        if index <= last or count == 1
    )
