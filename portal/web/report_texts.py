"""`/reports/texts`: texts by week, what became of them, and what they cost in message parts."""

from sqlmodel import Session

from portal.reports import traffic
from portal.web import chart
from portal.web.page import Answer, Page
from portal.web.visit import Visit


def show(session: Session, visit: Visit) -> Answer:
    weeks = traffic.read(session, visit.business.id, visit.business.timezone)
    pieces = [(kind, [getattr(each, name) for each in weeks]) for kind, name in KINDS]
    drawn = chart.columns([f"{each.days.first.day} {each.days.first:%b}" for each in weeks], pieces)
    sums = {name: sum(getattr(each, name) for each in weeks) for name in SUMS}
    return Page("reports/texts.html", {"weeks": weeks, "columns": drawn, "sums": sums})


KINDS = (("good", "delivered"), ("calm", "sent"), ("bad", "failed"))
SUMS = ("received", "left", "delivered", "failed", "by_hand", "by_itself", "segments")
