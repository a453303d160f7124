"""What the question about marketing does to consent: only a Yes to both reaches so far, and only for who may say it."""

import pytest
import sqlalchemy as sa
from sqlmodel import Session

from portal.accounts.sender import SMS
from portal.consent import ledger, subscription
from portal.consent.disclaimer import Disclaimer
from portal.consent.purpose import Purpose, covers
from portal.consent.state import Kind, Origin, Proof, Status
from portal.messaging import marketing_text, message
from portal.questionnaires.questionnaire import Confirmation
from portal.statement import Statement, param
from tests.questionnaires.conftest import CLIENT, OTHER, Form
from tests.questionnaires.test_choice import stop

pytestmark = pytest.mark.covers("rules 15")
_TEXTS = Statement(
    sa.select(message.table.c.text)
    .where(message.table.c.number == param("number"), message.table.c.direction == "outbound")
    .order_by(message.table.c.created_at, message.table.c.id)
)


def said(form: Form, number: str = CLIENT) -> list[str]:
    return [row.text for row in form.world.read(lambda session: _TEXTS.rows(session, number=number))]


def narrow(form: Form) -> None:
    """The client keeps reminders and ends marketing, on their own page."""

    def work(session: Session) -> None:
        row = subscription.lock(session, form.business, SMS, CLIENT)
        ledger.record(
            session, row, Kind.OPTED_IN, origin=Origin.PORTAL, proof=Proof.PERSONAL_LINK, actor="client",
            scope="informational", evidence={"words": "Also reminders and updates"},
        )  # fmt: skip

    form.world.write(work)


@pytest.mark.covers("H-8", "rules 9", "rules 17")
@pytest.mark.parametrize(("offers", "scope"), [("yes", "marketing"), ("no", "informational"), ("", "informational")])
def test_only_a_yes_to_both_reaches_to_marketing_and_both_blocks_are_kept(form: Form, offers: str, scope: str) -> None:
    form.answer("yes", offers=offers)
    entry = form.entries()[-1]
    assert (form.row().scope, entry.scope) == (scope, scope)
    kept = entry.evidence["marketing"]
    assert (kept["choice"], kept["default"], kept["question"]) == (offers, "none selected", "Offers too?")
    assert "marketing and promotional" in kept["words"]
    assert "marketing" not in entry.evidence["words"]
    shown = form.world.read(lambda session: session.get(Disclaimer, kept["wording_version"]))
    assert (shown.text, kept["wording_version"] != entry.evidence["wording_version"]) == (kept["words"], True)


def test_the_confirmation_says_so(form: Form) -> None:
    form.answer("yes", offers="yes")
    form.answer("yes", OTHER, offers="no")
    assert said(form)[0].endswith(" This includes marketing and promotional texts.")
    assert "marketing" not in said(form, OTHER)[0]


def test_a_later_yes_to_marketing_widens_the_consent_and_is_confirmed_once(form: Form) -> None:
    form.answer("yes")
    form.answer("yes", offers="yes")
    form.answer("yes", offers="yes")
    assert (form.row().scope, form.texts()) == ("marketing", ["opt_in_confirmation", "opt_in_confirmation"])


def test_a_later_no_to_marketing_keeps_the_reminders(form: Form) -> None:
    form.answer("yes", offers="yes")
    form.answer("yes", offers="no")
    assert (form.row().status, form.row().scope, len(form.texts())) == (Status.OPTED_IN, "informational", 1)


def test_a_form_that_does_not_ask_leaves_marketing_and_names_the_entry_it_rests_on(form: Form) -> None:
    form.answer("yes", offers="yes")
    first = form.entries()[-1].seq
    form.answer("yes")
    assert (form.row().scope, form.entries()[-1].evidence["continues_entry"]) == ("marketing", first)


@pytest.mark.covers("X-13")
def test_what_a_client_ended_themselves_nobody_begins_again_by_typing_their_number(form: Form) -> None:
    client = form.contact(CLIENT)
    form.answer("yes", offers="yes")
    narrow(form)
    form.answer("yes", offers="yes")
    assert (form.row().scope, form.texts()) == ("informational", ["opt_in_confirmation"])
    form.answer("yes", offers="yes", client=client)
    assert form.row().scope == "marketing"


@pytest.mark.covers("H-15")
def test_a_stop_ends_both_and_start_brings_back_reminders_alone(form: Form) -> None:
    form.answer("yes", offers="yes")
    stop(form)
    assert (form.row().status, form.row().scope) == (Status.OPTED_OUT, None)

    def start(session: Session) -> None:
        row = subscription.lock(session, form.business, SMS, CLIENT)
        ledger.record(session, row, Kind.OPTED_IN, origin=Origin.REPLY, proof=Proof.HANDSET, actor="client")

    form.world.write(start)
    assert form.row().scope == "informational"
    assert not covers(form.row().scope, Purpose.MARKETING)


@pytest.mark.covers("X-29")
@pytest.mark.parametrize("confirmation", [Confirmation.REPLY, Confirmation.CODE])
def test_where_the_handset_confirms_the_request_names_marketing(form: Form, confirmation: Confirmation) -> None:
    form.asks_for(confirmation)
    form.answer("yes", offers="yes")
    assert [marketing_text.is_asked(each) for each in said(form)] == [True]
    assert form.row().status == Status.REQUESTED


@pytest.mark.covers("X-29")
def test_where_the_handset_confirms_nobody_widens_by_typing_a_number(form: Form) -> None:
    form.answer("yes")
    form.asks_for(Confirmation.REPLY)
    form.answer("yes", offers="yes")
    assert (form.row().scope, form.texts()) == ("informational", ["opt_in_confirmation"])
