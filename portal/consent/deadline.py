"""Until when a wish to stop must be honoured, should a doubtful reply have been one (rules.md 1.2 and row 2).

47 CFR 64.1200(a)(10): ten business days after it came, at most. Monday to Friday count as business days, in the time
zone of the business. Federal holidays count as well: so the day told here is never later than the law's.
"""

import datetime as dt
from zoneinfo import ZoneInfo

BUSINESS_DAYS = 10
ALARM_DAY = 4  # a mail in its morning leaves a whole day before the fifth is over
MORNING = dt.time(9)
WEEK = 5


def honour_by(received_at: dt.datetime, zone: str) -> dt.date:
    """The last day on which it may still be honoured; the day on which it came does not count."""
    return _after(received_at.astimezone(ZoneInfo(zone)).date(), BUSINESS_DAYS)


def days_left(received_at: dt.datetime, zone: str, *, now: dt.datetime) -> int:
    """Business days after today, the last one included; 0 on the last day itself, negative when it is over."""
    today, last = now.astimezone(ZoneInfo(zone)).date(), honour_by(received_at, zone)
    return _between(today, last) if today <= last else -max(1, _between(last, today))


def alarm_at(received_at: dt.datetime, zone: str) -> dt.datetime:
    """When owners and managers hear of it, if nobody has decided by then."""
    day = _after(received_at.astimezone(ZoneInfo(zone)).date(), ALARM_DAY)
    return dt.datetime.combine(day, MORNING, ZoneInfo(zone)).astimezone(dt.UTC)


def earliest_alarm(now: dt.datetime) -> dt.datetime:
    """No alarm is due about what came later, whatever the time zone."""
    return now - dt.timedelta(days=ALARM_DAY - 1)


def _after(day: dt.date, count: int) -> dt.date:
    while count:
        day += dt.timedelta(days=1)
        count -= day.weekday() < WEEK
    return day


def _between(first: dt.date, last: dt.date) -> int:
    """Business days after `first` up to `last`."""
    weeks, rest = divmod((last - first).days, 7)
    return weeks * WEEK + sum((first + dt.timedelta(days=n)).weekday() < WEEK for n in range(1, rest + 1))
