"""What the pretend photographer brought along: an old address list with a mistake in it, and a form signed on paper."""

import datetime as dt
import io

from sqlmodel import Session

from portal import clock, local_time
from portal.accounts.business import Business
from portal.accounts.member import Member
from portal.consent import subscription
from portal.demo.story import Event, Story
from portal.imports import import_run, intake, turn
from portal.imports.field import What
from portal.messaging import offline_consent
from portal.messaging.offline_consent import Act, Way

AGO = dt.timedelta(minutes=35)
NAME = "clients-2024.csv"
ZOE = "+14155550121"
LIST = f"""Name,Email,Phone,Birthday,Texts OK,Opt in
Zoe Quinn,zoe@quinn.example,{ZOE},1990-03-02,,Y
Ada Okoro,ada@okoro.example,(415) 555-0122,,,
Sam Tran,,415.555.0123,,,N
Lena Fuchs,lena@fuchs.example,555-012,,,
"""
PAPER = b"""%PDF-1.4
1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj
2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj
3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 300 200]>>endobj
trailer<</Root 1 0 R>>
%%EOF
"""
WORDS = "Yes, Hearth & Home may text me about my sessions. I can reply STOP at any time."


def open_in(session: Session, story: Story, business: Business, member: Member) -> None:
    """After the history is told."""
    actor = f"member:{member.id}"
    with clock.ago(AGO):
        raw = io.BytesIO(LIST.encode())
        run_id = intake.at_once(
            session, raw, business.id, What.CONTACTS, file_name=NAME, actor=actor, member_id=member.id
        )
        _go_on(session, run_id)
        import_run.start(session, import_run.get(session, business.id, run_id), actor=actor, ip="")
        _go_on(session, run_id)

    def record() -> None:
        row = subscription.lock(session, business.id, "sms", ZOE)
        on = local_time.today(business.timezone) - dt.timedelta(days=12)
        act = Act(on, Way.PAPER, "", WORDS, "Theo at the spring fair")
        offline_consent.record(session, business.id, row.id, act, PAPER, actor=actor, name=member.name, ip="")

    story.tell([Event(AGO / 2, record)])


def _go_on(session: Session, run_id: str) -> None:
    found = turn.look(session, run_id)
    if found is not None:
        turn.store(session, found)
