"""`python -m tests.bench [V1 V5 …]`: measure, print the table; 1 when something could not be measured or was wrong."""

import sys

from tests.bench import pace, run
from tests.bench.child import BenchError
from tests.bench.figure import TARGETS, table


def main(names: list[str]) -> int:
    unknown = [name for name in names if name not in TARGETS]
    if unknown:
        print(f"There is no figure {', '.join(unknown)}; there are {', '.join(TARGETS)}.", file=sys.stderr)
        return 2
    try:
        print(table(run.measured(names or list(TARGETS), pace.from_environment(pace.USUAL))))
    except BenchError as error:
        print(f"Not measured: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
