"""What goes out by itself: the list of automations, and scheduled texts of one conversation or one client."""

from dataclasses import dataclass

from sqlmodel import Session

from forms.automation_start import SHOWN, STARTS
from forms.scheduled_filter import ScheduledFilter
from portal.automations import automation as automations
from portal.automations import choice, scheduled_text, sentence, tally
from portal.automations.tally import Tally
from portal.web.page import Answer, Page
from portal.web.visit import Visit


@dataclass(frozen=True)
class Row:
    """One automation as the list shows it."""

    id: str
    name: str
    when: str
    text: str
    condition: str
    tally: Tally


def show(session: Session, visit: Visit) -> Answer:
    """Its fragment alone where an open page asks for it again."""
    found, after = automations.page(session, visit.business.id, after=visit.query.get("after"))
    titles = choice.titles(session, visit.business.id, found)
    tallies = tally.read(session, visit.business.id) if found else tally.Tallies({}, is_whole=True)
    rows = [
        Row(
            each.id, each.name, sentence.when(each, zone=visit.business.timezone, titles=titles), each.text,
            each.condition, tallies.of(each.id),
        )
        for each in found
    ]  # fmt: skip
    context = {
        "rows": rows,
        "after": after,
        "before": visit.query.get("after", ""),
        "starts": [(key, *SHOWN[key], STARTS[key]["text"]) for key in SHOWN],
        "tallies": tallies,
    }
    return Page("automations/_rows.html" if visit.is_partial else "automations/page.html", context)


def scheduled(session: Session, visit: Visit) -> Answer:
    """Of `?thread=` or `?contact=`, or of the whole business; the fragment alone for a page that shows it."""
    thread, contact = (_id(visit.query.get(name, "")) for name in ("thread", "contact"))
    chosen = f"?thread={thread}" if thread else f"?contact={contact}" if contact else ""
    listing = ScheduledFilter.of(visit.query, path=f"/automations/scheduled{chosen}", thread=thread, contact=contact)
    rows, after = scheduled_text.page(session, visit.business.id, **listing.wanted)
    context = {"listing": listing, "scheduled": rows, "scheduled_after": after}
    return Page("automations/_scheduled.html" if visit.is_partial else "automations/scheduled.html", context)


def _id(typed: str) -> str:
    return typed if typed.isalnum() else ""
