"""The words of automatic texts: ours in three languages, a business's own, and what it costs to look for them."""

import re
from collections import Counter
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlmodel import Session

from portal.accounts import business as businesses
from portal.accounts.business import DEFAULT_PURPOSES, Business
from portal.accounts.language import Language
from portal.accounts.sender import SMS
from portal.compiled import Compiled
from portal.consent import reply, subscription
from portal.consent.reply import Meaning
from portal.contacts import contact
from portal.errors import Conflict, Invalid, NotFound
from portal.messaging import automatic_text, message, wording, wording_lint, wording_text
from portal.messaging.one_time_code import STARS
from portal.messaging.wording_default import DEFAULTS, NOTICES
from portal.messaging.wording_slot import EDITABLE, SLOTS, TWELVE
from portal.statement import Statement, param
from tests.messaging.conftest import CLIENT, Road

OWN = "{business}: goodbye. You are opted out, and START brings you back."
EVERY = [(language, key) for language in Language for key in EDITABLE if key not in TWELVE]
LABELS = [f"{language}-{key}" for language, key in EVERY]
_LAST = Statement(
    message.table.select()
    .where(message.table.c.subscription_id == param("subscription_id"), message.table.c.direction == "outbound")
    .order_by(message.table.c.id.desc())
)


def business(**particulars: Any) -> Business:
    known = {"name": "Hearth & Home Photography", "phone": "(415) 555-0100", "email": "hello@hearth.example"}
    return Business(slug="hearth", allowed_regions=["US"], capabilities=[], **(known | particulars))


def filled(key: str, language: Language, **particulars: Any) -> str:
    ours = business(**particulars)
    return wording_text.fill(DEFAULTS[language][key], wording_text.values(ours, language))


def own(road: Road, key: str, text: str | None, language: Language = Language.EN) -> Any:
    def work(session: Session) -> Any:
        found = businesses.get(session, road.business)
        return wording.save(session, found, EDITABLE[key], language, text, actor="member:x", ip="")

    return road.write(work)


@pytest.mark.covers("rules 10", "rules 11", "rules 12", "rules 29")
@pytest.mark.parametrize(("language", "key"), EVERY, ids=LABELS)
def test_our_own_words_pass_every_check_in_two_segments_at_most(language: Language, key: str) -> None:
    found = wording_lint.check(DEFAULTS[language][key], EDITABLE[key], language, business(language=language))
    assert (found.errors, found.warnings) == ((), ())
    assert (found.size.encoding, found.size.segments <= 2) == ("GSM-7", True)


def test_there_are_words_for_every_text_in_every_language_and_for_no_other() -> None:
    assert {language: list(texts) for language, texts in DEFAULTS.items()} == {
        language: list(EDITABLE) for language in Language
    }
    assert set(SLOTS) == {*EDITABLE, *NOTICES}


@pytest.mark.parametrize("language", list(Language))
def test_every_text_can_be_sent_where_neither_phone_nor_mail_is_known(language: Language) -> None:
    for key in EDITABLE:
        text = filled(key, language, phone="", email="")
        assert not re.search(r"[{}]|  |^ | $|\? *$", text), text


@pytest.mark.parametrize(("language", "key"), EVERY, ids=LABELS)
def test_what_a_text_tells_the_client_to_reply_is_understood(language: Language, key: str) -> None:
    """Each word in capitals means, in a reply, what the text says that it does."""
    meant = {"STOP": Meaning.OPT_OUT, "START": Meaning.START, "HELP": Meaning.HELP}
    meant |= dict.fromkeys(("YES", "SI", "OUI"), Meaning.YES)
    offered = set(re.findall(r"\b[A-Z]{2,}\b", DEFAULTS[language][key])) - {"SMS"}
    assert offered <= set(meant)
    for word in offered:
        assert reply.read(word, context="optin_pending").meaning is meant[word], word


plain_words = st.text(st.characters(exclude_characters="{}", exclude_categories=("Cs", "Cc")), max_size=40)
hostile = st.lists(st.sampled_from(["{code}", "{contact}", "{", "}", "{business}", "{purposes}", "{0}", "x"])).map(
    "".join
)


@pytest.mark.covers("M-15")
@given(name=plain_words, purposes=plain_words, phone=plain_words, email=plain_words)
def test_no_place_is_ever_left_in_a_filled_text(name: str, purposes: str, phone: str, email: str) -> None:
    for language, key in EVERY:
        text = filled(key, language, name=name, purposes=purposes, phone=phone, email=email)
        assert "{" not in text
        assert "}" not in text


@pytest.mark.covers("M-15", "P16")
@given(name=hostile, purposes=hostile, phone=hostile)
def test_what_fills_a_place_is_never_read_as_a_place(name: str, purposes: str, phone: str) -> None:
    """A business called {code} gets no code into its texts, and its texts say what it is called."""
    for language, key in EVERY:
        text = filled(key, language, name=name, purposes=purposes, phone=phone)
        assert text.count(STARS) == (1 if key == "form.code" else 0)
        assert name in text or not name.strip()


@pytest.mark.covers("M-15")
@given(
    pieces=st.lists(
        st.sampled_from([
            "{business}: ", "{ Purposes }", "about {purposes}", "{contact}", "{code}", "{client}", "{", "}", "<name>",
            "[date]", " STOP", " HELP", " START", "<Employee Name>", "< employee\n NAME>",
            "<EmployeeName>", "Msg frequency varies.", "Msg & data rates may apply. ", "opted out",
            "\n", "YES ", "{business}{business}", "{{business}}", "%s", "{business!r}", "{business.id}", "words ",
        ])
    ),
    key=st.sampled_from(list(EDITABLE)), language=st.sampled_from(list(Language)),
)  # fmt: skip
def test_words_that_pass_the_check_leave_no_place(pieces: list[str], key: str, language: Language) -> None:
    found = wording_lint.check("".join(pieces), EDITABLE[key], language, business())
    assert found.errors or not re.search(r"[{}<>]", found.filled)


@given(text=st.text(max_size=300), key=st.sampled_from(list(EDITABLE)), language=st.sampled_from(list(Language)))
def test_the_check_answers_for_any_text(text: str, key: str, language: Language) -> None:
    assert isinstance(wording_lint.check(text, EDITABLE[key], language, business()).errors, tuple)


@pytest.mark.parametrize(
    ("key", "language", "text", "sentence"),
    [
        ("opt_out.confirmation", "en", "{business}: goodbye. Reply START to come back.", "no more texts will come"),
        ("opt_out.confirmation", "es", "{business}: gracias. Responda START para volver.", "Se ha dado de baja"),
        ("opt_out.confirmation", "en", OWN + " Enjoy 10% off", "“10%” is advertising"),
        ("opt_out.confirmation", "fr", "{business}: désinscription confirmée. Cadeau: revenez!", "“cadeau” is adv"),
        ("clarification", "en", "{business}: texts are paused. Stop by, or START again.", "STOP in capitals"),
        ("clarification", "en", "{business}: texts are paused. STOP ends them.", "START in capitals"),
        ("form.request", "es", "{business}: SMS sobre {purposes}. Tarifas de datos. HELP, STOP.", "“responda SI”"),
        ("form.code", "en", "{business}: about x. YES. Msg & data rates apply. HELP. STOP.", "put {code}"),
        ("help", "en", "{business}: frequency varies. Msg & data rates may apply. STOP.", "reach a person"),
        ("help", "en", "{business}: {code} {contact} frequency. Msg & data rates. STOP.", "Nothing fills {code}"),
        ("opt_out.confirmation", "en", "{business} opted out", "at least 20"),
        ("opt_out.confirmation", "en", OWN + "x" * 300, "320 is the most"),
        ("opt_out.confirmation", "en", OWN + "\u202e", "cannot be seen (U+202E)"),
        ("opt_out.confirmation", "en", OWN + " <Employee Name>", "Nothing fills <Employee Name>"),
        ("opt_out.confirmation", "en", OWN + " <Employee>", "looks like a place"),
        ("opt_out.confirmation", "en", OWN + " https://tinyurl.com/x", "shortened links such as tinyurl.com"),
    ],
)
def test_what_may_not_go_out_is_named(key: str, language: str, text: str, sentence: str) -> None:
    name = {"opted out": "Hi"}.get(text.removeprefix("{business} "), "Hearth & Home Photography")
    found = wording_lint.check(text, EDITABLE[key], Language(language), business(name=name))
    assert [each for each in found.errors if sentence in each], found.errors
    assert len(found.errors) == 1


@pytest.mark.parametrize(
    ("language", "text", "sentence"),
    [
        ("en", "{business}: goodbye. You are opted out.", "START does that"),
        ("en", OWN.replace("goodbye", "goodbye 👋"), "“👋” is not in the GSM-7 alphabet"),
        ("en", OWN + " www.hearth.example", "filter texts with links"),
        ("en", OWN + " {questions}", "that place stays empty"),
        ("es", "{business}: se ha dado de baja de {purposes}. START.", "write it out instead"),
        ("en", OWN + " x" * 118, "Two are usual"),
    ],
)
def test_what_is_only_dear_or_doubtful_is_told_and_may_be_saved(language: str, text: str, sentence: str) -> None:
    ours = business(phone="", email="", purposes="your portraits")
    found = wording_lint.check(text, EDITABLE["opt_out.confirmation"], Language(language), ours)
    assert found.errors == ()
    assert [each for each in found.warnings if sentence in each], found.warnings


def test_dear_letters_in_the_name_are_told_as_such() -> None:
    found = wording_lint.check(OWN, EDITABLE["opt_out.confirmation"], Language.EN, business(name="Café Ánima"))
    assert found.size.encoding == "UCS-2"
    assert found.warnings == (
        "“Á” is not in the GSM-7 alphabet: a segment then holds 70 characters instead of 160. "
        "Your name or what you text about brings this in.",
    )


@pytest.mark.parametrize("text", ["Feel free to call us about your next session", "toll-free", "Wholesale", "promote"])
def test_usual_words_are_no_advertising(text: str) -> None:
    found = wording_lint.check(f"{OWN} {text}", EDITABLE["opt_out.confirmation"], Language.EN, business())
    assert found.errors == ()


def test_our_purposes_are_known_in_every_language_and_the_business_s_own_stay() -> None:
    assert "sus citas y proyectos" in filled("form.confirmation", Language.ES)
    assert DEFAULT_PURPOSES in filled("form.confirmation", Language.EN)
    assert "sobre your portraits." in filled("form.confirmation", Language.ES, purposes="your portraits")


@pytest.mark.covers("P16")
def test_a_client_s_name_gets_into_no_automatic_text(road: Road) -> None:
    def work(session: Session) -> None:
        subscription.lock(session, road.business, SMS, CLIENT)
        contact.create(session, road.business, name="{code} {business} Eve", email="", numbers=[CLIENT])

    road.write(work)
    road.says_yes()
    sent = road.send_all()
    for text in ("HELP", "stop please"):
        road.texts_us(text)
        sent += road.send_all()
    assert len(sent) == 3
    assert not any("{" in each or "Eve" in each or STARS in each for each in sent)


# versions


@pytest.fixture
def statements(monkeypatch: pytest.MonkeyPatch) -> Counter[str]:
    """How often each statement of the roads ran, by its SQL."""
    seen: Counter[str] = Counter()
    bind = Compiled.bind

    def counted(self: Compiled, values: Any) -> Any:
        seen[self.sql] += 1
        return bind(self, values)

    monkeypatch.setattr(Compiled, "bind", counted)
    return seen


def of_wordings(statements: Counter[str]) -> int:
    return sum(count for sql, count in statements.items() if re.search(r"\b(FROM|INTO) wording\b", sql))


def test_a_stop_of_a_business_without_own_words_asks_for_none(road: Road, statements: Counter[str]) -> None:
    road.says_yes()
    own(road, "help", None)
    statements.clear()
    road.texts_us("stop please")
    assert of_wordings(statements) == 0


def test_own_words_cost_a_stop_one_statement(road: Road, statements: Counter[str]) -> None:
    for number in (CLIENT, "+14155550133"):
        road.says_yes(number)
    statements.clear()
    road.texts_us("stop please")
    usual = statements.total()
    own(road, "opt_out.confirmation", OWN)
    own(road, "help", "{business}: {contact} frequency varies. Msg & data rates may apply. STOP ends it.")
    statements.clear()
    road.texts_us("stop please", "+14155550133")
    assert (statements.total() - usual, of_wordings(statements)) == (1, 1)
    assert road.send_all()[-1] == "Hearth Photography: goodbye. You are opted out, and START brings you back."


def test_versions_of_each_language_are_counted_for_themselves_and_kept(road: Road) -> None:
    own(road, "opt_out.confirmation", OWN)
    own(road, "opt_out.confirmation", OWN + " Bye.")
    french = "{business}: désinscription confirmée. START pour revenir."
    assert own(road, "opt_out.confirmation", french, Language.FR).number == 1
    assert own(road, "opt_out.confirmation", None).version == "opt_out.confirmation/en/default-1"

    def work(session: Session) -> Any:
        found = businesses.get(session, road.business)
        rows = wording.versions(session, found, EDITABLE["opt_out.confirmation"], Language.EN)
        return [(row.number, row.text) for row in rows], found.wordings

    kept, marks = road.database.read(work)
    assert kept == [(3, None), (2, OWN + " Bye."), (1, OWN)]
    assert marks == {"sms/opt_out.confirmation/fr": 1}


def test_a_text_may_go_out_in_another_language_than_the_business_s(road: Road) -> None:
    from portal.consent.purpose import Purpose

    def work(session: Session) -> Any:
        row = subscription.lock(session, road.business, SMS, CLIENT)
        automatic_text.queue(
            session, row, "help", purpose=Purpose.HELP, once_key="help:1", language=Language.FR
        )  # fmt: skip
        return _LAST.first(session, subscription_id=row.id)

    sent = road.write(work)
    assert sent.wording == "help/fr/default-1"
    assert sent.text.startswith("Hearth Photography: La fréquence peut varier.")


def test_words_that_lack_something_are_never_kept(road: Road) -> None:
    with pytest.raises(Invalid) as refused:
        own(road, "help", "{business}: hello, hello, hello")
    assert len(refused.value.fields["text"]) == 4
    with pytest.raises(NotFound):
        wording.editable(business(), "unknown")
    with pytest.raises(Conflict):
        wording.editable(business(), "notice.opted_in")
