"""Every night each business is audited: were all texts of the day covered, and is its ledger in order?"""

from portal import logs
from portal.evidence import auditing
from portal.jobs import watching
from portal.jobs.timetable import Timetable

AT_ONCE = 50  # days of one tick


def self_audit(timetable: Timetable) -> None:
    """The database says what is owed; a business that cannot be audited keeps no other waiting."""
    if watching.is_clock_off(timetable):
        return
    done, stuck = 0, set[str]()
    for each in timetable.database.read(auditing.owed):
        if done == AT_ONCE:
            return
        if each.business_id in stuck:
            continue
        try:
            auditing.look(timetable.database, each.business_id, each.on_day)
            done += 1
        except Exception:
            stuck.add(each.business_id)
            logs.trace(f"self_audit.failed {each.business_id}")
