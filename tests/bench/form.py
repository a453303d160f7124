"""V17: a questionnaire's page, and its answers with a Yes, beside the least that the same stack does with the requests.

speed.md names other people's form software as the floor, which cannot be run here; what was measured of it then is said
in the note. An answer leaves on a beat of its own (promise P15), so many are in flight: what a server can do is
measured, and not how long one client waits.
"""

import contextlib
import datetime as dt
import http.client
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import sqlalchemy as sa
from sqlmodel import Session

from portal import clock
from portal.consent import phone_number
from portal.consent.phone_number import PhoneNumber
from portal.database import Database
from portal.opening import secrets_of
from portal.questionnaires import instance, opened
from portal.questionnaires import questionnaire as questionnaires
from portal.questionnaires.opened import Opened
from portal.questionnaires.question import Question
from portal.questionnaires.submission import Submission
from tests.bench import load, scene
from tests.bench.child import BenchError, Child
from tests.bench.figure import Figure
from tests.bench.pace import Pace, take_turns
from tests.bench.scene import PUBLIC_URL, Scene

GET_IN_FLIGHT, POST_IN_FLIGHT = 16, 128
WARM_UP = 0.5  # seconds
LEAST = 2.0  # of a slice of answers, which come in bursts, one on each beat
MOST = 1500  # answers a second that are prepared for
QUESTIONS = (
    Question("name", "text", "Your name", True), Question("email", "email", "E-mail address"),
    Question("day", "date", "When?"), Question("note", "paragraph", "Anything else?"),
    Question("optin", "opt_in", "May we text you?", True),
)  # fmt: skip
THEN = "django-survey-and-report and wagtail forms did 57–81 (GET) and 36–65 (POST) a second, measured for speed.md"
_COUNT = sa.select(sa.func.count()).select_from(Submission)
Answer = dict[str, Any]


@dataclass
class Door:
    """One server's questionnaire under the load client. The product's answers are used up, the floor's begin anew."""

    client: Child
    port: int
    requests: Path
    expects: str
    in_flight: int
    is_used_up: bool = False
    sent: int = 0

    def slice(self, seconds: float) -> Answer:
        """Raises BenchError when anything else came back, or when nothing did."""
        answer = self.client.ask({
            "address": ["127.0.0.1", self.port], "requests": str(self.requests), "expects": self.expects,
            "first": self.sent if self.is_used_up else None, "seconds": seconds, "in_flight": self.in_flight,
        })  # fmt: skip
        self.sent += answer["sent"]
        if answer["refused"] or not answer["sent"]:
            raise BenchError(f"a questionnaire was not answered: {answer['refused'] or 'no request was left'}")
        return answer


def questionnaire(folder: Path, pace: Pace) -> list[Figure]:
    """V17."""
    made = scene.set_up(folder, f"sqlite:///{folder / 'portal.db'}", 0)
    gets, posts = folder / "gets", folder / "posts"
    with scene.opened(made.settings) as database:
        asked = database.write(lambda session: _published(session, made.business))
        load.write_requests(gets, iter([_get(asked)]))
        load.write_requests(posts, _posts(database, asked, int(MOST * (max(pace.seconds, LEAST) * pace.rounds + 1))))
    slow = Pace(max(pace.seconds, LEAST), pace.rounds)
    with contextlib.ExitStack() as stack:
        client = stack.enter_context(Child("tests.bench.load"))
        ours = stack.enter_context(Child("tests.bench.server", "web", environment=scene.environment(made.settings)))
        page = folder / "page.html"
        page.write_bytes(_shown(int(ours.said), asked))
        floor = stack.enter_context(Child("tests.bench.server", "form", str(page), str(folder / "floor.db")))
        doors = {"ours": ours, "floor": floor}
        shown = {name: Door(client, int(door.said), gets, "200", GET_IN_FLIGHT) for name, door in doors.items()}
        answered = {
            name: Door(client, int(door.said), posts, "303", POST_IN_FLIGHT, is_used_up=name == "ours")
            for name, door in doors.items()
        }
        figures = [_rate("GET", shown, pace), _rate("POST with a Yes", answered, slow)]
    _check(made, answered["ours"].sent)
    return figures


def _published(session: Session, business: str) -> Opened:
    made = questionnaires.create(session, business, "Before your session")
    questionnaires.save_draft(session, made, title="Before your session", questions=QUESTIONS)
    questionnaires.publish(session, made)
    return opened.find(session, made.token)


def _get(asked: Opened) -> bytes:
    path = f"/f/{asked.questionnaire.token}"
    return f"GET {path} HTTP/1.1\r\nHost: portal.example.com\r\nAccept: text/html\r\n\r\n".encode()


def _posts(database: Database, asked: Opened, count: int) -> Iterator[bytes]:
    """One form instance and one number each, opened a minute ago, since a person needs a while."""
    secrets, shown = secrets_of(database), asked.shown(PUBLIC_URL)
    path = f"/f/{asked.questionnaire.token}"
    headers = {"Content-Type": "application/x-www-form-urlencoded", "Origin": PUBLIC_URL, "Accept": "text/html"}
    for n, number in zip(range(count), _numbers(), strict=False):
        with clock.ago(dt.timedelta(minutes=1)):
            one = instance.new(asked.questionnaire.id, asked.version, shown, contact_id="", referrer="")
        typed = {
            "instance": instance.seal(secrets, one), "work": "", "website": "", "q_name": f"Client {n}",
            "q_email": f"client{n}@example.com", "q_day": "2027-05-01", "q_note": "The light in the garden, please.",
            "q_optin": "yes", "q_optin_number": number,
        }  # fmt: skip
        yield scene.request_to(path, urlencode(typed).encode(), headers)


def _numbers() -> Iterator[str]:
    """Fictional ones of the areas that there are, without our own."""
    for area in range(200, 1000):
        first = phone_number.parse(f"+1{area}5550100", region="US", allowed_regions=("US",))
        if isinstance(first, PhoneNumber):
            numbers = (f"+1{area}55501{last:02d}" for last in range(100))
            yield from (number for number in numbers if number != scene.OUR_NUMBER)


def _shown(port: int, asked: Opened) -> bytes:
    connection = http.client.HTTPConnection("127.0.0.1", port)
    connection.request("GET", f"/f/{asked.questionnaire.token}", headers={"Host": "portal.example.com"})
    found = connection.getresponse().read()
    connection.close()
    return found


def _rate(work: str, doors: Mapping[str, Door], pace: Pace) -> Figure:
    for door in doors.values():
        door.slice(WARM_UP)
    measures: dict[str, Callable[[], Answer]] = {
        name: partial(door.slice, pace.seconds) for name, door in doors.items()
    }
    found = take_turns(measures, pace.rounds)
    ours, floors = ([each["sent"] / each["took"] for each in found[name]] for name in ("ours", "floor"))
    note = f"floor: a constant page; the form read and one INSERT with its fsync. {THEN}"
    return Figure("V17", f"questionnaire, {work}, {doors['ours'].in_flight} in flight", "/s", ours, floors, note=note)


def _check(made: Scene, sent: int) -> None:
    """Raises BenchError unless every answer is a submission and an opt-in, and the ledger verifies."""
    with scene.opened(made.settings) as database:
        found = scene.statuses(database, made)
        stored = int(database.read(lambda session: session.connection().execute(_COUNT).scalar_one()))
        scene.verify(database, made)
    if stored != sent or found["opted_in"] != sent:
        raise BenchError(f"{sent} answers were taken, but {stored} are stored and the statuses are {found}")
