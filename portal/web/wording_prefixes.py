"""`/settings/wordings/prefixes`: the twelve messages with one prefix, looked at before anything changes (X-3)."""

from urllib.parse import urlencode

from sqlmodel import Session

from portal.accounts import business as businesses
from portal.accounts.language import NAMES
from portal.messaging import wording, wording_prefix
from portal.web.page import Answer, Page, SeeOther
from portal.web.visit import Visit


def show(session: Session, visit: Visit) -> Answer:
    """Every text that would change, before and after."""
    channel, chosen = wording.asked(visit.business, visit.query.get("channel", ""), visit.query.get("language", ""))
    changes = wording_prefix.changes(session, visit.business, chosen, channel)
    context = {"changes": changes, "channel": channel, "chosen": chosen, "languages": NAMES}
    return Page("wording_prefixes/page.html", context | {"prefix": wording_prefix.PREFIX.strip()})


def tidy(session: Session, visit: Visit) -> Answer:
    """A new version of each; the ones before stay, to go back to. Raises Conflict in a branch."""
    businesses.require_main(visit.business)
    given = visit.form
    channel, chosen = wording.asked(visit.business, str(given.get("channel") or ""), str(given.get("language") or ""))
    count = wording_prefix.tidy_all(session, visit.business, chosen, channel, actor=visit.actor, ip=visit.ip)
    said = {0: "Every prefix was tidy already.", 1: "One text has a tidy prefix now."}
    flash = said.get(count, f"{count} texts have tidy prefixes now. The words before are among their versions.")
    return SeeOther(f"/settings/wordings?{urlencode({'language': str(chosen), 'channel': channel})}", flash=flash)
