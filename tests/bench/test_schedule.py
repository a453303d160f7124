"""Many scheduled texts due in the same minute, in small: what the large run of schedule.py counts is right."""

import pytest

from portal.database import Database
from tests.bench import schedule


@pytest.mark.covers("H-23", "rules 3", "P20", "P6")
def test_what_is_due_in_one_minute_leaves_once_and_skips_who_opted_out(database: Database) -> None:
    done = schedule.measured(database, 300)
    assert (done.sent, done.skipped, done.doubled, done.late_opt_outs) == (270, 30, 0, 0)
