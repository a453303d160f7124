"""Where clients text first: the code from the page opts in the handset that was typed, once, and nothing leaves before
(promises.md B.2 layers 5 and 6)."""

import datetime as dt
import itertools
from dataclasses import replace
from typing import Any

import pytest
import time_machine
from sqlmodel import Session, col, select

from portal import clock
from portal.accounts import business as businesses
from portal.accounts import sender
from portal.accounts.audit import AuditEntry
from portal.accounts.sender import SMS
from portal.consent import ledger, subscription, verification
from portal.consent.state import Kind, Origin, Proof, Status
from portal.database import Lane
from portal.messaging import completion, inbox, message, text_first, texted_code
from portal.messaging.inbox import Rules
from portal.messaging.message import Fate
from portal.providers.provider import InboundText
from portal.questionnaires.questionnaire import Confirmation
from portal.statement import Statement, param, params
from tests.conftest import NO_CAPS
from tests.messaging.conftest import Silent
from tests.questionnaires.conftest import CLIENT, OTHER, Form, made

NOW = dt.datetime(2026, 11, 22, 17, tzinfo=dt.UTC)
_ids = itertools.count(1)
_m = message.table
_FATE = Statement(_m.update().where(_m.c.number == param("number")).values(**params("status")))


@pytest.fixture
def form(form: Form) -> Form:
    """The owner has chosen that clients text first."""
    form.asks_for(Confirmation.TEXT_FIRST)
    return replace(form, caps=replace(NO_CAPS, completion_percent=10))


def asks(form: Form, number: str = CLIENT, **more: Any) -> str:
    """Send the form in; the code that its page shows."""
    sent = form.answer("yes", number, **more)
    assert sent is not None
    return texted_code.of(form.world.secrets, sent, number)


def texts_us(form: Form, text: str, number: str = CLIENT, *, event_id: str = "") -> None:
    carrier: Any = Silent()

    def work(session: Session) -> None:
        ours = sender.numbers(session, form.business)[0]
        event = InboundText(event_id or f"in:SM{next(_ids):032x}", "AC", number, ours, text)
        inbox.receive(session, form.business, carrier, event, raw=text.encode(), arrived_at=clock.now(), rules=Rules())

    form.world.database.write(work, lane=Lane.CONSENT)


def wrong(code: str) -> str:
    return f"{(int(code) + 1) % 10**6:06d}"


@pytest.mark.covers("P14", "X-29")
def test_nothing_is_sent_before_the_handset_speaks(form: Form) -> None:
    asks(form)
    assert (form.row().status, form.texts(), form.kinds()) == (Status.NONE, [], [Kind.CLAIMED])


@pytest.mark.covers("P14", "X-29", "H-14")
def test_the_code_from_the_page_opts_in_and_is_confirmed_once(form: Form) -> None:
    said = f"Yes, {asks(form)}."
    texts_us(form, said, event_id="in:once")
    texts_us(form, said, event_id="in:once")
    texts_us(form, said)
    assert (form.row().status, form.row().origin) == (Status.OPTED_IN, Origin.FORM)
    assert form.texts() == ["opt_in_confirmation"]
    assert form.kinds() == [Kind.CLAIMED, Kind.OPTED_IN]


@pytest.mark.covers("P14")
@pytest.mark.parametrize(
    "text",
    ["YES 482913", "yes482913", " Yes, 482913. ", "482913", "482 913", "y 482-913", "“YES 482913”",
     "ＹＥＳ ４８２９１３", "٤٨٢٩١٣", "yes\n482913"],
)  # fmt: skip
def test_a_code_is_read_however_it_is_spelled(text: str) -> None:
    assert texted_code.digits(text) == "482913"


@pytest.mark.parametrize(
    "text",
    ["stop 482913", "no 482913", "not yes 482913", "482913482913", "4829131", "48291", "my code is 482913", "YES", "",
     "yes yes 482913", "482913" + " " * 50],
)  # fmt: skip
def test_a_code_among_other_words_is_none(text: str) -> None:
    assert texted_code.digits(text) is None


@pytest.mark.covers("rules 17", "P11")
def test_the_evidence_holds_what_was_read_and_what_was_texted(form: Form) -> None:
    code = asks(form)
    texts_us(form, f"YES {code}")
    claimed, entry = form.entries()
    assert (entry.proof, entry.submission_id) == (Proof.HANDSET, claimed.submission_id)
    assert entry.evidence["words"].startswith("By choosing Yes and entering my number")
    assert (entry.evidence["texted"]["words"], entry.evidence["claim_entry"]) == (f"YES {code}", claimed.seq)
    assert form.world.read(lambda session: verification.verify(session, form.business)).problem == ""


@pytest.mark.covers("H-1", "H-2", "P14")
def test_the_code_is_worth_nothing_from_any_other_number(form: Form) -> None:
    code = asks(form)
    texts_us(form, f"YES {code}", OTHER)
    assert (form.row().status, form.row(OTHER).status, form.texts(), form.texts(OTHER)) == ("none", "none", [], [])
    texts_us(form, f"YES {code}")
    assert form.row().status == Status.OPTED_IN


def test_the_code_lasts_thirty_minutes(form: Form) -> None:
    with time_machine.travel(NOW, tick=False) as traveller:
        codes = [asks(form), asks(form, OTHER)]
        traveller.shift(texted_code.LASTS - dt.timedelta(seconds=1))
        texts_us(form, codes[0])
        traveller.shift(dt.timedelta(seconds=1))
        texts_us(form, codes[1], OTHER)
    assert (form.row().status, form.row(OTHER).status) == (Status.OPTED_IN, Status.NONE)


def test_after_five_wrong_codes_no_right_one_counts(form: Form) -> None:
    code = asks(form)
    for _ in range(texted_code.TRIES):
        texts_us(form, wrong(code))
    texts_us(form, code)
    assert (form.row().status, form.texts()) == (Status.NONE, [])


def test_four_wrong_codes_are_forgiven(form: Form) -> None:
    code = asks(form)
    for _ in range(texted_code.TRIES - 1):
        texts_us(form, wrong(code))
    texts_us(form, code)
    assert form.row().status == Status.OPTED_IN


def test_any_of_the_last_forms_may_be_answered(form: Form) -> None:
    codes = [asks(form) for _ in range(3)]
    texts_us(form, codes[1])
    assert form.row().status == Status.OPTED_IN


@pytest.mark.covers("P12")
def test_a_stop_after_the_form_ends_its_code(form: Form) -> None:
    code = asks(form)
    texts_us(form, "STOP")
    texts_us(form, f"YES {code}")
    assert form.row().status == Status.OPTED_OUT
    assert "opt_in_confirmation" not in form.texts()


@pytest.mark.covers("X-17", "H-24")
def test_a_form_after_a_stop_opens_nothing_until_its_code_comes_from_the_handset(form: Form) -> None:
    texts_us(form, "STOP")
    code = asks(form)
    assert form.row().status == Status.OPTED_OUT
    texts_us(form, f"YES {code}")
    assert (form.row().status, form.texts()[-1]) == (Status.OPTED_IN, "opt_in_confirmation")


@pytest.mark.covers("P10")
def test_the_code_of_one_business_is_worth_nothing_at_another(form: Form) -> None:
    theirs = Form(form.world, form.world.other.id, form.world.write(lambda s: made(s, form.world.other.id)))
    theirs.asks_for(Confirmation.TEXT_FIRST)
    texts_us(form, asks(theirs))
    assert (form.row().status, theirs.row().status) == (Status.NONE, Status.NONE)


def test_six_digits_that_nobody_waits_for_are_a_text_like_any_other(form: Form) -> None:
    texts_us(form, "482913")
    assert (form.row().status, form.kinds()) == (Status.NONE, [])


@pytest.mark.covers("P14", "X-29")
def test_with_the_first_message_gate_the_code_is_no_knock_and_is_not_hidden(form: Form) -> None:
    def on(session: Session) -> None:
        businesses.change(session, businesses.get(session, form.business), has_first_message_gate=True)

    form.world.write(on)
    texts_us(form, f"YES {asks(form)}")
    assert (form.row().status, form.texts()) == (Status.OPTED_IN, ["opt_in_confirmation"])


@pytest.mark.covers("H-24", "X-17")
def test_a_personal_link_texts_first_only_where_nobody_has_decided(form: Form) -> None:
    client = form.contact(CLIENT)
    texts_us(form, f"YES {asks(form, client=client)}")
    texts_us(form, "STOP")
    form.answer("yes", client=client)
    assert form.row().status == Status.OPTED_IN


@pytest.mark.covers("P14")
def test_a_region_that_is_not_the_business_own_texts_first(form: Form) -> None:
    form.asks_for(Confirmation.SINGLE)
    form.world.write(lambda s: businesses.change(s, businesses.get(s, form.business), region="CA"))
    asks(form)
    assert (form.texts(), form.kinds()) == ([], [Kind.CLAIMED])


@pytest.mark.covers("P14", "P15")
@pytest.mark.parametrize("limit", ["network_hour", "form_hour", "business_day", "region_hour", "installation_day"])
def test_where_a_limit_of_all_is_reached_clients_text_first(form: Form, limit: str) -> None:
    form.asks_for(Confirmation.SINGLE)
    capped = form.with_caps(**{limit: 1})
    capped.answer("yes")
    texts_us(capped, f"YES {asks(capped, OTHER)}", OTHER)
    assert (form.texts(), form.row(OTHER).status) == (["opt_in_confirmation"], Status.OPTED_IN)


@pytest.mark.covers("P15")
@pytest.mark.parametrize("before", ["new", "stopped", "limited"])
def test_whether_a_number_is_known_never_moves_the_moment_when_clients_text_first(form: Form, before: str) -> None:
    """Else whoever counts would learn from the next number's page what became of this one's."""
    form.asks_for(Confirmation.SINGLE)
    capped = form.with_caps(form_hour=2, number_day=1)
    if before == "stopped":
        texts_us(form, "STOP")
    if before == "limited":
        theirs = Form(form.world, form.world.other.id, form.world.write(lambda s: made(s, form.world.other.id)))
        theirs.with_caps(number_day=1).answer("yes")
    for number in (CLIENT, OTHER, "+14155550148"):
        capped.answer("yes", number)
    assert [bool(form.entries(each)[-1].evidence.get(texted_code.MARK)) for each in (OTHER, "+14155550148")] == [
        False, True,
    ]  # fmt: skip


# the breaker


def fails(form: Form, count: int, fate: Fate = Fate.FAILED, *, start: int = 0) -> None:
    """So many strangers' numbers, each in a block of its own, and what became of their texts."""

    def work(session: Session) -> None:
        for number in (f"+1415{300 + n}0100" for n in range(start, start + count)):
            form.arrives(session, "yes", number)
            _FATE.run(session, number=number, status=fate.value)

    form.world.write(work)


def becomes(form: Form, number: str, fate: Fate) -> None:
    form.world.write(lambda session: _FATE.run(session, number=number, status=fate.value))


def judge(form: Form, percent: int = 10) -> None:
    def work(session: Session) -> None:
        text_first.judge(session, completion.known(session), percent=percent)

    form.world.write(work)


def is_sent(form: Form, number: str = OTHER) -> bool:
    before = len(form.texts(number))
    form.answer("yes", number)
    return len(form.texts(number)) > before


@pytest.fixture
def open_form(form: Form) -> Form:
    form.asks_for(Confirmation.SINGLE)
    return form


@pytest.mark.covers("P14")
def test_twenty_first_texts_that_nobody_got_stop_the_twenty_first(open_form: Form) -> None:
    fails(open_form, 19)
    judge(open_form)
    assert is_sent(open_form)
    fails(open_form, 1, start=30)
    judge(open_form)
    assert not is_sent(open_form, "+14155550148")


@pytest.mark.covers("P14")
def test_texts_without_a_report_count_when_their_day_is_over(open_form: Form) -> None:
    with time_machine.travel(NOW, tick=False) as traveller:
        fails(open_form, 20, Fate.SENT)
        judge(open_form)
        assert is_sent(open_form)
        traveller.shift(completion.WITHIN)
        judge(open_form)
        assert not is_sent(open_form, "+14155550148")


@pytest.mark.covers("P14")
@pytest.mark.parametrize("how", ["delivered", "answered"])
def test_two_of_twenty_are_enough_to_go_on(open_form: Form, how: str) -> None:
    fails(open_form, 18)
    for number in (CLIENT, OTHER):
        open_form.answer("yes", number)
        if how == "answered":
            texts_us(open_form, "who is this?", number)
        else:
            becomes(open_form, number, Fate.DELIVERED)
    judge(open_form)
    assert is_sent(open_form, "+14155550148")


@pytest.mark.covers("P14")
def test_texts_that_we_held_back_ourselves_tell_nothing(open_form: Form) -> None:
    with time_machine.travel(NOW, tick=False) as traveller:
        fails(open_form, 10, Fate.REFUSED)
        fails(open_form, 10, Fate.CANCELLED, start=10)
        traveller.shift(completion.WITHIN)
        judge(open_form)
        assert is_sent(open_form)


@pytest.mark.covers("P14")
def test_with_nought_percent_nothing_is_judged(open_form: Form) -> None:
    fails(open_form, 20)
    judge(open_form, percent=0)
    assert is_sent(open_form)


@pytest.mark.covers("P14", "P10")
def test_another_business_goes_on_as_before(open_form: Form) -> None:
    fails(open_form, 20)
    judge(open_form)
    theirs = Form(open_form.world, open_form.world.other.id, open_form.world.write(_their_form(open_form)))
    assert (is_sent(open_form), is_sent(theirs, "+14155550148")) == (False, True)


def _their_form(form: Form) -> Any:
    return lambda session: made(session, form.world.other.id)


@pytest.mark.covers("P14", "H-24")
def test_a_personal_link_is_no_strangers_form(open_form: Form) -> None:
    fails(open_form, 20)
    judge(open_form)
    client = open_form.contact(CLIENT)
    open_form.answer("yes", client=client)
    assert open_form.texts() == ["opt_in_confirmation"]


@pytest.mark.covers("P14")
def test_after_a_day_five_more_are_tried_and_no_sixth_before_one_is_complete(open_form: Form) -> None:
    with time_machine.travel(NOW, tick=False) as traveller:
        fails(open_form, 20)
        judge(open_form)
        traveller.shift(text_first.LASTS + dt.timedelta(seconds=1))
        sent = [is_sent(open_form, f"+1415{400 + n}0100") for n in range(7)]
        assert sent == [True] * 5 + [False] * 2
        becomes(open_form, "+14154000100", Fate.DELIVERED)
        judge(open_form)
        assert is_sent(open_form)


@pytest.mark.covers("P14")
def test_five_that_fail_on_probation_stop_it_for_another_day(open_form: Form) -> None:
    with time_machine.travel(NOW, tick=False) as traveller:
        fails(open_form, 20)
        judge(open_form)
        traveller.shift(text_first.LASTS + dt.timedelta(seconds=1))
        fails(open_form, 5, start=50)
        judge(open_form)
        found = open_form.world.read(lambda s: text_first.shown(s, open_form.business))
        assert {each.since_at for each in found} == {clock.now()}
        assert not is_sent(open_form)


@pytest.mark.covers("P14")
def test_the_owner_is_told_and_may_end_it(open_form: Form) -> None:
    fails(open_form, 20)
    judge(open_form)
    asked = open_form.questionnaire.id
    stops = open_form.world.read(lambda s: text_first.shown(s, open_form.business))
    assert [(each.questionnaire_id, each.region) for each in stops] == [(asked, ""), ("", "US")]
    assert open_form.world.read(lambda s: text_first.shown(s, open_form.world.other.id)) == []
    ended = open_form.world.write(lambda s: text_first.end(s, open_form.business, actor="member:x", ip=""))
    assert (ended, is_sent(open_form)) == (True, True)
    assert open_form.world.write(lambda s: text_first.end(s, open_form.business, actor="m", ip="")) is False
    assert [each.action for each in audits(open_form)] == ["text_first.began", "text_first.began", "text_first.ended"]


def audits(form: Form) -> list[AuditEntry]:
    def find(session: Session) -> list[AuditEntry]:
        query = select(AuditEntry).where(AuditEntry.business_id == form.business).order_by(col(AuditEntry.at))
        return [each for each in session.exec(query) if each.action.startswith("text_first")]

    found: list[AuditEntry] = form.world.read(find)
    return found


@pytest.mark.covers("P17")
def test_what_is_kept_names_no_number_and_goes_after_a_month(open_form: Form) -> None:
    with time_machine.travel(NOW, tick=False) as traveller:
        fails(open_form, 20)
        kept = open_form.world.read(
            lambda s: repr([each.model_dump() for each in s.exec(select(completion.Completion))])
        )
        assert "415300" not in kept
        judge(open_form)
        traveller.shift(completion.KEPT + dt.timedelta(days=2))
        assert open_form.world.write(text_first.prune) == 2 + 60


def test_a_code_does_not_bring_back_a_number_of_the_carrier_light(form: Form) -> None:
    """“YES 482913” is no keyword to the carrier: its block stays until START."""
    code = asks(form)

    def block(session: Session) -> None:
        row = subscription.lock(session, form.business, SMS, CLIENT)
        ledger.record(session, row, Kind.CARRIER_BLOCKED, origin=Origin.PROVIDER, proof=Proof.HANDSET, actor="provider")

    form.world.write(block)
    texts_us(form, f"YES {code}")
    assert (form.row().status, form.row().carrier) == (Status.OPTED_IN, "blocked")
