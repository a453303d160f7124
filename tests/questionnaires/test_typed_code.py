"""The one-time code of a form (X-29): whose it is, how long it lasts, and that only the handset ever has it."""

import datetime as dt
import itertools
import re
import threading
from collections.abc import Iterator
from dataclasses import dataclass, replace

import pytest
import sqlalchemy as sa
import time_machine
from sqlmodel import Session

from portal import clock
from portal.consent import ledger, subscription
from portal.consent.state import Kind, Origin, Proof, Status
from portal.messaging import claim, inbox, message, one_time_code, segment
from portal.messaging.dispatch import Dispatcher
from portal.messaging.inbox import Rules
from portal.messaging.spending import Limits
from portal.providers.provider import InboundText, Outbound, Providers, Result
from portal.providers.twilio import Twilio
from portal.questionnaires import typed_code
from portal.questionnaires.questionnaire import Confirmation
from portal.questionnaires.submission import Submission
from portal.questionnaires.typed_code import Typed, Verdict
from portal.statement import Statement
from tests.conftest import OUR_NUMBER
from tests.pretend_twilio import PretendTwilio
from tests.questionnaires.conftest import CLIENT, OTHER, Form

NOW = dt.datetime(2026, 11, 22, 17, tzinfo=dt.UTC)
_ids = itertools.count(1)
_TEXTS = Statement(
    sa.select(message.table).where(message.table.c.purpose == "opt_in_request").order_by(message.table.c.id)
)


@dataclass(frozen=True)
class Asked:
    """One Yes in code mode, and the handset that got its code."""

    form: Form
    submission: str
    number: str = CLIENT

    @property
    def code(self) -> str:
        return one_time_code.of(self.form.world.secrets, self.submission, self.number)

    @property
    def wrong(self) -> str:
        return f"{(int(self.code) + 1) % 10**6:06d}"

    def is_in(self, text: str) -> bool:
        """As a word of its own: a hash or an id may hold any six digits."""
        return re.search(rf"\b{self.code}\b", text) is not None

    def types(self, code: str) -> Verdict:
        def work(session: Session) -> Verdict:
            sent = session.get(Submission, self.submission)
            assert sent is not None
            typed = Typed(code, "https://portal.example.com/f/x/thanks", "192.0.2.9", "a phone's browser", "en")
            return typed_code.check(session, sent, typed)

        verdict: Verdict = self.form.world.write(work)
        return verdict

    def texts_us(self, text: str) -> None:
        event = InboundText(f"in:SM{next(_ids):032x}", "AC", self.number, OUR_NUMBER, text)
        provider = Twilio("http://127.0.0.1:9")

        def work(session: Session) -> None:
            inbox.receive(
                session, self.form.business, provider, event, raw=b"raw", arrived_at=clock.now(), rules=Rules()
            )

        self.form.world.write(work)

    def fact(self, kind: Kind) -> None:
        def work(session: Session) -> None:
            row = subscription.lock(session, self.form.business, "sms", self.number)
            ledger.record(session, row, kind, origin=Origin.SYSTEM, proof=Proof.ATTESTED, actor="system")

        self.form.world.write(work)


def asks(form: Form, number: str = CLIENT, *, client: str = "") -> Asked:
    sent = form.answer("yes", number, client=client)
    assert sent is not None
    return Asked(form, sent, number)


@pytest.fixture
def asked(form: Form) -> Asked:
    form.asks_for(Confirmation.CODE)
    return asks(form)


def requests(form: Form) -> list[str]:
    return [row.text for row in form.world.read(_TEXTS.rows)]


@pytest.mark.covers("X-29")
def test_a_form_that_asks_for_a_code_sends_one_text_and_waits(asked: Asked) -> None:
    assert (asked.form.row().status, asked.form.texts()) == (Status.REQUESTED, ["opt_in_request"])


@pytest.mark.covers("X-29")
def test_the_right_code_opts_in_with_one_confirmation(asked: Asked) -> None:
    assert asked.types(asked.code) is Verdict.RIGHT
    assert (asked.form.row().status, asked.form.row().scope) == (Status.OPTED_IN, "informational")
    assert asked.form.texts() == ["opt_in_request", "opt_in_confirmation"]


@pytest.mark.covers("X-29", "rules 9")
def test_its_ledger_entry_proves_the_handset_and_keeps_the_words_and_the_typing(asked: Asked) -> None:
    asked.types(asked.code)
    request, entry = asked.form.entries()
    assert (entry.proof, entry.origin, entry.submission_id) == (Proof.HANDSET, Origin.FORM, asked.submission)
    assert entry.evidence["words"] == request.evidence["words"]
    assert entry.evidence["confirmed_by"] == "one-time code"
    assert entry.evidence["request_entry"] == request.seq
    assert (entry.evidence["ip"], entry.evidence["user_agent"]) == ("192.0.2.9", "a phone's browser")
    assert not asked.is_in(str(entry.evidence))


@pytest.mark.covers("X-29")
def test_a_reply_of_yes_counts_as_well(asked: Asked) -> None:
    asked.texts_us("YES")
    assert asked.form.row().status == Status.OPTED_IN


@pytest.mark.covers("X-29", "P12")
@pytest.mark.parametrize("typed", ["000000", "999999", "wrong"])
def test_a_wrong_code_opens_nothing(asked: Asked, typed: str) -> None:
    assert asked.types(asked.wrong if typed in ("wrong", asked.code) else typed) is Verdict.WRONG
    assert asked.form.row().status == Status.REQUESTED


@pytest.mark.covers("X-29", "P12")
def test_after_five_wrong_tries_the_right_code_is_over(asked: Asked) -> None:
    assert [asked.types(asked.wrong) for _ in range(5)] == [Verdict.WRONG] * 4 + [Verdict.OVER]
    assert (asked.types(asked.code), asked.form.row().status) == (Verdict.OVER, Status.REQUESTED)


@pytest.mark.covers("X-29")
def test_the_fifth_try_may_still_be_right(asked: Asked) -> None:
    for _ in range(4):
        asked.types(asked.wrong)
    assert (asked.types(asked.code), asked.form.row().status) == (Verdict.RIGHT, Status.OPTED_IN)


@pytest.mark.covers("X-29", "P12")
def test_tries_are_five_also_across_midnight(form: Form) -> None:
    """Allowances are counted in windows of a day; a code's ten minutes may lie on the seam."""
    form.asks_for(Confirmation.CODE)
    with time_machine.travel(dt.datetime(2026, 11, 22, 23, 57, tzinfo=dt.UTC), tick=False) as traveller:
        asked = asks(form)
        before = [asked.types(asked.wrong) for _ in range(3)]
        traveller.shift(dt.timedelta(minutes=6))
        after = [asked.types(asked.wrong) for _ in range(2)]
        assert [*before, *after] == [Verdict.WRONG] * 4 + [Verdict.OVER]
        assert asked.types(asked.code) is Verdict.OVER


@pytest.mark.covers("X-29", "P12")
@pytest.mark.parametrize(("minutes", "verdict"), [(9.9, Verdict.RIGHT), (10, Verdict.OVER), (60 * 24, Verdict.OVER)])
def test_a_code_lasts_ten_minutes(form: Form, minutes: float, verdict: Verdict) -> None:
    form.asks_for(Confirmation.CODE)
    with time_machine.travel(NOW, tick=False) as traveller:
        asked = asks(form)
        traveller.shift(dt.timedelta(minutes=minutes))
        assert asked.types(asked.code) is verdict


@pytest.mark.covers("X-29", "P12", "P13")
def test_the_code_of_another_submission_opens_nothing(asked: Asked) -> None:
    other = asks(asked.form, OTHER)
    again = asks(asked.form)
    assert len({asked.code, other.code, again.code}) == 3
    assert [asked.types(other.code), asked.types(again.code)] == [Verdict.WRONG] * 2
    assert asked.form.row().status == Status.REQUESTED


@pytest.mark.covers("X-29", "P1", "P12")
@pytest.mark.parametrize("word", ["STOP", "please stop texting me", "NO"])
def test_after_a_refusal_from_the_handset_the_code_opens_nothing(asked: Asked, word: str) -> None:
    asked.texts_us(word)
    closed = asked.form.row().status
    assert closed in (Status.OPTED_OUT, Status.DECLINED)
    assert (asked.types(asked.code), asked.form.row().status) == (Verdict.WRONG, closed)


@pytest.mark.covers("X-29", "P12")
def test_a_code_of_before_a_lapse_opens_no_later_request(asked: Asked) -> None:
    asked.fact(Kind.LAPSED)
    later = asks(asked.form)
    assert asked.types(asked.code) is Verdict.WRONG
    assert later.types(later.code) is Verdict.RIGHT


@pytest.mark.covers("X-29", "P12")
def test_a_code_that_opted_in_does_not_open_again_after_a_stop(asked: Asked) -> None:
    asked.types(asked.code)
    asked.texts_us("STOP")
    assert (asked.types(asked.code), asked.form.row().status) == (Verdict.WRONG, Status.OPTED_OUT)


@pytest.mark.covers("X-29")
def test_a_second_click_is_told_the_same_and_does_nothing(asked: Asked) -> None:
    assert [asked.types(asked.code), asked.types(asked.code)] == [Verdict.RIGHT] * 2
    assert asked.form.kinds() == [Kind.ASKED, Kind.OPTED_IN]
    assert asked.form.texts().count("opt_in_confirmation") == 1


@pytest.mark.covers("X-29", "P12")
@pytest.mark.parametrize("state", ["active", "stopped", "limited"])
def test_a_yes_that_was_sent_no_code_has_none(form: Form, state: str) -> None:
    """What the digits would have been opens nothing: no request of this form is open."""
    first = asks(form) if state != "limited" else None
    if state == "stopped" and first is not None:
        first.texts_us("STOP")
    form.asks_for(Confirmation.CODE)
    capped = form.with_caps(network_hour=1)
    if state == "limited":
        capped.answer("yes", OTHER)
    before = form.row().status if form.row() else Status.NONE
    asked = asks(capped)
    assert (asked.types(asked.code), form.row().status) == (Verdict.WRONG, before)


@pytest.mark.covers("X-29", "P12")
@pytest.mark.parametrize("said", ["{0}", "my code is {0}", "{1} {2}", "Liked “Hearth Photography: {0} is your code”"])
def test_a_code_that_the_client_texted_to_us_is_worth_nothing_on_the_page(asked: Asked, said: str) -> None:
    """Members read that text; what they can read may not open anything (law 4)."""
    asked.texts_us(said.format(asked.code, asked.code[:3], asked.code[3:]))
    assert (asked.types(asked.code), asked.form.row().status) == (Verdict.WRONG, Status.REQUESTED)


@pytest.mark.covers("X-13", "H-24", "X-29")
def test_a_personal_yes_after_a_stop_still_opts_in_at_once(form: Form) -> None:
    client = form.contact(CLIENT)
    asks(form).texts_us("STOP")
    form.asks_for(Confirmation.CODE)
    asks(form, client=client)
    assert form.row().status == Status.OPTED_IN


# who sees it


@pytest.mark.covers("X-29", "P12")
def test_no_table_holds_the_code(asked: Asked) -> None:
    from portal.tables import metadata

    def everything(session: Session) -> str:
        return "".join(str(tuple(row)) for table in metadata.sorted_tables for row in session.execute(sa.select(table)))

    asked.types(asked.wrong)
    asked.types(asked.code)
    assert not asked.is_in(asked.form.world.read(everything))


def test_the_text_has_what_a_request_needs_and_costs_what_it_will(asked: Asked) -> None:
    [text] = requests(asked.form)
    for part in ("Hearth Photography: ******", "Msg & data rates may apply", "reply YES", "HELP", "STOP"):
        assert part in text
    stored, sent = segment.count(text), segment.count(text.replace(one_time_code.STARS, asked.code))
    assert (stored, stored.encoding) == (sent, "GSM-7")


@pytest.fixture
def company() -> Iterator[PretendTwilio]:
    with PretendTwilio() as made:
        yield made


@pytest.mark.covers("X-29")
def test_the_text_on_the_wire_carries_the_code(
    asked: Asked, company: PretendTwilio, caplog: pytest.LogCaptureFixture
) -> None:
    is_sent = threading.Event()

    class Telling(Twilio):
        def send(self, text: Outbound, *, deadline: float) -> Result:
            result = super().send(text, deadline=deadline)
            is_sent.set()
            return result

    database = asked.form.world.database
    providers = Providers({"twilio": Telling(company.url)}, "https://portal.example.com")
    with caplog.at_level("DEBUG"):
        dispatcher = Dispatcher(database, providers, Limits(0, 0), slots=1)
        dispatcher.start()
        assert is_sent.wait(10)
        dispatcher.stop()
    [request] = company.company.requests
    assert request["To"] == CLIENT
    assert f"Hearth Photography: {asked.code} is your code" in request["Body"]
    assert not asked.is_in(caplog.text)
    [stored] = requests(asked.form)
    assert asked.code not in stored


@pytest.mark.covers("X-29")
def test_only_a_request_of_ours_is_filled_in(asked: Asked) -> None:
    """A member may write stars and choose the key of a message."""
    [row] = asked.form.world.read(_TEXTS.rows)
    forged = row._replace(purpose="conversation")
    assert asked.form.world.read(lambda session: one_time_code.as_sent(session, forged)) == row.text
    assert asked.code in asked.form.world.read(lambda session: one_time_code.as_sent(session, row))


@pytest.mark.covers("rules 20")
def test_our_own_text_sent_back_with_its_code_is_no_stop(asked: Asked) -> None:
    [row] = asked.form.world.read(_TEXTS.rows)
    words = asked.form.world.read(lambda session: one_time_code.as_sent(session, row))
    asked.texts_us(f"What is this? {words}")
    assert asked.form.row().status == Status.REQUESTED


def test_a_code_that_could_not_leave_in_time_does_not_leave(form: Form) -> None:
    form.asks_for(Confirmation.CODE)
    with time_machine.travel(NOW, tick=False) as traveller:
        asks(form)
        traveller.shift(dt.timedelta(minutes=10))
        assert form.world.write(lambda session: claim.take(session, 5, Limits(0, 0))) == []


def test_every_installation_has_codes_of_its_own(asked: Asked) -> None:
    """Six digits of a keyed MAC: bound to the secret, the submission and the number."""
    secrets = asked.form.world.secrets
    found = {
        one_time_code.of(each, submission, number)
        for each in (secrets, replace(secrets, root=b"x" * 32))
        for submission in ("a", "b")
        for number in (CLIENT, OTHER)
    }
    assert len(found) == 8
    assert all(len(code) == 6 and code.isdigit() for code in found)
