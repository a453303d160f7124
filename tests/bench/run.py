"""Which work measures which figures, each in a folder and on databases of its own."""

import contextlib
import tempfile
from collections.abc import Callable, Collection, Iterator, Sequence
from pathlib import Path

from tests.bench import aim, chain, drain, form, listing, start, stop, walk
from tests.bench.figure import Figure
from tests.bench.pace import Pace
from tests.postgres import Cluster, Databases

Work = Callable[[Path, Pace], list[Figure]]


def measured(names: Collection[str], pace: Pace) -> list[Figure]:
    """All figures with these names; work that yields several is done once."""
    figures: list[Figure] = []
    for yields, work in WORK:
        if set(yields) & set(names):
            with tempfile.TemporaryDirectory(prefix="portal-bench-") as folder:
                figures += [figure for figure in work(Path(folder), pace) if figure.target in names]
    return figures


def _stop_on_postgres(folder: Path, pace: Pace) -> list[Figure]:
    with _cluster() as databases:
        return stop.postgres(folder, databases.empty(), databases.empty(), pace)


def _aim_on_sqlite(folder: Path, pace: Pace) -> list[Figure]:
    return aim.late_sends(folder, pace, f"sqlite:///{folder / 'portal.db'}", "SQLite")


def _aim_on_postgres(folder: Path, pace: Pace) -> list[Figure]:
    with _cluster() as databases:
        return aim.late_sends(folder, pace, databases.empty(), "PostgreSQL")


@contextlib.contextmanager
def _cluster() -> Iterator[Databases]:
    with Cluster() as cluster, contextlib.closing(Databases(cluster.folder)) as databases:
        yield databases


WORK: Sequence[tuple[tuple[str, ...], Work]] = (
    (("V1", "V2", "V3", "V4"), stop.sqlite),
    (("V5",), _stop_on_postgres),
    (("V7", "V8"), drain.http),
    (("V10",), _aim_on_sqlite),
    (("V10",), _aim_on_postgres),
    (("V11", "V12", "V13"), listing.pages),
    (("V14",), walk.verify),
    (("V15",), chain.append),
    (("V17",), form.questionnaire),
    (("V18",), start.imports),
)
