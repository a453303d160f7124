"""What all acts on a client's own page share: the link, the digits, one beat for every answer, and the page around.

No cookie is read or set. The address is the key, so it is kept from other sites and from search engines.
"""

import datetime as dt
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from itsdangerous import BadSignature, URLSafeSerializer
from sqlmodel import Session
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from forms.own_page import OwnPageForm
from portal import local_time
from portal.accounts.business import Business
from portal.clients import digits, link, own_number, own_page
from portal.clients.evidence import Browser
from portal.clients.link import Opened
from portal.clients.own_number import OwnNumber
from portal.clients.own_page import OwnPage
from portal.consent import disclaimer, own_pause, phone_number
from portal.consent.disclaimer import Shown
from portal.consent.state import Carrier
from portal.database import Lane
from portal.messaging import drain
from portal.questionnaires import instance as instances
from portal.questionnaires import link as personal
from portal.questionnaires.instance import Instance
from portal.web import client_page, link_mail, page, rendering, security
from portal.web.visit import Visit

WRONG = "These are not the last four digits. Please look at the number again."
OVER = "There were too many wrong tries, so nothing can be changed here for a while."
STILL = "You can always stop texts at once: reply STOP to any of them, or call {business}{phone}."
HEADERS = {"Referrer-Policy": "no-referrer", "Cache-Control": "no-store", "X-Robots-Tag": "noindex, nofollow"}

DAY = dt.timedelta(days=1)
PAGE = "own page"  # in the place of a questionnaire's id


@dataclass(frozen=True)
class Done:
    """`sentence` is said on the page; `stopped` are subscriptions whose texts on their way are waited for (law 6).
    `file` is handed over instead of the page."""

    sentence: str
    stopped: tuple[str, ...] = ()
    file: Callable[[Session], Mapping[str, Any]] | None = None


@dataclass(frozen=True)
class Act:
    """One act whose digits were right, for `numbers`."""

    session: Session
    visit: Visit
    opened: Opened
    numbers: tuple[OwnNumber, ...]

    @property
    def browser(self) -> Browser:
        visit = self.visit
        return Browser(
            f"{visit.settings.form_origin}{home(visit)}", visit.headers.get("referer", "")[:300], visit.ip,
            security.network(visit.ip), client_page.header(visit, "user-agent"),
            client_page.header(visit, "accept-language"),
        )  # fmt: skip

    @property
    def number(self) -> OwnNumber:
        """The one that the form is about."""
        return self.numbers[0]

    def showing(self, form: Any) -> Instance | None:
        """When and with which words this client was shown the question; None for an old page or somebody else's."""
        found = instances.unseal(self.visit.state.secrets, str(form.instance.data or ""))
        is_theirs = found is not None and (found.questionnaire_id, found.contact_id) == (PAGE, self.opened.client.id)
        return found if found is not None and is_theirs and not found.is_over else None

    def block(self, template: str, **context: Any) -> str:
        """The form as it was first shown, for the evidence."""
        known = {"business": self.opened.business, "numbers": self.numbers, "here": "", "shows": shows(Forms({}))}
        return rendering.render(template, known | context)


@dataclass(frozen=True)
class Forms:
    """The forms of the page, by act and number; those that nobody sent are empty."""

    sent: Mapping[tuple[str, str], Any]

    def of(self, act: str, number: str = "") -> Any:
        return self.sent.get((act, number))


Made = Callable[[Session, Visit, Opened], Any]
Work = Callable[[Act, Any], Done | None]
"""None says that the form has a sentence about what is wrong."""


async def show(request: Request) -> Response:
    """The page with all its forms empty."""
    visit = await page.visit_of(request, writes=False)
    found = await client_page.database_of(request).reading(lambda session: _read(session, visit))
    return html(visit, found, Forms({}))


async def perform(request: Request, act: str, made: Made, work: Work, *, lane: Lane = Lane.ROAD) -> Response:
    """303 to the page, which says what was done; or 422 with the same form. All answers take the same time."""
    return await client_page.on_the_beat(_performed(request, act, made, work, lane))


async def _performed(request: Request, act: str, made: Made, work: Work, lane: Lane) -> Response:
    visit, database = await page.visit_of(request, is_bearer=True), client_page.database_of(request)
    form, done = await database.writing(lambda session: _done(session, visit, made, work), lane=lane)
    if done is None:
        found = await database.reading(lambda session: _read(session, visit))
        return html(visit, found, Forms({(act, str(form.number.data or "")): form}), 422)
    for each in done.stopped:
        await drain.wait(database, each)
    if done.file is not None:
        return _file(await database.reading(done.file))
    said = _signer(visit).dumps(done.sentence)
    return RedirectResponse(f"{home(visit)}?said={said}", 303, dict(HEADERS))


def _file(data: Mapping[str, Any]) -> Response:
    """Its name tells nobody's number."""
    text = json.dumps(data, ensure_ascii=False, indent=2)
    attached = {"Content-Disposition": 'attachment; filename="my-data.json"'}
    return Response(text, media_type="application/json", headers=HEADERS | attached)


def _done(session: Session, visit: Visit, made: Made, work: Work) -> tuple[Any, Done | None]:
    opened = link.find(session, visit.params["token"])
    form = made(session, visit, opened)
    return form, _worked(session, visit, opened, form, work) if form.is_valid() else None


def _worked(session: Session, visit: Visit, opened: Opened, form: Any, work: Work) -> Done | None:
    wanted = str(form.number.data or "")
    numbers = [each for each in own_number.of(session, opened.client) if wanted in ("", each.id)]
    typed, network = str(form.digits.data), security.network(visit.ip)
    checked = digits.check(session, opened.client.id, typed, numbers, network=network)
    if checked.is_over:
        form.form_errors = [OVER, still(opened.business)]
    elif not checked.numbers:
        form.digits.errors = (WRONG,)
    else:
        return work(Act(session, visit, opened, checked.numbers), form)
    return None


def still(business: Business) -> str:
    """The two ways to stop that need no page."""
    phone = f" at {business.phone}" if business.phone else ""
    return STILL.format(business=business.name, phone=phone)


def html(visit: Visit, found: OwnPage, forms: Forms, status: int = 200) -> Response:
    """The whole page."""
    business = found.opened.business
    today = disclaimer.current(business, public_url=visit.settings.public_url)
    today_on = local_time.today(business.timezone)
    context = {
        "business": business, "flash": _said(visit), "privacy_url": today.privacy_url, "terms_url": today.terms_url,
        "banner": rendering.banner(visit.state.tour, visit.path), "referrer": "no-referrer", "found": found,
        "numbers": found.numbers, "here": home(visit), "shows": shows(forms), "zone": business.timezone,
        "tomorrow": today_on + DAY, "in_a_year": today_on + own_pause.LONGEST,
        "shown": today, "instance": _instance(visit, found.opened, today), "start": _start(found),
        "forms_to_fill": _to_fill_in(visit, found),
        "our_number": phone_number.display(found.our_number) if found.our_number else "",
    }  # fmt: skip
    return HTMLResponse(rendering.render("own_page/page.html", context), status, dict(HEADERS))


def _instance(visit: Visit, opened: Opened, shown: Shown) -> str:
    """The token that binds an answer to the words beside the question."""
    made = instances.new(PAGE, 0, shown, contact_id=opened.client.id, referrer=visit.headers.get("referer", ""))
    return instances.seal(visit.state.secrets, made)


def _start(found: OwnPage) -> dict[str, Any] | None:
    """How to text START, where a carrier blocks one of the numbers (X-17)."""
    is_blocked = any(row.carrier == Carrier.BLOCKED for each in found.numbers for row in each.lines)
    if not is_blocked or not found.our_number:
        return None
    url = f"sms:{found.our_number}?&body=START"
    return {"url": url, "qr": link_mail.qr(url)}


def _to_fill_in(visit: Visit, found: OwnPage) -> list[tuple[str, str]]:
    secrets, origin, client = visit.state.secrets, visit.settings.form_origin, found.opened.client
    return [(each.title, personal.personal_url(secrets, origin, each, client)) for each in found.to_fill_in]


def shows(forms: Forms) -> Callable[..., Any]:
    """For templates: the form of an act as it was sent, or an empty one."""
    return lambda act, number="": forms.of(act, number) or OwnPageForm()


def home(visit: Visit) -> str:
    """The address of the page itself, also from an act's."""
    return f"/c/{visit.params['token']}"


def _read(session: Session, visit: Visit) -> OwnPage:
    opened = link.find(session, visit.params["token"])
    return own_page.read(session, opened, shows_all="all" in visit.query)


def _said(visit: Visit) -> list[tuple[str, str]]:
    """What was just done, in our words only."""
    try:
        return [("success", str(_signer(visit).loads(visit.query.get("said", ""))))]
    except BadSignature:
        return []


def _signer(visit: Visit) -> URLSafeSerializer:
    return URLSafeSerializer(visit.state.secrets.derived("own page said"), salt=visit.params["token"])
