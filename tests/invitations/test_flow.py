"""Flows: the sample that every business has, the parts that stay, and versions (F-1 to F-4)."""

from dataclasses import replace
from typing import Any

import pytest
import sqlalchemy as sa
from sqlmodel import Session

from portal.accounts import business as businesses
from portal.accounts.language import Language
from portal.errors import Conflict, Invalid, NotFound
from portal.invitations import flow, flow_wording
from portal.invitations.flow import OptInFlow
from portal.invitations.flow_wording import SAMPLE, Words
from tests.conftest import World

ENGLISH = SAMPLE[Language.EN]
PARTS = "MSG&DataRatesMayApply Reply Y Yes N No"


def home(session: Session, world: World) -> Any:
    return businesses.get(session, world.hearth.id)


def saved(world: World, words: Words = ENGLISH, name: str = "Spring") -> Any:
    def work(session: Session) -> Any:
        found = home(session, world)
        return flow.save(session, found, flow.sample_id(found.id), name=name, words=words, actor="tests", ip="")

    return world.write(work)


@pytest.mark.covers("F-1")
def test_every_business_has_the_sample_exactly_once_whoever_looks_or_writes_first(world: World) -> None:
    def look(session: Session) -> list[str]:
        branch = businesses.create_branch(session, home(session, world), "Hearth North")
        every = [home(session, world), branch, businesses.create(session, "Brand New")]
        seen = [each.name for business in every for each in flow.all_of(session, business)]
        for _ in range(2):
            for each in every:
                flow.keep_sample(session, each)
        again = [each.name for business in every for each in flow.all_of(session, business)]
        rows = session.scalar(sa.select(sa.func.count()).select_from(OptInFlow))
        assert (seen, rows) == (again, 3)
        return seen

    assert world.write(look) == ["Sample Opt-In Flow"] * 3


@pytest.mark.covers("F-4", "F-12")
@pytest.mark.parametrize("language", Language)
def test_the_samples_words_pass_the_lint_and_hold_both_parts(world: World, language: Language) -> None:
    def look(session: Session) -> None:
        found = home(session, world)
        found.language = language
        reports = flow_wording.check(found, SAMPLE[language])
        assert [each.errors for each in reports.values()] == [()] * 4
        assert "MSG&DataRatesMayApply" in reports["message"].filled
        assert "Reply Y Yes N No" in reports["message"].filled
        assert {each.size.encoding for each in reports.values()} == {"GSM-7"}
        session.rollback()

    world.write(look)


MESSAGES = [
    (f"{{business}}: hi. {PARTS}. STOP to opt out.", ""),
    ("{business}: hi. Msg & data rates may apply. Reply Y for Yes, N for No, STOP ends.", ""),
    ("Hearth Photography here. Message and Data rates may apply. REPLY Y=YES N=NO, or STOP.", ""),
    ("{business}: hi. Reply Y Yes N No. STOP to opt out.", "MSG&DataRatesMayApply"),
    ("{business}: hi. MSG&DataRatesMayApply. Reply YES or NO. STOP to opt out.", "Reply Y Yes N No"),
    ("{business}: hi. MSG&DataRatesMayApply. reply y yes n no. STOP to opt out.", "Reply Y Yes N No"),
    (f"Hi there. {PARTS}. STOP to opt out.", "name your business"),
    (f"{{business}}: hi there. {PARTS}. stop any time.", "STOP"),
    (f"{{business}}: 20% off! {PARTS}. STOP to opt out.", "advertising"),
    (f"{{business}}: hi {{name}}. {PARTS}. STOP to opt out.", "{name}"),
]


@pytest.mark.covers("F-3", "F-4")
@pytest.mark.parametrize(("message", "problem"), MESSAGES)
def test_a_message_without_its_parts_is_refused_by_name(world: World, message: str, problem: str) -> None:
    words = replace(ENGLISH, message=message)
    if not problem:
        assert saved(world, words).words.message == message
        return
    with pytest.raises(Invalid) as refused:
        saved(world, words)
    assert problem in " ".join(refused.value.fields["message"])


FOLLOWING = [
    ("yes_text", "{business}: you are in! Reply HELP for help.", "STOP"),
    ("no_text", "{business}: that is fine with us, see you.", "no more texts"),
    ("again_text", "{business}: may we? Reply YES or NO. STOP ends.", "Reply Y Yes N No"),
]


@pytest.mark.covers("F-4", "X-11")
@pytest.mark.parametrize(("name", "text", "problem"), FOLLOWING)
def test_what_follows_is_checked_too(world: World, name: str, text: str, problem: str) -> None:
    with pytest.raises(Invalid) as refused:
        saved(world, replace(ENGLISH, **{name: text}))
    assert problem in " ".join(refused.value.fields[name])


@pytest.mark.covers("F-3")
def test_each_change_of_words_is_a_version_and_a_name_alone_is_none(world: World) -> None:
    assert saved(world).version == 1
    fresh = replace(ENGLISH, message=f"{{business}}: shall we text? {PARTS}. STOP ends it.")
    assert saved(world, fresh).version == 2
    assert saved(world, fresh, "Fall").version == 2

    def look(session: Session) -> list[Any]:
        found = flow.get(session, home(session, world), flow.sample_id(world.hearth.id))
        assert (found.name, found.version, found.words) == ("Fall", 2, fresh)
        return flow.versions(session, home(session, world), found)

    assert [(each.number, each.message, each.created_by) for each in world.read(look)] == [
        (2, fresh.message, "tests"), (1, ENGLISH.message, "system"),
    ]  # fmt: skip


def test_several_flows_stand_side_by_side_and_their_names_differ(world: World) -> None:
    def make(name: str) -> Any:
        return world.write(lambda session: flow.create(session, home(session, world), name=name, actor="tests", ip=""))

    assert make("Weddings").words == ENGLISH
    with pytest.raises(Conflict):
        make("sample opt-in FLOW")
    with pytest.raises(Invalid):
        make("  ")
    names = [each.name for each in world.read(lambda session: flow.all_of(session, home(session, world)))]
    assert names == ["Sample Opt-In Flow", "Weddings"]


def test_a_flow_of_another_business_is_unknown(world: World) -> None:
    with pytest.raises(NotFound):
        world.read(lambda session: flow.get(session, home(session, world), flow.sample_id(world.other.id)))
