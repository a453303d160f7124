"""What has been kept for long enough goes at night, and nothing younger; the ledger verifies, and No stays No."""

import datetime as dt
import random

import pytest
import sqlalchemy as sa
from sqlmodel import Session

from portal.accounts.audit import AuditEntry
from portal.accounts.sender import SMS
from portal.column import table_of
from portal.consent import dropped_field, ledger, legal_hold, subscription, suppression
from portal.consent.state import Kind
from portal.contacts import contact
from portal.erasure import removal
from portal.erasure.reason import Reason
from portal.messaging import message, provider_event, word_search
from portal.retention import mark, nightly, period, run
from portal.retention.period import Kind as What
from tests.retention.conftest import IP, A, B, C, Years

GONE = "The text was deleted after 24 months."


def hold(years: Years, row_id: str | None) -> None:
    years.write(lambda session: legal_hold.place(session, years.home, row_id, reason="A letter", actor="operator"))


def end(years: Years, row_id: str | None) -> None:
    years.write(lambda session: legal_hold.end(session, years.home, row_id, reason="Settled", actor="operator"))


def choose(years: Years, kind: What, length: int) -> None:
    years.write(lambda session: period.choose(session, years.home, kind, length, actor="member:x"))


def found(years: Years, words: str) -> bool:
    hits = years.read(lambda session: word_search.find(session, years.home, words))
    return bool(hits.hits)


@pytest.mark.covers("rules 16", "rules 17")
def test_the_words_of_a_text_go_after_two_years_with_their_place_in_the_list_and_the_search(years: Years) -> None:
    old = years.texts("Zanzibar at noon")
    years.later(10)
    young = years.texts("Marmalade", B)
    assert found(years, "zanzibar")
    years.later(723)
    years.night()
    assert (years.text(old), years.text(young)) == (GONE, "Marmalade")
    assert (found(years, "zanzibar"), found(years, "marmalade")) == (False, True)
    rows = years.of(subscription.table, "number", "last_message_text")
    assert sorted(map(tuple, rows)) == [(A, GONE), (B, "Marmalade")]


@pytest.mark.covers("P11", "rules 17")
def test_an_ip_address_goes_after_90_days_and_the_ledger_verifies(years: Years) -> None:
    old = years.says(Kind.OPTED_IN)
    years.later(60)
    young = years.says(Kind.OPTED_OUT)
    years.later(31)
    years.night()
    before, after = years.entry(old), years.entry(young)
    assert "ip" not in before.evidence
    assert "ip" not in before.salts
    assert (before.evidence["words"], "ip" in before.commitments) == ("Yes, please", True)
    assert after.evidence["ip"] == IP
    assert years.problem() == ""


@pytest.mark.covers("P11", "rules 17")
@pytest.mark.parametrize("young", [False, True])
def test_nobody_else_takes_an_ip_address_out_unseen(years: Years, young: bool) -> None:
    """Past the trigger, as whoever owns the database can: the seal says up to when a field may be missing."""
    years.says(Kind.OPTED_IN)
    years.later(91)
    if young:
        years.night()
    seq = years.says(Kind.OPTED_OUT)

    def work(session: Session) -> None:
        dropped_field.drop_ip(session, years.home, [seq], through=years.now + dt.timedelta(days=1))
        session.execute(sa.update(dropped_field.table).values(seal="0" * 64))

    years.write(work)
    assert "“ip” was removed" in years.problem()


@pytest.mark.covers("rules 17")
@pytest.mark.parametrize("what", ["too young", "other name", "value changed"])
def test_the_database_itself_lets_nothing_else_of_an_entry_go(years: Years, what: str) -> None:
    seq = years.says(Kind.OPTED_IN)
    years.later(91)
    years.night()
    young = years.says(Kind.OPTED_OUT)
    entry = years.entry(young if what == "too young" else seq)
    evidence = {**entry.evidence}
    evidence.pop("ip" if what == "too young" else "words" if what == "other name" else "nothing", None)
    if what == "value changed":
        evidence["words"] = "No"
    salts = {name: salt for name, salt in entry.salts.items() if name in evidence}
    e = ledger.table
    query = sa.update(e).where(e.c.business_id == years.home, e.c.seq == entry.seq)
    with pytest.raises(sa.exc.DBAPIError, match="never changed"):
        years.write(lambda session: session.execute(query.values(evidence=evidence, salts=salts)))


@pytest.mark.covers("X-12", "rules 16")
def test_raw_events_go_after_90_days_and_a_repetition_is_still_one(years: Years) -> None:
    years.texts("hello")
    [(event_id,)] = years.of(provider_event.table, "event_id")
    years.later(91)
    years.texts("again", B)
    years.night()
    raws = [bytes(raw) for (raw,) in years.of(provider_event.table, "raw")]
    assert sorted(map(bool, raws)) == [False, True]
    assert not years.write(lambda session: provider_event.keep(session, years.home, "twilio", event_id, b"x"))


def test_the_audit_keeps_networks_after_90_days_and_forgets_sign_ins_after_13_months(years: Years) -> None:
    years.notes("sign_in.proved")
    years.notes("contact.changed", "2001:db8:1:2:3::4")
    years.later(91)
    years.night()
    audit = table_of(AuditEntry)
    kept = years.of(audit, "action", "ip")
    assert {"203.0.113.0/24", "2001:db8:1:2::/64"} <= {row.ip for row in kept}
    years.later(320)
    years.night()
    actions = [row.action for row in years.of(audit, "action")]
    assert ("sign_in.proved" in actions, "contact.changed" in actions) == (False, True)


def test_answers_stay_until_an_owner_says_otherwise(years: Years) -> None:
    old = years.answers()
    years.later(800)
    years.night()
    assert years.answers_of(old)
    choose(years, What.ANSWERS, 12)
    young = years.answers()
    years.later(1)
    years.night()
    assert (years.answers_of(old), bool(years.answers_of(young))) == ([], True)


def test_a_shorter_period_counts_from_the_next_night_and_a_longer_one_at_once(years: Years) -> None:
    old = years.texts("hello")
    years.later(400)
    choose(years, What.TEXTS, 12)
    years.night()
    assert years.text(old) == "hello"
    choose(years, What.TEXTS, 24)
    years.later(1)
    choose(years, What.TEXTS, 12)
    choose(years, What.TEXTS, 36)
    years.night()
    assert years.text(old) == "hello"
    choose(years, What.TEXTS, 12)
    years.later(1)
    years.night()
    assert years.text(old) == "The text was deleted after 12 months."


@pytest.mark.covers("P17", "rules 17")
def test_a_number_on_hold_keeps_everything_until_the_hold_ends(years: Years) -> None:
    text, seq, sent = years.texts("hello"), years.says(Kind.OPTED_IN), years.answers(A)
    other = years.texts("other", B)
    choose(years, What.ANSWERS, 6)
    row_id = years.row_id()
    hold(years, row_id)
    years.later(1000)
    years.night()
    [last] = years.read(lambda session: run.latest(session, years.home, limit=1))
    assert last.spared >= 4
    assert (years.text(text), years.text(other)) == ("hello", GONE)
    assert years.entry(seq).evidence["ip"] == IP
    assert years.answers_of(sent)
    assert sum(bool(raw) for (raw,) in years.of(provider_event.table, "raw")) == 1
    end(years, row_id)
    years.later(1)
    years.night()
    assert (years.text(text), years.answers_of(sent)) == (GONE, [])
    assert "ip" not in years.entry(seq).evidence
    assert not any(raw for (raw,) in years.of(provider_event.table, "raw"))
    assert years.problem() == ""


@pytest.mark.covers("rules 17")
def test_a_reply_in_doubt_keeps_its_number_until_it_is_settled(years: Years) -> None:
    text = years.texts("maybe stop")
    years.says(Kind.REVIEW_OPENED)
    years.later(800)
    years.night()
    assert years.text(text) == "maybe stop"
    years.says(Kind.OPTED_OUT)
    years.later(1)
    years.night()
    assert years.text(text) == GONE


def test_a_hold_on_the_business_stops_the_night_and_the_audit_says_so(years: Years) -> None:
    text = years.texts("hello")
    hold(years, None)
    years.later(800)
    years.night()
    assert years.text(text) == "hello"
    audit = table_of(AuditEntry)
    [(details,)] = years.read(
        lambda session: session.execute(sa.select(audit.c.details).where(audit.c.action == "retention.ran")).all()
    )
    assert (details["stopped_by"], details["gone"]) == ("legal_hold", {})
    end(years, None)
    years.later(1)
    years.night()
    assert years.text(text) == GONE


def test_the_audit_says_what_kind_how_many_and_up_to_when_and_nobody(years: Years) -> None:
    years.texts("Zanzibar")
    years.later(800)
    years.night()
    audit = table_of(AuditEntry)
    query = sa.select(audit).where(audit.c.action == "retention.ran")
    [row] = years.read(lambda session: session.execute(query).all())
    assert row.details["gone"] == {"texts": 1, "events": 1}
    assert row.details["up_to"].startswith("2029-01")
    assert A not in str(row)


def test_a_night_is_owed_once_for_each_day_of_the_business(years: Years) -> None:
    years.night()
    assert years.read(nightly.owed) == []
    years.now = years.now.replace(hour=23)  # 18:00 where the business is
    assert years.read(nightly.owed) == []
    years.now += dt.timedelta(hours=9)
    assert len(years.read(nightly.owed)) == 2
    years.night()
    years.later(-3)  # a clock that jumps back begins no other night
    assert years.read(nightly.owed) == []


def test_a_night_begins_where_the_last_one_stopped(years: Years) -> None:
    """Or a million texts would be walked every night."""
    years.texts("hello")
    years.later(800)
    years.night()
    place = years.read(lambda session: mark.read(session, years.home, "texts"))
    assert place != mark.Place()
    years.later(1)
    years.night()
    assert years.read(lambda session: mark.read(session, years.home, "texts")) == place


@pytest.mark.covers("P11", "P12", "P17", "rules 16", "rules 17")
@pytest.mark.parametrize("seed", [1, 2])
def test_over_five_years_nothing_younger_goes_and_no_stays_no(years: Years, seed: int) -> None:
    """Random acts and nights; then the whole is compared with the rule, entry by entry and text by text."""
    chance, texts, entries = random.Random(seed), dict[str, dt.datetime](), dict[int, dt.datetime]()
    years.write(lambda session: contact.create(session, years.home, name="Ann", numbers=[C]))
    for _ in range(24):
        number = chance.choice([A, B])
        if chance.random() < 0.5:
            texts[years.texts(f"word{len(texts)}", number)] = years.now
        else:
            entries[years.says(chance.choice([Kind.OPTED_IN, Kind.OPTED_OUT]), number)] = years.now
        years.later(chance.uniform(40, 110))
        if chance.random() < 0.3:
            years.night()
    years.says(Kind.OPTED_OUT, C)
    ann = years.read(lambda session: subscription.find(session, years.home, SMS, C)).contact_id
    years.write(
        lambda session: removal.erase(session, years.home, ann, reason=Reason.ASKED, actor="operator")
    )  # fmt: skip
    seen = years.read(lambda session: session.scalar(sa.select(sa.func.count()).select_from(provider_event.table)))
    years.later(1)
    years.night()
    assert years.now.year >= 2030
    start = period.months_before(years.now, 24)
    assert {each for each in texts if years.text(each) == GONE} == {each for each in texts if texts[each] < start}
    kept = years.now - dt.timedelta(days=90)
    assert {seq for seq in entries if "ip" not in years.entry(seq).evidence} == {
        seq for seq in entries if entries[seq] < kept
    }
    assert years.problem() == ""
    assert years.read(lambda session: suppression.find(session, years.home, C)) is not None
    now_seen = years.read(lambda session: session.scalar(sa.select(sa.func.count()).select_from(provider_event.table)))
    assert now_seen == seen
    assert years.read(lambda session: session.scalar(sa.select(sa.func.count()).select_from(message.table))) == len(
        texts
    )
