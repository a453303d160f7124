"""A reply in doubt: what is held at once, what stays open, since when, who settles it, and the mail about it."""

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import event
from sqlmodel import Session

from portal import clock
from portal.accounts import business as businesses
from portal.accounts import member
from portal.accounts.member import Role
from portal.consent import deadline, ledger, reply_table, subscription
from portal.consent.purpose import Purpose
from portal.consent.reply import Meaning
from portal.consent.state import Kind, Status
from portal.errors import NotFound, Unavailable
from portal.messaging import outbox, review, review_alarm, review_decision, review_reason
from portal.messaging.gate import Refuse
from portal.messaging.message import Fate
from portal.messaging.review import Review
from portal.messaging.review_alarm import Alarm
from portal.messaging.review_decision import Decision, Outcome
from tests.conftest import person
from tests.messaging.conftest import CLIENT, Road

DOUBT, AGAIN = "wrong number I think", "no thanks"
SECOND, THIRD = "+14155550133", "+14155550134"
ZONE = "America/New_York"
MONDAY = dt.datetime(2026, 11, 16, 15, tzinfo=dt.UTC)  # ten in the morning in New York


@pytest.fixture
def at(monkeypatch: pytest.MonkeyPatch) -> Callable[[dt.datetime], None]:
    """Sets the clock."""
    return lambda moment: monkeypatch.setattr(clock, "now", lambda: moment)


def automated(road: Road, text: str, number: str = CLIENT) -> Any:
    def work(session: Session) -> Any:
        row = subscription.lock(session, road.business, "sms", number)
        return outbox.queue(session, row, text, purpose=Purpose.AUTOMATED)

    return road.write(work)


def queue_of(road: Road, after: str | None = None, limit: int = review.PAGE) -> tuple[list[Review], str | None]:
    def work(session: Session) -> Any:
        return review.page(session, businesses.get(session, road.business), after=after, limit=limit)

    found: tuple[list[Review], str | None] = road.database.read(work)
    return found


def decide(road: Road, wanted: Decision, *, seen: str | None = None, number: str = CLIENT) -> review_decision.Decided:
    def work(session: Session) -> Any:
        business = businesses.get(session, road.business)
        return review_decision.decide(
            session, business, road.row(number).id, wanted, seen=seen, actor="member:x", name="Alice", ip="",
            reason="They meant the bus stop",
        )  # fmt: skip

    done: review_decision.Decided = road.write(work)
    return done


def doubtful(road: Road, number: str = CLIENT, text: str = DOUBT) -> Any:
    road.says_yes(number)
    road.send_all()
    road.texts_us(text, number)
    return road.row(number)


@pytest.mark.covers("X-10", "rules 2")
def test_a_doubtful_reply_refuses_every_automated_text_with_the_reason(road: Road) -> None:
    doubtful(road)
    answer = automated(road, "A reminder")
    assert isinstance(answer, Refuse)
    assert answer.reason == "in_review"


@pytest.mark.covers("X-10", "rules 2", "rules 3")
def test_what_was_queued_before_a_doubtful_reply_does_not_leave(road: Road) -> None:
    road.says_yes()
    road.send_all()
    queued = automated(road, "A reminder")
    road.texts_us(AGAIN)
    assert road.send_all() == []
    found = next(each for each in road.messages() if each.id == queued.message_id)
    assert (found.status, found.reason) == (Fate.REFUSED, "in_review")


@pytest.mark.covers("X-10")
def test_a_members_own_text_stays_allowed(road: Road) -> None:
    doubtful(road, text=AGAIN)
    road.member_writes("Do you want no texts, or no reminders?")
    assert road.send_all() == ["Do you want no texts, or no reminders?"]


@pytest.mark.covers("X-10", "rules 2")
def test_the_hold_is_written_with_the_reply_or_not_at_all(road: Road, monkeypatch: pytest.MonkeyPatch) -> None:
    """One transaction: where the entry cannot be written, the reply is not taken either and comes again."""
    road.says_yes()
    before = len(road.messages())

    def broken(*given: Any, **more: Any) -> Any:
        raise RuntimeError("the disk is full")

    monkeypatch.setattr(ledger, "record", broken)
    with pytest.raises(RuntimeError):
        road.texts_us(DOUBT)
    assert not road.row().in_review
    assert len(road.messages()) == before


@pytest.mark.covers("X-10", "rules 2")
def test_a_second_doubtful_reply_keeps_the_deadline_and_is_shown_too(road: Road) -> None:
    opened_at = doubtful(road).review_opened_at
    road.texts_us("See you on Friday")
    road.texts_us(AGAIN)
    assert road.row().review_opened_at == opened_at
    ((found,), _) = queue_of(road)
    assert found.first is not None
    assert found.latest is not None
    assert (found.first.text, found.latest.text, found.opened_at) == (DOUBT, AGAIN, opened_at)
    assert found.seen == found.latest.id


@pytest.mark.covers("X-10")
def test_one_reply_is_shown_once_with_what_we_sent_before_it(road: Road) -> None:
    road.says_yes()
    road.send_all()
    road.member_writes("Shall I remind you?")
    road.send_all()
    road.texts_us(DOUBT)
    road.member_writes("Which ones?")
    road.send_all()
    ((found,), _) = queue_of(road)
    assert found.latest is None
    assert found.before.text == "Shall I remind you?"


@pytest.mark.covers("X-10", "rules 3")
@pytest.mark.parametrize(("word", "status"), [("STOP", Status.OPTED_OUT), ("START", Status.OPTED_IN)])
def test_the_clients_own_word_settles_it(road: Road, word: str, status: Status) -> None:
    doubtful(road)
    road.texts_us(word)
    row = road.row()
    assert (row.in_review, row.review_opened_at, row.status) == (False, None, status)
    assert queue_of(road) == ([], None)
    notices = [each.text for each in road.messages() if each.direction == "notice"]
    assert ("automated texts go on" in notices[-1]) is (word == "START")
    assert isinstance(automated(road, "A reminder"), Refuse) is (word == "STOP")


@pytest.mark.covers("X-10")
@pytest.mark.parametrize("word", ["YES", "Thanks!", "HELP", "👍"])
def test_no_other_word_lifts_the_hold(road: Road, word: str) -> None:
    doubtful(road)
    road.texts_us(word)
    assert road.row().in_review
    assert isinstance(automated(road, "A reminder"), Refuse)


@pytest.mark.covers("X-10")
def test_a_year_later_it_still_waits(road: Road, at: Callable[[dt.datetime], None]) -> None:
    """Nothing times out back to sending."""
    doubtful(road)
    at(clock.now() + dt.timedelta(days=365))
    assert isinstance(automated(road, "A reminder"), Refuse)
    ((found,), _) = queue_of(road)
    assert found.days_left < 0


@pytest.mark.covers("X-10")
def test_keep_texting_opens_it_again_and_keeps_the_reason(road: Road) -> None:
    doubtful(road)
    assert decide(road, Decision.KEEP).outcome is Outcome.KEPT
    assert not isinstance(automated(road, "A reminder"), Refuse)
    last = road.database.read(lambda session: ledger.entries(session, road.business, road.row().id))[-1]
    assert (last.kind, last.evidence["reason"]) == (Kind.REVIEW_KEPT, "They meant the bus stop")


@pytest.mark.covers("X-10", "H-18", "X-24")
def test_opt_out_ends_everything_without_a_last_text(road: Road) -> None:
    doubtful(road)
    assert decide(road, Decision.OPT_OUT).outcome is Outcome.OPTED_OUT
    assert road.row().status == Status.OPTED_OUT
    assert isinstance(road.member_writes("But"), Refuse)
    assert road.send_all() == []


@pytest.mark.covers("X-10")
@pytest.mark.parametrize("wanted", Decision)
@pytest.mark.parametrize(("word", "says"), [("STOP", "is opted out"), ("START", "texting goes on")])
def test_what_the_client_settled_meanwhile_is_said_and_left(road: Road, wanted: Decision, word: str, says: str) -> None:
    doubtful(road)
    road.texts_us(word)
    before = road.row()
    done = decide(road, wanted)
    assert done.outcome is Outcome.SETTLED
    assert says in done.sentence
    assert road.row() == before


@pytest.mark.covers("X-10")
@pytest.mark.parametrize("wanted", Decision)
def test_a_reply_that_came_since_is_not_decided_on_unread(road: Road, wanted: Decision) -> None:
    doubtful(road)
    ((found,), _) = queue_of(road)
    road.texts_us(AGAIN)
    assert decide(road, wanted, seen=found.seen).outcome is Outcome.CHANGED
    assert road.row().in_review


def test_the_oldest_stands_first_and_a_cursor_holds_when_its_place_is_settled(road: Road) -> None:
    for number in (THIRD, CLIENT, SECOND):
        doubtful(road, number)
    (first, second), further = queue_of(road, limit=2)
    assert [first.number, second.number] == [THIRD, CLIENT]
    decide(road, Decision.KEEP, number=CLIENT)
    ((last,), end) = queue_of(road, after=further, limit=2)
    assert (last.number, end) == (SECOND, None)


@pytest.mark.parametrize("cursor", ["x", "-", "zz-1", "0" * 64, "f" * 14 + "-1"])
def test_a_cursor_that_is_none_is_no_page(road: Road, cursor: str) -> None:
    with pytest.raises(NotFound):
        queue_of(road, after=cursor)


@pytest.mark.covers("P10")
def test_another_business_has_its_own_queue(road: Road) -> None:
    doubtful(road)
    other = road.world.other.id
    assert road.database.read(lambda session: review.count(session, other)) == 0
    assert road.database.read(lambda session: review.count(session, road.business)) == 1
    found = road.database.read(lambda session: review.page(session, businesses.get(session, other)))
    assert found == ([], None)


def test_a_page_costs_two_queries_however_long_it_is(road: Road) -> None:
    for n in range(6):
        doubtful(road, f"+1415555010{n}")
    business = road.database.read(lambda session: businesses.get(session, road.business))
    seen: list[str] = []

    def work(session: Session) -> Any:
        session.connection()
        event.listen(road.database.engine, "before_cursor_execute", lambda *facts: seen.append(facts[2]))
        return review.page(session, business)

    assert len(road.database.read(work)[0]) == 6
    assert len(seen) <= 2, seen


@pytest.mark.covers("rules 2", "rules 3")
@pytest.mark.parametrize(
    ("received", "last", "today", "left"),
    [
        ("2026-11-17T15:00", "2026-12-01", "2026-11-23T15:00", 6),  # a Tuesday; the holiday of Thursday counts
        ("2026-11-16T15:00", "2026-11-30", "2026-11-16T20:00", 10),
        ("2026-11-21T15:00", "2026-12-04", "2026-11-22T15:00", 10),  # a Saturday: Monday is the first day
        ("2026-11-18T04:30", "2026-12-01", "2026-12-01T15:00", 0),  # still Tuesday in New York
        ("2026-11-16T15:00", "2026-11-30", "2026-12-01T15:00", -1),
        ("2026-11-20T15:00", "2026-12-04", "2026-12-05T15:00", -1),  # over, though no business day has passed
        ("2026-11-16T15:00", "2026-11-30", "2026-12-14T15:00", -10),
    ],
)
def test_ten_business_days_are_counted_without_weekends(received: str, last: str, today: str, left: int) -> None:
    came, now = (dt.datetime.fromisoformat(f"{each}+00:00") for each in (received, today))
    assert deadline.honour_by(came, ZONE).isoformat() == last
    assert deadline.days_left(came, ZONE, now=now) == left


def test_the_alarm_leaves_a_day_before_the_fifth_is_over() -> None:
    for hours in range(24 * 14):
        came = MONDAY + dt.timedelta(hours=hours)
        alarm = deadline.alarm_at(came, ZONE)
        assert deadline.days_left(came, ZONE, now=alarm) == 6
        assert deadline.earliest_alarm(alarm) >= came


@pytest.mark.parametrize(
    ("text", "matched", "marked"),
    [
        ("is there a way to STOP these?", "stop", "STOP"),
        ("Não quero, obrigado", "nao quero", "Não quero"),
        ("Don't  text me.", "dont text me", "Don't  text me"),
        ("stopwatch, then stop", "stop", "stop"),
        ("hm 🙅 no", "🙅", "🙅"),
        ("ｓｔｏｐ it", "stop", "ｓｔｏｐ"),
        ("你打错号码了", "打错", "打错"),
        ("nothing of it", "unsubscribe", ""),
        ("", "", ""),
    ],
)
def test_the_decisive_words_are_marked_as_they_were_written(text: str, matched: str, marked: str) -> None:
    pieces = review_reason.marked(text, {"matched": matched})
    assert "".join(piece for piece, _ in pieces) == text
    assert "".join(piece for piece, is_marked in pieces if is_marked) == marked


@pytest.mark.parametrize(
    ("rule", "why", "shown"),
    [
        ("wrong_number", "not be the person", "wrong_number (English)"),
        ("fr.soft_no", "to an offer", "fr.soft_no (French)"),
        ("opt_me_out/frame", "in a question", "opt_me_out/frame (English)"),
        ("", "may mean", ""),
        ("a_rule_of_before", "may mean", "a_rule_of_before"),
    ],
)
def test_the_rule_is_told_in_plain_words(rule: str, why: str, shown: str) -> None:
    assert why in review_reason.why({"rule": rule})
    assert review_reason.rule({"rule": rule}) == shown
    assert review_reason.why(None) == review_reason.UNKNOWN


Post = list[tuple[str, str, str]]


@pytest.fixture
def post() -> Post:
    return []


@pytest.fixture
def waiting(road: Road, at: Callable[[dt.datetime], None]) -> Road:
    """A reply of Monday in doubt; it is Friday morning. Mara is a manager of Hearth."""
    road.write(lambda session: person(session, road.business, "mara", Role.MANAGER))
    at(MONDAY)
    doubtful(road)
    at(deadline.alarm_at(MONDAY, ZONE))
    return road


def alarm(road: Road, post: Post) -> Alarm:
    return Alarm(road.database, letter=lambda *mail: post.append(mail), url="https://portal.example.com")


@pytest.mark.covers("X-10")
def test_owners_and_managers_get_one_mail_with_name_and_link(waiting: Road, post: Post) -> None:
    for _ in range(3):
        alarm(waiting, post).turn()
    assert sorted(to for to, _, _ in post) == ["alice@example.com", "mara@example.com"]
    _, subject, text = post[0]
    assert subject == "A reply waits for a decision"
    assert f"https://portal.example.com/review#review-{waiting.row().id}" in text
    assert "ends in 0132" in text
    assert DOUBT not in text
    assert CLIENT not in text


@pytest.mark.covers("X-10")
def test_two_workers_send_one_mail(waiting: Road, post: Post) -> None:
    """Both saw it; the claim decides."""
    url = "https://portal.example.com"
    assert waiting.database.read(review_alarm.due)
    first, second = (waiting.write(lambda session: review_alarm.claim(session, url)) for _ in range(2))
    assert (len(first), len(second)) == (1, 0)


@pytest.mark.covers("X-10")
def test_a_mail_that_nobody_got_is_tried_again_later(
    waiting: Road, post: Post, at: Callable[[dt.datetime], None]
) -> None:
    def broken(to: str, subject: str, text: str) -> None:
        raise Unavailable("The mail could not be sent.")

    Alarm(waiting.database, letter=broken, url="https://portal.example.com").turn()
    alarm(waiting, post).turn()
    assert post == []
    at(clock.now() + review_alarm.LEASE)
    alarm(waiting, post).turn()
    assert len(post) == 2


def test_no_mail_goes_out_before_its_morning(waiting: Road, post: Post, at: Callable[[dt.datetime], None]) -> None:
    at(clock.now() - dt.timedelta(minutes=1))
    alarm(waiting, post).turn()
    assert post == []


def test_what_is_settled_needs_no_mail(waiting: Road, post: Post) -> None:
    decide(waiting, Decision.KEEP)
    alarm(waiting, post).turn()
    assert post == []


def test_several_replies_of_a_business_are_one_mail(
    waiting: Road, post: Post, at: Callable[[dt.datetime], None]
) -> None:
    now = clock.now()
    at(MONDAY + dt.timedelta(hours=1))
    doubtful(waiting, SECOND)
    at(now)
    alarm(waiting, post).turn()
    assert len(post) == 2
    assert post[0][1] == "2 replies wait for a decision"
    assert post[0][2].count("/review#review-") == 2


def test_who_may_not_sign_in_gets_no_mail(waiting: Road, post: Post) -> None:
    def disable(session: Session) -> None:
        for each in member.all_of(session, waiting.business):
            if each.role == Role.MANAGER:
                member.disable(session, each)

    waiting.write(disable)
    alarm(waiting, post).turn()
    assert [to for to, _, _ in post] == ["alice@example.com"]


def test_a_later_review_of_the_same_number_has_its_own_mail(
    waiting: Road, post: Post, at: Callable[[dt.datetime], None]
) -> None:
    alarm(waiting, post).turn()
    decide(waiting, Decision.KEEP)
    waiting.texts_us(AGAIN)
    at(clock.now() + dt.timedelta(days=7))
    alarm(waiting, post).turn()
    assert len(post) == 4


def test_every_rule_that_asks_a_member_says_why() -> None:
    mute = [
        rule.id
        for rule in reply_table.RULES
        if rule.meaning is Meaning.REVIEW and review_reason.why({"rule": rule.id}) == review_reason.UNKNOWN
    ]
    assert mute == []
