"""The bench in short slices: every figure can be measured, and nothing it does goes wrong. Time fails nothing."""

from pathlib import Path

import pytest

from tests.bench import pace, run
from tests.bench.figure import TARGETS, Figure, table
from tests.bench.run import Work

IDS = ["-".join(names) + work.__name__.replace("_", "-") for names, work in run.WORK]


@pytest.mark.parametrize(("names", "work"), run.WORK, ids=IDS)
def test_every_figure_is_measured_and_no_result_is_wrong(
    names: tuple[str, ...], work: Work, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    figures = work(tmp_path, pace.from_environment(pace.QUICK))
    with capsys.disabled():
        print("\n" + table(figures))
    assert {figure.target for figure in figures} == set(names)


def test_every_target_is_measured_by_something() -> None:
    assert {name for names, _ in run.WORK for name in names} == set(TARGETS)


def test_a_figure_is_the_median_of_ratios_of_the_same_round() -> None:
    """Not the ratio of medians: a slow round slows the floor too."""
    figure = Figure("V1", "STOP", "/s", ours=[100, 10, 80], floors=[100, 20, 160])
    assert figure.ratio == 0.5
    assert "0.50 – 1.00" in table([figure])


@pytest.mark.parametrize(("ratio", "verdict"), [(1.0, "target met"), (0.7, "must met"), (0.69, "BELOW MUST")])
def test_the_table_says_which_bound_is_met(ratio: float, verdict: str) -> None:
    assert table([Figure("V1", "STOP", "/s", ours=[ratio])]).endswith(verdict)
