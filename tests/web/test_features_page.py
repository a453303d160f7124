"""Setup > Feature Settings: a second look before anything changes, what excludes what, what a branch inherits."""

from collections.abc import Callable
from typing import Any

import pytest
from sqlmodel import Session, select

from portal.accounts import business as businesses
from portal.accounts.audit import AuditEntry
from portal.accounts.business import Business, Capability
from portal.accounts.member import Role
from portal.messaging import feature
from tests.conftest import as_member, person
from tests.web.scene import Scene, words

CHANGE = "/settings/features/change"
GATE, GROUPS = "first_message_gate", "group_messages"


def home(scene: Scene, work: Callable[[Session, Business], Any] = lambda session, business: business) -> Any:
    def found(session: Session) -> Any:
        return work(session, businesses.get(session, scene.site.hearth.id))

    return scene.write(found)


def switch(scene: Scene, name: str, *, on: str = "yes", answer: str = "yes") -> Any:
    return scene.client.post(CHANGE, data={"feature": name, "on": on, "answer": answer})


def grant(scene: Scene, *capabilities: Capability) -> None:
    def work(session: Session, business: Business) -> None:
        for each in capabilities:
            businesses.grant(session, business, each)

    home(scene, work)


@pytest.mark.covers("M-8", "M-9")
def test_only_a_yes_in_the_dialog_switches_it(scene: Scene) -> None:
    scene.alice()
    page = words(scene.client.get("/settings/features").text)
    assert "Setup › Feature Settings" in page
    assert "SMS Opt-in Off" in page
    assert "Whoever has not agreed is asked" in words(scene.client.get(f"{CHANGE}?feature={GATE}&on=yes").text)
    switch(scene, GATE, answer="no")
    assert home(scene).has_first_message_gate is False
    switch(scene, GATE)
    assert home(scene).has_first_message_gate is True
    assert "SMS Opt-in On" in words(scene.client.get("/settings/features").text)


@pytest.mark.covers("X-18")
def test_the_dialog_names_conversations_without_evidence(scene: Scene) -> None:
    scene.texts_us("Hello")
    scene.alice()
    page = words(scene.client.get(f"{CHANGE}?feature={GATE}&on=yes").text)
    assert "1 conversation without evidence of consent" in page
    assert "415-555-0132" in page or "415 555 0132" in page


@pytest.mark.covers("M-12")
@pytest.mark.parametrize(("first", "second"), [(GATE, GROUPS), (GROUPS, GATE)])
def test_the_gate_and_group_messages_exclude_each_other(scene: Scene, first: str, second: str) -> None:
    grant(scene, Capability.GROUP_MESSAGES)
    scene.alice()
    switch(scene, first)
    before = home(scene).model_dump()
    refused = switch(scene, second)
    assert refused.status_code == 409
    assert feature.EXCLUDES in words(refused.text)
    assert home(scene).model_dump() == before


@pytest.mark.covers("M-6")
def test_what_the_operator_did_not_grant_does_not_exist(scene: Scene) -> None:
    scene.alice()
    assert scene.client.get(f"{CHANGE}?feature={GROUPS}&on=yes").status_code == 404
    assert switch(scene, GROUPS).status_code == 404
    gate = Capability.FIRST_MESSAGE_GATE
    home(scene, lambda session, business: businesses.grant(session, business, gate, revoke=True))
    assert scene.client.get("/settings/features").status_code == 404
    assert "/settings/features" not in scene.client.get("/settings").text


@pytest.mark.covers("M-7")
def test_only_who_may_set_up_comes_here(scene: Scene) -> None:
    mara = scene.write(lambda session: person(session, scene.site.hearth.id, "mara", Role.MANAGER))
    as_member(scene.client, mara)
    assert scene.client.get("/settings/features").status_code == 403
    assert switch(scene, GATE).status_code == 403
    assert home(scene).has_first_message_gate is False


@pytest.mark.covers("M-10", "X-6")
def test_a_branch_shows_what_it_inherits_and_cannot_differ(scene: Scene) -> None:
    def under(session: Session, business: Business) -> None:
        main = businesses.create(session, "Hearth Group")
        business.main_id = main.id
        businesses.change_policy(session, main, has_first_message_gate=True)

    home(scene, under)
    scene.alice()
    page = words(scene.client.get("/settings/features").text)
    assert "Decided in the main business, Hearth Group" in page
    assert "SMS Opt-in On" in page
    assert switch(scene, GATE, on="no").status_code == 409
    assert home(scene).has_first_message_gate is True


def test_what_goes_with_the_gate_is_saved(scene: Scene) -> None:
    scene.alice()
    scene.client.post("/settings/features", data={"shows_held_inbound": "yes"})
    assert (home(scene).shows_held_inbound, home(scene).allows_cold_requests) == (True, False)
    changed = select(AuditEntry).where(AuditEntry.action == "feature.policy_changed")
    (entry,) = scene.site.read(lambda session: session.exec(changed).all())
    assert entry.details["policy"] == {"shows_held_inbound": True, "allows_cold_requests": False}


@pytest.mark.covers("M-6")
def test_what_goes_with_a_gate_that_was_not_granted_is_not_there(scene: Scene) -> None:
    gate = Capability.FIRST_MESSAGE_GATE
    home(scene, lambda session, business: businesses.grant(session, business, gate, revoke=True))
    scene.alice()
    assert scene.client.post("/settings/features", data={"shows_held_inbound": "yes"}).status_code == 404
    assert home(scene).shows_held_inbound is False
