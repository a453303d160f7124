"""The pack is made of what is really switched on, within the lengths that registries take."""

import json

import pytest

from portal.registration import check, clause, pack, written
from portal.registration.live import Form, Text
from portal.registration.number import Number
from tests.registration.good import NUMBER, REQUEST, TOLL_FREE, URL, WORDS, business, good, live

pytestmark = pytest.mark.covers("rules 28")
BOUNDS = [("description", 40, 4096), ("message_flow", 40, 2048)]


@pytest.mark.parametrize(("name", "least", "most"), BOUNDS)
@pytest.mark.parametrize("forms", [1, 40])
def test_texts_keep_the_lengths_that_fields_take(name: str, least: int, most: int, forms: int) -> None:
    many = tuple(Form(f"Questionnaire number {n}", f"{URL}/f/{n:022}") for n in range(forms))
    texts = tuple(Text(str(n), f"A rule with a rather long name {n}", "Hello {name}.") for n in range(60))
    found = pack.of(live(forms=many, automations=texts))
    assert least <= len(getattr(found, name)) <= most
    assert 2 <= len(found.samples) <= 5


def test_the_flow_names_each_form_quotes_the_words_and_counts_what_has_no_room() -> None:
    many = tuple(Form(f"Questionnaire number {n}", f"{URL}/f/{n:022}") for n in range(40))
    flow = pack.of(live(forms=many)).message_flow
    assert f"{URL}/f/{0:022}" in flow
    assert good().disclaimer in flow
    assert "more with the same question" in flow
    assert f"{URL}/opt-in/hearth-photography" in flow


def test_a_way_that_is_off_is_not_told() -> None:
    flow = pack.of(live()).message_flow
    assert not any(each in flow for each in ("First message", "Invitation", "WhatsApp"))


def test_every_way_that_is_on_is_told_with_its_words() -> None:
    gate = business(has_first_message_gate=True)
    asks = WORDS | {"mo.request.client": REQUEST, "mt.request.client": f"You wrote to us. {REQUEST}"}
    flows = (Text("f1", "Sample", "{business}: may we text you? Reply Y Yes N No."),)
    found = pack.of(live(gate, words=asks, flows=flows, has_whatsapp=True))
    assert all(each in found.message_flow for each in (REQUEST, "You wrote to us.", "Invitation", "WhatsApp"))
    assert [each.kind for each in found.ways] == ["form", "business_first", "client_first", "invitation", "whatsapp"]


@pytest.mark.parametrize("forms", [1, 40])
def test_the_question_about_offers_is_told_with_its_words_where_there_is_room(forms: int) -> None:
    asks = tuple(Form(f"Questionnaire number {n}", f"{URL}/f/{n:022}", asks_offers=True) for n in range(forms))
    found = pack.of(live(forms=asks))
    assert "marketing and promotional text messages (SMS)" in found.offers
    assert "Marketing is asked for apart" in found.message_flow
    assert found.offers in found.message_flow
    assert len(found.message_flow) <= 2048
    assert pack.of(live()).offers == ""


def test_a_form_without_the_question_is_no_way_of_opting_in() -> None:
    bare = Form("Call me", f"{URL}/f/bare", has_opt_in=False)
    found = pack.of(live(forms=(bare,)))
    assert found.ways == ()
    assert f"{URL}/f/bare" not in found.message_flow


def test_samples_are_what_goes_out_with_brackets_for_what_is_filled_in() -> None:
    texts = [each.text for each in good().samples]
    assert texts[0] == WORDS["form.confirmation"]
    assert texts[1] == "Hello [first name], Hearth Photography sees you [day]. Reply STOP to opt out."


@pytest.mark.parametrize(
    ("text", "links", "phone"),
    [("See you soon.", False, False), ("Directions: hearth.example.com/way", True, False),
     ("Call us on (415) 555-0100.", False, True)],
)  # fmt: skip
def test_links_and_phone_numbers_in_texts_are_declared(text: str, links: bool, phone: bool) -> None:
    found = pack.of(live(automations=(Text("a", "One", text),)))
    assert (found.has_embedded_links, found.has_embedded_phone) == (links, phone)


def test_the_link_to_texting_choices_is_a_link() -> None:
    assert pack.of(live(business(has_preference_links=True))).has_embedded_links


@pytest.mark.parametrize(
    ("number", "kind"),
    [(NUMBER, "10dlc"), (TOLL_FREE, "toll_free"), (Number("a", "+447700900123", "sinch"), "abroad"),
     (Number("b", "+14155550100", "rehearsal"), "rehearsal")],
)  # fmt: skip
def test_each_kind_of_number_is_told_what_it_is_asked(number: Number, kind: str) -> None:
    assert number.kind == kind
    assert number.asks


def test_the_clauses_say_all_that_reviewers_look_for() -> None:
    found = good()
    privacy, terms = clause.written(found.privacy), clause.written(found.terms)
    assert "No mobile information will be shared with third parties/affiliates for marketing/promotional" in privacy
    assert "not shared with any third parties" in privacy
    wanted = (
        "Message frequency varies", "Message and data rates may apply", "Reply STOP", "Reply HELP", "(415) 555-0100",
        "Carriers are not liable", "not a condition of purchase", found.privacy_url,
    )  # fmt: skip
    assert [part for part in wanted if part not in terms] == []


def test_own_keywords_stand_behind_the_built_in_ones() -> None:
    found = pack.of(live(business(opt_out_words=["ENDE"], opt_in_words=["JA"])))
    assert (found.opt_out.keywords[0], found.opt_out.keywords[-1]) == ("STOP", "ENDE")
    assert (found.opt_in.keywords[0], found.opt_in.keywords[-1]) == ("YES", "JA")


def test_the_files_hold_the_whole_pack() -> None:
    found = good()
    text = written.of(found, check.of(found))
    for part in (found.description, found.message_flow, found.opt_out.text, found.proof_url, "[x] 30544"):
        assert part in text
    assert json.loads(json.dumps(pack.plain(found)))["message_flow"] == found.message_flow
