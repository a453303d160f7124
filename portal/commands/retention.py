"""`portal retention`: what the next night would let go, or what is owed now."""

import argparse
from typing import TYPE_CHECKING, Any

from portal import settings as settings_of
from portal.commands import database
from portal.commands.output import answer, say

if TYPE_CHECKING:
    from sqlmodel import Session

WAITS = "Nothing goes while the portal is in quarantine or its clock is behind; see `portal doctor`."


def add(commands: Any) -> None:
    retention = commands.add_parser("retention", help="let go of what was kept for long enough, or say what would go")
    retention.add_argument("--dry-run", action="store_true", help="count what would go, and change nothing")
    retention.add_argument("--business", metavar="B", help="with --dry-run: this one alone (id or slug)")
    retention.add_argument("--json", action="store_true")
    retention.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Without `--dry-run`, the nights that are owed, in this process; beside `serve` nothing happens twice. As there,
    nothing goes in quarantine, and nothing more once the clock has jumped."""
    from portal.messaging import clock_watch, quarantine
    from portal.retention import nightly

    if arguments.dry_run:
        return _forecast(arguments)
    watch = clock_watch.ClockWatch()
    with database.opened() as found:
        if found.read(quarantine.is_on) or found.read(clock_watch.is_behind):
            return answer({"nights": 0}, as_json=arguments.json, sentence=WAITS)
        nights = found.read(nightly.owed)
        nightly.work_off(found, may_go_on=lambda: not watch.jump() and not found.read(quarantine.is_on))
    said = f"{len(nights)} night{'' if len(nights) == 1 else 's'} done." if nights else "Nothing is owed today."
    return answer({"nights": len(nights)}, as_json=arguments.json, sentence=said)


def _forecast(arguments: argparse.Namespace) -> int:
    with database.existing(settings_of.from_environment()) as found:
        reports = found.read(lambda session: _reports(session, arguments.business))
    if arguments.json:
        return answer({"businesses": reports}, as_json=True, sentence="")
    for each in reports:
        held = " Everything is on legal hold: nothing goes." if each["held"] else ""
        held += " The first nights only look: nothing goes yet." if each["only_looks"] else ""
        say(f"{each['business']}: {each['spared_numbers']} numbers are spared.{held}")
        for line in each["kinds"]:
            verb = "would go" if line["goes_by_itself"] else "to look at"
            say(f"  {line['kind']:<10} kept {line['kept']:<10} {line['would_go']:>8} {verb}")
    return 0


def _reports(session: "Session", wanted: str | None) -> list[dict[str, Any]]:
    import sqlalchemy as sa

    from portal.accounts import business as businesses
    from portal.accounts.business import Business
    from portal.column import table_of
    from portal.retention import forecast, period

    home = table_of(Business)
    if wanted:
        rows = [(found.id, found.slug) for found in (businesses.named(session, wanted),)]
    else:
        rows = [(row.id, row.slug) for row in session.execute(sa.select(home.c.id, home.c.slug).order_by(home.c.slug))]
    return [
        {"business": slug, **forecast.told(forecast.read(session, each), period.of(session, each))}
        for each, slug in rows
    ]
