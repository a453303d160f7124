"""Which test proves which behaviour: collected from the `covers` marks, written into tests/README.md.

`python -m tests.behaviours` rewrites the table; a test fails when the table is stale or a required number has no test.
"""

import ast
import re
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

HERE = Path(__file__).parent
PAGE = HERE / "README.md"
BEGIN, END = "<!-- table: begin -->", "<!-- table: end -->"

REQUIRED = (
    *(f"H-{n}" for n in range(1, 27)),
    *("X-10", "X-12", "X-13", "X-14", "X-15", "X-16", "X-17", "X-22", "X-23", "X-24", "X-25", "X-26", "X-29"),
    *(f"rules {n}" for n in (1, 3, 4, 6, *range(8, 13), 15, *range(18, 23), 24, 27, 29)),
    *("P1", "P2", "P3", "P4", "P5", "P6", "P10", "P12", "P13", "P15", "P16"),
)
"""What the main job and the desk must show: behaviours, decisions, rows of the rule book and promises."""


def covered() -> dict[str, list[str]]:
    """Each number with the tests that carry its mark, as `file::test`."""
    found: dict[str, list[str]] = defaultdict(list)
    for path in sorted(HERE.rglob("test_*.py")):
        for number, test in _marks(ast.parse(path.read_text(encoding="utf-8"))):
            found[number].append(f"{path.relative_to(HERE)}::{test}")
    return dict(found)


def table() -> str:
    rows = [
        f"| {number} | {_tests(tests)} |" for number, tests in sorted(covered().items(), key=lambda row: _order(row[0]))
    ]
    return "\n".join(["| number | tests |", "|---|---|", *rows])


def written() -> str:
    """The page as it should be."""
    text = PAGE.read_text(encoding="utf-8")
    return text[: text.index(BEGIN) + len(BEGIN)] + "\n" + table() + "\n" + text[text.index(END) :]


def _tests(tests: list[str]) -> str:
    """Grouped by file, so that a row stays readable."""
    by_file: dict[str, list[str]] = defaultdict(list)
    for each in tests:
        file, _, test = each.partition("::")
        by_file[file].append(test.removeprefix("test_").replace("_", " "))
    return "<br>".join(f"`{file}`: {'; '.join(names)}" for file, names in by_file.items())


def _marks(tree: ast.Module) -> Iterator[tuple[str, str]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name.startswith("test_"):
            for decorator in node.decorator_list:
                for number in _numbers(decorator):
                    yield number, node.name
    for node in tree.body:  # `pytestmark = pytest.mark.covers(...)`, for a whole file
        if isinstance(node, ast.Assign) and any(isinstance(t, ast.Name) and t.id == "pytestmark" for t in node.targets):
            for number in [n for call in ast.walk(node.value) for n in _numbers(call)]:
                yield number, "whole file"


def _numbers(node: ast.AST) -> list[str]:
    is_mark = isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "covers"
    return (
        [str(a.value) for a in node.args if isinstance(a, ast.Constant)]
        if is_mark and isinstance(node, ast.Call)
        else []
    )


def _order(number: str) -> tuple[str, int]:
    digits = re.search(r"\d+", number)
    return re.sub(r"\d+.*", "", number), int(digits.group()) if digits else 0


if __name__ == "__main__":
    PAGE.write_text(written(), encoding="utf-8")
