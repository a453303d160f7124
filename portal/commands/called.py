"""For the doctor: whether providers call us, and not somebody else, when a client texts one of our numbers."""

from collections.abc import Collection, Iterator, Mapping
from typing import TYPE_CHECKING

from portal.commands.finding import Finding
from portal.errors import SettingsError
from portal.settings import Settings

if TYPE_CHECKING:
    from sqlmodel import Session

    from portal.database import Database

PATIENCE = 5.0  # seconds for each question
MOST, READ = 20, 500  # senders that are asked for, out of how many
HAS_FALLBACK = ("twilio", "telnyx")  # these can be given a second address


def looks(settings: Settings, found: "Database", reached: Collection[str]) -> Iterator[Finding]:
    """One for each sender whose provider can be asked and was `reached`. Credentials that cannot be opened are told of
    elsewhere."""
    from portal import app

    try:
        known = [each for each in found.read(_senders) if each[1] in reached]
    except (SettingsError, ValueError):
        return
    for business_id, name, number, credentials in known[:MOST]:
        told = app.webhook_setting(settings, name, credentials, number, timeout=PATIENCE)
        if told is None:
            continue
        what = f"{name} {number}"
        wanted = f"{settings.public_url}/webhooks/{name}/{business_id}/messages"
        if told.trouble:
            yield Finding("warn", what, f"its addresses could not be looked at: {told.trouble}")
        elif wrong := [*faults(told.urls, wanted, name), *told.remarks]:
            yield Finding("warn", what, f"{' '.join(wrong)} portal/docs/{name}.md says where")
        else:
            yield Finding("ok", what, f"inbound texts come to {wanted}")
    if len(known) > MOST:
        yield Finding("warn", "senders", f"the addresses of {MOST} were looked at, and not of all")


def faults(urls: tuple[str, ...], wanted: str, name: str) -> Iterator[str]:
    """In sentences; what follows a # or ? is not part of where it leads."""
    places = [url.partition("#")[0].partition("?")[0] for url in urls]
    if not places:
        yield f"It has no address for inbound texts; set {wanted}."
        return
    yield from (f"It calls {place} instead of {wanted}." for place in dict.fromkeys(places) if place != wanted)
    if len(places) < 2 and name in HAS_FALLBACK:
        yield f"It has no second address for when the first fails; set {wanted} again."


def _senders(session: "Session") -> list[tuple[str, str, str, Mapping[str, str]]]:
    """(business, provider, number, credentials to ask with) of those that are on, the oldest first."""
    import sqlalchemy as sa

    from portal.accounts import sender

    table = sender.table
    query = sa.select(table).where(table.c.is_active).order_by(table.c.created_at, table.c.id).limit(READ)
    return [
        (row.business_id, row.provider, row.number, sender.credentials_of(session, row.credentials))
        for row in session.connection().execute(query)
    ]
