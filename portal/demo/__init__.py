"""A believable small business to click through: a throw-away database, pretend phones, nobody real, nothing sent."""

import secrets
from dataclasses import fields
from pathlib import Path

from starlette.applications import Starlette

from portal.app import create_app
from portal.demo import studio
from portal.evidence import auditing
from portal.evidence.daily import Daily
from portal.settings import Caps, Settings
from portal.web.rendering import Tour

PASSWORD = "demo demo demo demo"  # noqa: S105 (shown on the sign-in page of a demo, and good for nothing else)
VISITOR = "+14155550199"  # nobody's: the number a newcomer gives
NO_CAPS = Caps(*[0] * len(fields(Caps)))


def create(folder: Path, url: str) -> tuple[Starlette, Tour]:
    """The application on a new database in `folder`, with three weeks of history, and what to show a newcomer."""
    settings = Settings(
        database_url=f"sqlite:///{folder / 'portal.db'}", secret_key=secrets.token_urlsafe(48), public_url=url,
        form_min_seconds=0, caps=NO_CAPS, demo=True,
        quiet_hours="off", automated_per_day=0,  # whoever tries it at night is to see texts leave
    )  # fmt: skip
    app = create_app(settings)
    rehearsal = app.state.providers.get("rehearsal")
    path = app.state.database.write(
        lambda session: studio.open_in(session, rehearsal, rehearsal.behave, url=url, password=PASSWORD)
    )
    for each in app.state.database.read(auditing.owed):
        auditing.look(app.state.database, each.business_id, each.on_day)
    Daily(app.state.database, letter=None, folder=None).turn()
    people = (("Owner", studio.ANA[1], PASSWORD), ("Staff", studio.THEO[1], PASSWORD))
    app.state.tour = Tour(path, VISITOR, people)
    return app, app.state.tour


def greeting(tour: Tour, url: str) -> str:
    """What the console says once the demo is open."""
    people = "\n".join(f"       {role:<6} {email:<20} {password}" for role, email, password in tour.sign_ins)
    return f"""
{studio.NAME} is open. Nothing leaves this computer; Ctrl-C ends it and forgets everything.

  1  Open the questionnaire       {url}{tour.form_url}
  2  Say Yes with this number     (415) 555-{tour.number[-4:]}
  3  See the text on the phone    {url}/rehearsal
  4  Reply STOP there
  5  See the composer lock        {url}/sms?q={tour.number[-4:]}

     Sign in for 3 to 5           {url}/sign-in
{people}
"""
