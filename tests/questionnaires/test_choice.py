"""What a Yes or a No does to consent, by whose act it is and by what the number's owner said before."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from sqlmodel import Session

from portal.accounts.sender import SMS
from portal.consent import ledger, subscription, verification
from portal.consent.state import Kind, Origin, Proof, Status
from portal.contacts import contact
from portal.erasure import removal
from portal.erasure.reason import Reason
from portal.messaging import opt_in
from portal.settings import Caps
from tests.questionnaires.conftest import CLIENT, OTHER, Form, made


def stop(form: Form, number: str = CLIENT) -> None:
    """The handset texts STOP."""

    def work(session: Session) -> None:
        row = subscription.lock(session, form.business, SMS, number)
        opt_in.opt_out(
            session, row, origin=Origin.REPLY, proof=Proof.HANDSET, actor="client", should_confirm=False, evidence={}
        )

    form.world.write(work)


def record(form: Form, kind: Kind, number: str = CLIENT) -> None:
    def work(session: Session) -> None:
        row = subscription.lock(session, form.business, SMS, number)
        ledger.record(session, row, kind, origin=Origin.REPLY, proof=Proof.HANDSET, actor="client", evidence={})

    form.world.write(work)


@pytest.mark.covers("H-1", "H-2", "H-14")
def test_a_yes_opts_in_exactly_the_number_given_and_queues_one_confirmation(form: Form) -> None:
    form.answer("yes")
    assert (form.row().status, form.texts(), form.row(OTHER)) == (Status.OPTED_IN, ["opt_in_confirmation"], None)


@pytest.mark.covers("H-10")
def test_the_client_decides_which_number_and_the_one_on_record_stays_without_consent(form: Form) -> None:
    client = form.contact(CLIENT)
    form.answer("yes", OTHER, client=client)
    assert form.row(OTHER).status == Status.OPTED_IN
    assert form.row(CLIENT).status == Status.NONE


@pytest.mark.covers("H-14")
def test_the_same_form_sent_twice_is_one_submission_and_one_text(form: Form) -> None:
    assert form.answer("yes", nonce="once") is not None
    assert form.answer("yes", OTHER, nonce="once") is None
    assert (form.texts(), form.row(OTHER)) == (["opt_in_confirmation"], None)


@pytest.mark.covers("H-14")
def test_a_second_form_with_the_same_number_sends_no_second_confirmation(form: Form) -> None:
    form.answer("yes")
    form.answer("yes")
    assert form.texts() == ["opt_in_confirmation"]


@pytest.mark.covers("H-12", "X-13")
def test_a_no_from_anybody_is_kept_with_the_answers_and_changes_nobodys_consent(form: Form) -> None:
    form.answer("yes")
    sent = form.answer("no")
    assert sent is not None
    assert form.row().status == Status.OPTED_IN


@pytest.mark.covers("X-13", "P12")
@pytest.mark.parametrize("before", ["opted_out", "declined", "paused", "in_review"])
def test_a_yes_that_anybody_could_have_typed_reopens_nothing_and_sends_nothing(form: Form, before: str) -> None:
    form.answer("yes")
    if before == "opted_out":
        stop(form)
    else:
        kinds = {"declined": Kind.DECLINED, "paused": Kind.PAUSED, "in_review": Kind.REVIEW_OPENED}
        record(form, kinds[before])
    then, texts = form.row(), form.texts()
    form.answer("yes")
    now = form.row()
    assert (now.status, now.is_paused, now.in_review) == (then.status, then.is_paused, then.in_review)
    assert (form.texts(), form.kinds()[-1]) == (texts, Kind.CLAIMED)


@pytest.mark.covers("H-24", "X-17")
@pytest.mark.parametrize("asks_for_a_reply", [False, True])
def test_a_yes_through_a_personal_link_opts_in_again_after_a_stop(form: Form, asks_for_a_reply: bool) -> None:
    """Also where the form asks new numbers for a reply: a text may not ask a number that opted out."""
    client = form.contact(CLIENT)
    form.answer("yes", client=client)
    stop(form)
    if asks_for_a_reply:
        form.asks_for_a_reply()
    form.answer("yes", client=client)
    assert form.row().status == Status.OPTED_IN
    assert form.texts().count("opt_in_confirmation") == 2


@pytest.mark.covers("X-13", "P12")
def test_a_personal_link_cannot_reopen_a_number_that_its_contact_does_not_have(form: Form) -> None:
    form.answer("yes", OTHER)
    stop(form, OTHER)
    mallory = form.contact(CLIENT, name="Mallory")
    form.answer("yes", OTHER, client=mallory)
    assert form.row(OTHER).status == Status.OPTED_OUT
    assert [each.name for each in form.world.read(lambda s: contact.having(s, form.business, OTHER))] == ["Rosa"]


@pytest.mark.covers("X-13")
def test_a_no_through_a_personal_link_opts_out_every_number_of_the_client(form: Form) -> None:
    client = form.contact(CLIENT, OTHER)
    form.answer("yes", CLIENT, client=client)
    form.answer("yes", OTHER, client=client)
    form.answer("no", client=client)
    assert [form.row(number).status for number in (CLIENT, OTHER)] == [Status.OPTED_OUT, Status.OPTED_OUT]
    assert form.texts(OTHER)[-1] == "opt_out_confirmation"


@pytest.mark.covers("X-13", "H-12")
def test_a_no_through_a_personal_link_declines_where_nothing_was_agreed(form: Form) -> None:
    client = form.contact(CLIENT)
    form.answer("no", client=client)
    assert (form.row().status, form.texts()) == (Status.DECLINED, [])


@pytest.mark.covers("X-29")
def test_a_form_that_asks_for_a_reply_sends_one_request_and_waits(form: Form) -> None:
    form.asks_for_a_reply()
    form.answer("yes")
    form.answer("yes")
    assert (form.row().status, form.texts()) == (Status.REQUESTED, ["opt_in_request"])


def test_a_no_through_a_personal_link_cancels_the_request_that_waits(form: Form) -> None:
    client = form.contact(CLIENT)
    form.asks_for_a_reply()
    form.answer("yes", client=client)
    form.answer("no", client=client)
    assert form.row().status == Status.DECLINED


@pytest.mark.covers("P14")
@pytest.mark.parametrize(
    "limit",
    ["network_hour", "network_day", "prefix_hour", "prefix_day", "form_hour", "business_day", "region_hour",
     "installation_day"],
)  # fmt: skip
def test_each_limit_alone_turns_the_next_yes_into_a_claim_without_a_text(form: Form, limit: str) -> None:
    capped = form.with_caps(**{limit: 1})
    capped.answer("yes", CLIENT)
    capped.answer("yes", "+14155550133")
    assert form.texts(CLIENT) == ["opt_in_confirmation"]
    assert (form.row("+14155550133").status, form.texts("+14155550133")) == (Status.NONE, [])


@pytest.mark.covers("P14")
@pytest.mark.parametrize("limit", ["number_day", "number_month"])
def test_the_limits_of_a_number_count_over_all_businesses(form: Form, limit: str) -> None:
    capped = form.with_caps(**{limit: 1})
    capped.answer("yes")
    theirs = form.world.write(lambda session: made(session, form.world.other.id))
    Form(form.world, form.world.other.id, theirs, capped.caps).answer("yes")
    assert form.texts() == ["opt_in_confirmation"]


@pytest.mark.covers("P14")
def test_a_yes_under_a_limit_is_kept_as_a_claim(form: Form) -> None:
    """The thank-you page says to text START, which opens a claim (tests/messaging)."""
    capped = form.with_caps(network_hour=1)
    capped.answer("yes", CLIENT)
    capped.answer("yes", OTHER)
    assert (form.row(OTHER).is_claimed, form.kinds(OTHER)) == (True, [Kind.CLAIMED])


ATTACKS: dict[str, tuple[int, Callable[[int], tuple[str, str]]]] = {
    "one network, numbers all over the country": (5, lambda n: (f"+1415{300 + n}01{n:02}", "192.0.2.0/24")),
    "many networks, neighbouring numbers": (3, lambda n: (f"+14155550{100 + n}", f"10.0.{n}.0/24")),
    "many networks, one victim": (1, lambda n: (CLIENT, f"10.0.{n}.0/24")),
    "many networks, numbers all over the country": (20, lambda n: (f"+1415{300 + n}01{n:02}", f"10.0.{n}.0/24")),
}


@pytest.mark.covers("P14")
@pytest.mark.parametrize("attack", ATTACKS)
def test_an_attack_on_the_public_form_ends_at_the_limits_as_they_are_delivered(form: Form, attack: str) -> None:
    most, target = ATTACKS[attack]
    capped = replace(form, caps=Caps())
    targets = [target(n) for n in range(40)]
    for number, network in targets:
        assert capped.answer("yes", number, network=network) is not None
    assert sum(len(form.texts(number)) for number in {number for number, _ in targets}) == most


@pytest.mark.covers("P14")
def test_a_forwarded_personal_link_cannot_pump_texts_to_strangers(form: Form) -> None:
    """For numbers its contact does not have, the link's holder is anybody."""
    client = form.contact(CLIENT)
    capped = form.with_caps(network_hour=2)
    for last in range(40, 50):
        capped.answer("yes", f"+141555501{last}", client=client)
    opened = [last for last in range(40, 50) if form.texts(f"+141555501{last}")]
    assert len(opened) == 2


@pytest.mark.covers("P14")
def test_yes_and_no_in_turn_through_a_personal_link_end_at_five_confirmations_a_day(form: Form) -> None:
    client = form.contact(CLIENT)
    capped = form.with_caps(number_day=1)
    for _ in range(8):
        capped.answer("yes", client=client)
        capped.answer("no", client=client)
    assert form.texts().count("opt_in_confirmation") == 5


@pytest.mark.covers("H-15")
def test_an_unknown_number_becomes_a_contact_named_by_the_answers(form: Form) -> None:
    form.answer("yes")
    assert form.row().name == "Rosa"


def test_a_known_number_keeps_its_contact_whatever_name_is_typed(form: Form) -> None:
    client = form.contact(CLIENT, name="Mrs Delgado")
    form.answer("yes")
    assert (form.row().name, form.row().contact_id) == ("Mrs Delgado", client)


@pytest.mark.covers("rules 17")
def test_the_entry_holds_the_words_the_act_and_where_it_came_from(form: Form) -> None:
    form.answer("yes")
    evidence = form.entries()[0].evidence
    assert evidence["words"].startswith("By choosing Yes and entering my number")
    assert {name: evidence[name] for name in ("choice", "default", "number", "typed", "echo", "ip", "page_url")} == {
        "choice": "yes", "default": "none selected", "number": CLIENT, "typed": CLIENT, "echo": "+1 415 555 0132",
        "ip": "192.0.2.7", "page_url": "https://portal.example.com/f/x",
    }  # fmt: skip


@pytest.mark.covers("P11")
def test_the_ledger_of_many_answers_verifies(form: Form) -> None:
    client = form.contact(CLIENT)
    for choice, who in (("yes", ""), ("no", client), ("yes", ""), ("yes", client)):
        form.answer(choice, client=who)
    assert form.world.read(lambda s: verification.verify(s, form.business)).problem == ""


@pytest.mark.covers("P17", "P12", "X-13", "rules 16")
def test_whoever_was_erased_after_an_opt_out_is_not_texted_because_somebody_types_the_number(form: Form) -> None:
    client = form.contact(CLIENT)
    stop(form)
    form.world.write(
        lambda session: removal.erase(session, form.business, client, reason=Reason.ASKED, actor="member:alice")
    )
    form.answer("yes")
    assert (form.row().status, form.row().is_claimed, form.texts()) == (Status.OPTED_OUT, True, [])
    back = form.world.read(lambda session: contact.having(session, form.business, CLIENT)[0].id)
    form.answer("yes", client=back)
    assert form.row().status == Status.OPTED_IN
