"""One text to a group: through the gate, once per contact and phone, in batches no kill can tear (M-12, B7)."""

import threading
from types import SimpleNamespace
from typing import Any

import pytest
import sqlalchemy as sa
from sqlmodel import Session, select

from portal.accounts import business as businesses
from portal.accounts.business import Business, Capability
from portal.contacts import contact, group
from portal.errors import Conflict, NotFound
from portal.jobs import JOBS, Timetable
from portal.messaging import contact_desk, gate, group_message, group_recipient, message
from portal.messaging.contact_desk import Who
from portal.messaging.gate import Refuse
from portal.messaging.group_message import GroupMessage, GroupRecipient
from portal.statement import Statement
from tests.messaging.conftest import Road

TEXT = "Hearth here: the holiday minis are on December 5."
_TEXTS = Statement(sa.select(message.table).where(message.table.c.once_key.like("group:%")))


def number(i: int) -> str:
    return f"+1415555{i:04d}"


def switch(road: Road, **values: bool) -> None:
    def work(session: Session) -> None:
        found = businesses.get(session, road.business)
        businesses.grant(session, found, Capability.GROUP_MESSAGES)
        businesses.change(session, found, **values)

    road.write(work)


def person(road: Road, name: str, *numbers: str) -> str:
    return str(road.write(lambda session: contact.create(session, road.business, name=name, numbers=numbers).id))


def together(road: Road, *contact_ids: str, name: str = "Spring") -> str:
    def work(session: Session) -> str:
        made = group.create(session, road.business, name=name)
        group.add(session, made, contact_ids)
        return made.id

    return str(road.write(work))


def crowd(road: Road, count: int, first: int = 1000) -> str:
    """A group of so many who all said Yes."""
    ids = []
    for i in range(first, first + count):
        ids.append(person(road, f"Client {i}", number(i)))
        road.says_yes(number(i))
    return together(road, *ids, name=f"Crowd {first}")


def send(road: Road, group_id: str, *, once_key: str = "a form") -> GroupMessage:
    def work(session: Session) -> GroupMessage:
        found: Business = businesses.get(session, road.business)
        return group_message.start(
            session, found, group.get(session, road.business, group_id), TEXT, member_id=road.world.alice.id,
            once_key=once_key,
        )  # fmt: skip

    made: GroupMessage = road.write(work)
    return made


def finish(road: Road) -> None:
    while road.write(group_message.run):
        pass


def one(road: Road) -> GroupMessage:
    found: GroupMessage = road.database.read(lambda session: session.exec(select(GroupMessage)).one())
    return found


def refused(road: Road) -> dict[str, str]:
    """Reasons by name."""
    rows, _ = road.database.read(
        lambda session: group_message.refused(session, session.exec(select(GroupMessage)).one())
    )
    return {row.name: row.reason for row in rows}


def texted(road: Road) -> list[str]:
    return sorted(row.number for row in road.database.read(_TEXTS.rows))


class Killed(BaseException):
    """The process ends here."""


@pytest.fixture
def shop(road: Road) -> Road:
    """Hearth, that may text groups."""
    switch(road, has_group_messages=True)
    return road


@pytest.mark.covers("B7", "M-12")
@pytest.mark.parametrize(
    ("status", "answer"),
    [
        ("none", "no_consent"), ("requested", "awaiting_reply"), ("opted_in", "send"), ("declined", "declined"),
        ("opted_out", "opted_out"),
    ],
)  # fmt: skip
def test_the_row_of_a_group_message(status: str, answer: str) -> None:
    """With the gate off; with it on nothing is sent at all (the next tests). Without consent never (P1)."""
    facts = SimpleNamespace(
        status=status, carrier="clear", scope="informational", is_paused=False, in_review=False, is_undeliverable=False,
        is_current=True, consent_seq=7, paused_until_at=None,
    )  # fmt: skip
    decision = gate.decide(facts, group_recipient.PURPOSE, asks_first=True)
    assert (decision.reason if isinstance(decision, Refuse) else "send") == answer


def test_every_refusal_has_short_words() -> None:
    assert set(gate.REFUSALS) <= set(group_recipient.WORDS)


@pytest.mark.covers("M-12", "B7")
def test_while_new_numbers_are_asked_first_no_group_is_texted(road: Road) -> None:
    here = crowd(road, 1)
    switch(road, has_group_messages=True, has_first_message_gate=True)
    with pytest.raises(Conflict) as gated:
        send(road, here)
    assert gated.value.reason == "first_message_gate"
    switch(road, has_group_messages=False, has_first_message_gate=False)
    with pytest.raises(NotFound):
        send(road, here)
    assert texted(road) == []


@pytest.mark.covers("B7", "F-17", "F-20")
def test_each_member_gets_one_text_or_is_listed_with_the_reason(shop: Road) -> None:
    people = {name: person(shop, name, number(i)) for i, name in enumerate(("Yes", "Silent", "Stopped"), 1000)}
    people |= {"Nobody asked": person(shop, "Nobody asked", number(1003)), "No number": person(shop, "No number")}
    shop.says_yes(number(1000))
    shop.is_asked(number(1001))
    shop.says_yes(number(1002))
    shop.texts_us("STOP", number(1002))
    sent = send(shop, together(shop, *people.values()))
    assert (sent.status, sent.total, sent.queued, sent.refused) == ("done", 5, 1, 4)
    assert texted(shop) == [number(1000)]
    assert refused(shop) == {
        "Silent": "awaiting_reply", "Stopped": "opted_out", "Nobody asked": "no_consent", "No number": "no_number",
    }  # fmt: skip
    [text] = [row for row in shop.messages(number(1000)) if row.text == TEXT]
    assert (text.purpose, text.member_id, text.status) == ("automated", shop.world.alice.id, "queued")


def test_of_several_numbers_the_one_opted_in_last_is_texted_once(shop: Road) -> None:
    nora = person(shop, "Nora", number(1000), number(1001), number(1002))
    shop.says_yes(number(1001))
    shop.says_yes(number(1000))
    send(shop, together(shop, nora))
    assert texted(shop) == [number(1000)]


def test_two_who_share_a_phone_get_one_text(shop: Road) -> None:
    pair = [person(shop, name, number(1000)) for name in ("Ada", "Bea")]
    shop.says_yes(number(1000))
    sent = send(shop, together(shop, *pair))
    assert (sent.queued, sent.refused, texted(shop)) == (1, 1, [number(1000)])
    assert list(refused(shop).values()) == ["same_number"]


def test_a_number_whose_reply_is_in_doubt_waits(shop: Road) -> None:
    """Counted as automated: reviews, scopes and caps apply."""
    tom = person(shop, "Tom", number(1000))
    shop.says_yes(number(1000))
    shop.texts_us("is there a way to stop these reminders?", number(1000))
    send(shop, together(shop, tom))
    assert (texted(shop), refused(shop)) == ([], {"Tom": "in_review"})


def test_a_double_click_sends_once(shop: Road) -> None:
    here = crowd(shop, 2)
    assert send(shop, here).id == send(shop, here).id
    assert len(texted(shop)) == 2
    send(shop, here, once_key="another form")
    assert len(texted(shop)) == 4


@pytest.mark.covers("M-12")
def test_nobody_in_it_is_said(shop: Road) -> None:
    with pytest.raises(Conflict) as empty:
        send(shop, together(shop))
    assert empty.value.reason == "empty"


def test_the_look_beforehand_is_what_happens(shop: Road) -> None:
    people = [person(shop, name, number(1000 + i)) for i, name in enumerate(("Ada", "Bea", "Cleo"))]
    people.append(person(shop, "Dora", number(1000)))
    shop.says_yes(number(1000))
    shop.says_yes(number(1001))
    here = together(shop, *people)
    told = shop.database.read(lambda session: group_recipient.tally(session, shop.business, here))
    assert (told.counted, told.sends, dict(told.reasons)) == (4, 2, {"no_consent": 1, "same_number": 1})
    sent = send(shop, here)
    assert (sent.queued, sent.refused) == (2, 2)


def test_the_look_beforehand_is_bounded(shop: Road, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(group_recipient, "COUNTED", 2)
    monkeypatch.setattr(group_recipient, "PIECE", 1)
    here = crowd(shop, 3)
    told = shop.database.read(lambda session: group_recipient.tally(session, shop.business, here))
    assert (told.counted, told.sends, told.has_more) == (2, 2, True)


@pytest.mark.covers("P6")
def test_a_kill_between_or_in_a_batch_loses_nobody_and_texts_nobody_twice(
    shop: Road, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(group_message, "BATCH", 3)
    here = crowd(shop, 8)
    assert (send(shop, here).status, one(shop).handled) == ("sending", 3)
    given = 0
    real = group_message._given

    def cut_off(*args: Any) -> Any:
        nonlocal given
        given += 1
        if given == 2:
            raise Killed
        return real(*args)

    monkeypatch.setattr(group_message, "_given", cut_off)
    with pytest.raises(Killed):
        shop.write(group_message.run)
    assert (one(shop).handled, len(texted(shop))) == (3, 3)
    finish(shop)
    assert (one(shop).status, one(shop).queued) == ("done", 8)
    assert texted(shop) == [number(i) for i in range(1000, 1008)]


def test_workers_that_go_on_at_once_text_everybody_once(shop: Road, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(group_message, "BATCH", 2)
    send(shop, crowd(shop, 12))
    threads = [threading.Thread(target=finish, args=(shop,)) for _ in range(3)]
    for each in threads:
        each.start()
    for each in threads:
        each.join(30)
    finish(shop)
    assert (one(shop).status, one(shop).queued) == ("done", 12)
    assert texted(shop) == [number(i) for i in range(1000, 1012)]


@pytest.mark.covers("B7", "P1", "X-21")
def test_a_stop_while_it_runs_refuses_what_is_queued_and_what_is_to_come(
    shop: Road, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(group_message, "BATCH", 2)
    send(shop, crowd(shop, 4))
    for i in (1000, 1003):  # one is queued already, one not yet
        shop.texts_us("STOP", number(i))
    finish(shop)
    left = [text for text in shop.send_all() if text == TEXT]
    assert len(left) == 2
    assert refused(shop) == {"Client 1003": "opted_out"}
    fates = {row.number: row.status for row in shop.database.read(_TEXTS.rows)}
    assert fates == {number(1000): "cancelled", number(1001): "sent", number(1002): "sent"}


@pytest.mark.covers("P1")
def test_a_stop_at_the_same_moment_is_never_overtaken(shop: Road) -> None:
    """The STOP either cancels the text or refuses it; nothing leaves after it."""
    for turn in range(6):
        i = 2000 + turn
        here = crowd(shop, 1, first=i)
        sending = threading.Thread(target=send, args=(shop, here), kwargs={"once_key": f"turn {turn}"})
        sending.start()
        shop.texts_us("STOP", number(i))
        sending.join(30)
        assert TEXT not in shop.send_all()


def test_who_is_taken_out_meanwhile_gets_nothing_and_who_comes_later_neither(
    shop: Road, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(group_message, "BATCH", 1)
    here = crowd(shop, 3)
    late = person(shop, "Late", number(1500))
    shop.says_yes(number(1500))
    send(shop, here)

    def work(session: Session) -> None:
        found = group.get(session, shop.business, here)
        rows, _ = group.members(session, shop.business, here)
        group.remove(session, found, [rows[-1].id])
        group.add(session, found, [late])

    shop.write(work)
    finish(shop)
    assert (one(shop).status, texted(shop)) == ("done", [number(1000), number(1001)])


@pytest.mark.covers("M-12")
def test_switching_it_off_stops_what_is_on_its_way_to_the_rest(shop: Road, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(group_message, "BATCH", 1)
    send(shop, crowd(shop, 3))
    switch(shop, has_group_messages=False, has_first_message_gate=True)
    finish(shop)
    assert (one(shop).status, texted(shop)) == ("stopped", [number(1000)])


def test_a_deleted_group_is_texted_no_further(shop: Road, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(group_message, "BATCH", 1)
    here = crowd(shop, 3)
    send(shop, here)
    shop.write(lambda session: group.delete(session, group.get(session, shop.business, here)))
    finish(shop)
    assert (one(shop).status, texted(shop)) == ("done", [number(1000)])


def test_a_merge_meanwhile_does_not_text_a_phone_twice(shop: Road, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(group_message, "BATCH", 1)
    pair = [person(shop, name, number(1000 + i)) for i, name in enumerate(("Ada", "A."))]
    for i in (1000, 1001):
        shop.says_yes(number(i))
    send(shop, together(shop, *pair))
    first, second = pair
    who = Who("member:alice", "203.0.113.9")
    shop.write(lambda session: contact_desk.merge(session, shop.business, second, first, who))
    finish(shop)
    assert len(texted(shop)) == len(set(texted(shop)))


def test_the_timetable_goes_on_with_it(shop: Road, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(group_message, "BATCH", 1)
    send(shop, crowd(shop, 3))
    [job] = [each for each in JOBS if each.name == "run_group_messages"]
    idle: Any = None
    job.work(Timetable(shop.database, idle))
    assert (one(shop).status, one(shop).queued) == ("done", 3)


def test_what_became_of_each_member_is_kept(shop: Road) -> None:
    send(shop, crowd(shop, 2))
    rows = shop.database.read(lambda session: session.exec(select(GroupRecipient)).all())
    assert all(each.message_id and each.subscription_id and not each.reason for each in rows)
    assert len(rows) == 2
