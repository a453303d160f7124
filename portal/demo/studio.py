"""The pretend photographer's own things: business, people, sender and questionnaires; then its history is told."""

import datetime as dt
from collections.abc import Callable, Sequence
from functools import partial

from sqlmodel import Session

from portal import clock
from portal.accounts import business as businesses
from portal.accounts import member, sender, workplace
from portal.accounts.business import Business, Capability
from portal.accounts.member import Member, Role
from portal.demo import (
    automation,
    client,
    contact,
    desk,
    group,
    import_list,
    invitation,
    project,
    webhook,
    whatsapp,
    words,
)
from portal.demo.client import Told
from portal.demo.story import Event, Person, Story
from portal.providers.provider import Provider
from portal.questionnaires import questionnaire as questionnaires
from portal.questionnaires.question import OPT_IN_LABEL, Kind, Question
from portal.questionnaires.questionnaire import Confirmation, Questionnaire

NAME = "Hearth & Home Photography"
BRANCH = "Hearth & Home Weddings"
ZONE = "America/Los_Angeles"
SENDER = "+14155550100"
ANA, THEO = ("Ana Whitfield", "ana@hearth.example"), ("Theo Marsh", "theo@hearth.example")
SINCE = dt.timedelta(days=24)
ANSWERS = ("yes", "yes again", "no")  # verbs of a history that send in a questionnaire
SESSIONS = ("Family", "Newborn", "Couple", "Pets")

Behave = Callable[[str, str], None]
"""(number, how): how a pretend phone takes texts from now on."""

BEFORE_YOUR_SESSION = (
    Question("name", Kind.TEXT, "Your name", True),
    Question("email", Kind.EMAIL, "Your e-mail address", True),
    Question("session", Kind.CHOICE, "What kind of session would you like?", True, SESSIONS),
    Question("date", Kind.DATE, "When would suit you best?"),
    Question("note", Kind.PARAGRAPH, "Anything we should know?"),
    Question("texts", Kind.OPT_IN, OPT_IN_LABEL, True),
)
WAITING_LIST = (
    Question("name", Kind.TEXT, "Your name", True),
    Question("email", Kind.EMAIL, "Your e-mail address", True),
    Question("texts", Kind.OPT_IN, OPT_IN_LABEL, True),
)
WEDDING_PLAN = (
    Question("name", Kind.TEXT, "Names of the couple", True),
    Question("place", Kind.TEXT, "Where do you get ready?"),
    Question("guests", Kind.CHOICE, "How many guests?", False, ("Up to 50", "50 to 100", "More")),
    Question("texts", Kind.OPT_IN, OPT_IN_LABEL, True),
)


def open_in(session: Session, provider: Provider, behave: Behave, *, url: str, password: str) -> str:
    """Everything, in one transaction; the answer is the path of the questionnaire to show first."""
    with clock.ago(SINCE):
        business = businesses.create(session, NAME, timezone=ZONE)
        businesses.change(session, business, phone="(415) 555-0100", email="hello@hearth.example")
        sender.add(session, business, channel="sms", number=SENDER, provider="rehearsal", credentials={})
        businesses.grant(session, business, Capability.WHATSAPP)
        businesses.change_policy(session, business, has_whatsapp=True)
        sender.add(session, business, channel="whatsapp", number=SENDER, provider="rehearsal", credentials={})
        ana, theo = _people(session, business, password)
        _branch(session, business, ana, theo)
        whatsapp.open_in(session, business, ana)
        form = _questionnaire(session, business, "Before your session", BEFORE_YOUR_SESSION)
        waiting = _questionnaire(session, business, "Holiday minis: waiting list", WAITING_LIST, Confirmation.REPLY)
        automation.switch_on(session, business)
    _questionnaire(session, business, "Wedding day plan", WEDDING_PLAN, should_publish=False)
    story = Story(session, provider, url, business, SENDER)
    told = _events(story, {"form": form, "waiting list": waiting}, {"ana": ana, "theo": theo}, behave)
    answered = [story.ago(days, at) for days, at, verb, _, _ in client.HISTORY if verb in ANSWERS]
    invited = invitation.events(session, story, business, ana)
    story.tell([*told, *whatsapp.events(story, ana), *invited, *automation.turns(session, answered)])
    project.open_in(session, business, ana)
    contact.open_in(session, business, ana)
    group.open_in(session, story, business, ana)
    import_list.open_in(session, story, business, ana)
    automation.look_ahead(session, business)
    webhook.open_in(session, business)
    desk.open_in(session, business, ana, theo)
    words.open_in(session, business, ana, theo)
    return f"/f/{form.token}"


def _people(session: Session, business: Business, password: str) -> tuple[Member, Member]:
    """One password for both: it costs 0.1 s to hash."""
    password_hash = member.hashed(password)
    ana, theo = (
        member.add(session, business.id, email=email, name=name, role=role, password_hash=password_hash)
        for (name, email), role in ((ANA, Role.OWNER), (THEO, Role.STAFF))
    )
    return ana, theo


def _branch(session: Session, business: Business, ana: Member, theo: Member) -> None:
    """With nothing in it yet: both may switch there."""
    branch = businesses.create_branch(session, business, BRANCH)
    for who, role in ((ana, Role.OWNER), (theo, Role.MANAGER)):
        workplace.post(session, branch, who, role)


def _questionnaire(
    session: Session,
    business: Business,
    title: str,
    questions: Sequence[Question],
    confirmation: Confirmation = Confirmation.SINGLE,
    *,
    should_publish: bool = True,
) -> Questionnaire:
    made = questionnaires.create(session, business.id, title)
    questionnaires.save_draft(session, made, title=title, questions=questions, confirmation=confirmation)
    if should_publish:
        questionnaires.publish(session, made)
    return made


def _events(story: Story, forms: dict[str, Questionnaire], members: dict[str, Member], behave: Behave) -> list[Event]:
    """The table of client.py as things to do."""

    def what(days: int, verb: str, who: Person, said: str) -> Callable[[], object]:
        if verb in members:
            return partial(story.writes, who, members[verb], said)
        return {
            "yes": lambda: story.says_yes(who, forms[said]),
            "yes again": lambda: story.says_yes(who, forms[said], by_link=True),
            "no": lambda: story.says_no(who, forms[said]),
            "text": lambda: story.texts(who, said, is_today=not days),
            "opt out": lambda: story.opts_out(who, members["ana"], said),
            "meet": lambda: story.meets(who),
            "gives": lambda: story.gives(who, said),
            "behave": lambda: behave(who.number, said),
        }[verb]

    def event(told: Told) -> Event:
        days, at, verb, who, said = told
        return Event(story.ago(days, at), what(days, verb, who, said))

    return [event(told) for told in client.HISTORY]
