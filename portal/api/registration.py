"""What to hand in before texting, checked as a reviewer would; and whether the settings still are what was."""

from typing import Literal

from sqlmodel import Session

from portal.api.operation import Answer, Call
from portal.api.value import Moment, Told
from portal.registration import check, drift, pack


class Clause(Told):
    title: str
    text: str


class Answered(Told):
    """`keywords` call for the text."""

    text: str
    keywords: list[str]


class Number(Told):
    """`asks`: what this kind of number is asked for."""

    number: str
    kind: Literal["10dlc", "toll_free", "abroad", "rehearsal"]
    asks: str


class Support(Told):
    phone: str
    email: str


class Pack(Told):
    """From the live settings. `call_to_action` are the words beside Yes and No, `marketing_call_to_action` those
    beside the question about marketing, where a questionnaire asks it."""

    brand: str
    description: str
    message_flow: str
    call_to_action: str
    marketing_call_to_action: str
    samples: list[Clause]
    opt_in: Answered
    opt_out: Answered
    help: Answered
    has_embedded_links: bool
    has_embedded_phone: bool
    privacy_url: str
    terms_url: str
    proof_url: str
    privacy: list[Clause]
    terms: list[Clause]
    support: Support
    numbers: list[Number]


class Check(Told):
    """`look`: on a page of the business's own, which only the business can look at."""

    code: str
    wants: str
    state: Literal["ready", "look", "fix"]
    sentence: str


class Registered(Told):
    """The newest of what the business says it has handed in."""

    id: str
    at: Moment
    digest: str


class Change(Told):
    """One setting that is not what was registered."""

    field: str
    was: str
    now: str


class Registration(Told):
    """`registered` is null before the first, and `drift` is empty while the settings are what was registered."""

    pack: Pack
    checks: list[Check]
    ready: int
    registered: Registered | None
    drift: list[Change]


def show(session: Session, call: Call) -> Answer:
    urls = {"public_url": call.settings.public_url, "form_origin": call.settings.form_origin}
    found = pack.read(session, call.business, **urls)
    checks, standing = check.of(found), drift.standing(session, call.business, **urls)
    row = standing.registered
    return Answer(
        Registration(
            pack=Pack.model_validate(pack.plain(found)),
            checks=[
                Check(code=each.code, wants=each.wants, state=each.state.value, sentence=each.sentence)
                for each in checks
            ],
            ready=check.tally(checks).ready,
            registered=Registered(id=row.id, at=row.registered_at, digest=row.digest) if row else None,
            drift=[Change(field=each.name, was=each.was, now=each.now) for each in standing.changes],
        )
    )
