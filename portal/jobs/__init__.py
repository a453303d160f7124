"""The timetable: what happens by itself, and how often."""

import datetime as dt

from portal.jobs import (
    archiving,
    counting,
    keeping,
    planning,
    proving,
    reconciling,
    retaining,
    sealing,
    sending,
    watching,
)
from portal.jobs.timetable import Job, Timetable

__all__ = ["JOBS", "Job", "Timetable"]

JOBS = (
    Job("checkpoint", dt.timedelta(seconds=0.5), keeping.checkpoint),
    Job("remember", dt.timedelta(seconds=5), keeping.remember),
    Job("back_up", dt.timedelta(minutes=1), keeping.back_up),
    Job("reconcile", dt.timedelta(seconds=1), reconciling.reconcile),
    Job("wake_dispatcher", dt.timedelta(seconds=1), sending.wake_dispatcher),
    Job("deliver_rehearsal", dt.timedelta(seconds=1), sending.deliver_rehearsal),
    Job("deliver_events", dt.timedelta(seconds=1), sending.deliver_events),
    Job("expire_leases", dt.timedelta(seconds=2), sending.expire_leases),
    Job("take_in_words", dt.timedelta(seconds=2), keeping.take_in_words),
    Job("watch_clock", dt.timedelta(seconds=2), watching.watch_clock),
    Job("plan_events", dt.timedelta(seconds=1), planning.plan_events),
    Job("plan_dates", dt.timedelta(seconds=2), planning.plan_dates),
    Job("run_due", dt.timedelta(seconds=1), planning.run_due),
    Job("run_group_messages", dt.timedelta(seconds=1), sending.run_group_messages),
    Job("run_imports", dt.timedelta(seconds=1), keeping.run_imports),
    Job("tidy_imports", dt.timedelta(seconds=5), keeping.tidy_imports),
    Job("forget_problems", dt.timedelta(hours=1), keeping.forget_problems),
    Job("tell_of_reviews", dt.timedelta(minutes=1), sending.tell_of_reviews),
    Job("tell_of_troubles", dt.timedelta(seconds=15), sending.tell_of_troubles),
    Job("watch_first_texts", dt.timedelta(seconds=15), sending.watch_first_texts),
    Job("lapse_requests", dt.timedelta(minutes=10), sending.lapse_requests),
    Job("fill_archives", dt.timedelta(seconds=5), archiving.fill_archives),
    Job("sweep_archives", dt.timedelta(minutes=1), archiving.sweep_archives),
    Job("mail_archives", dt.timedelta(minutes=1), archiving.mail_archives),
    Job("prune_allowances", dt.timedelta(hours=1), keeping.prune_allowances),
    Job("prune_sign_ins", dt.timedelta(hours=1), keeping.prune_sign_ins),
    Job("prune_api_answers", dt.timedelta(hours=1), keeping.prune_api_answers),
    Job("prune_deliveries", dt.timedelta(hours=1), keeping.prune_deliveries),
    Job("sign_checkpoints", dt.timedelta(minutes=1), sealing.sign_checkpoints),
    Job("self_audit", dt.timedelta(minutes=1), proving.self_audit),
    Job("count_days", dt.timedelta(seconds=10), counting.count_days),
    Job("let_run_out", dt.timedelta(minutes=5), retaining.let_run_out),
    Job("wipe_erased", dt.timedelta(seconds=2), keeping.wipe_erased),
)
