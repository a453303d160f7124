"""A questionnaire as clients meet it: what the form is, and what it takes."""

import html
import re
from dataclasses import replace
from typing import Any

import pytest
from sqlmodel import Session
from starlette.testclient import TestClient

from portal.accounts import business as businesses
from portal.accounts.business import Capability
from portal.consent import ledger
from portal.consent.state import Status
from portal.contacts import contact
from portal.questionnaires import link
from portal.questionnaires import questionnaire as questionnaires
from tests.conftest import World
from tests.web.door import ALL, E164, NAME, NO, NUMBER, OPT_IN, YES, Door, made


def tags(text: str, name: str) -> list[str]:
    return re.findall(rf"<{name}\b[^>]*>", text)


@pytest.mark.covers("H-5", "H-6", "H-7", "H-9", "X-22", "rules 9")
def test_the_opt_in_question_is_a_choice_without_default_fixed_words_and_a_number(door: Door) -> None:
    block = re.search(r"<fieldset class=\"optin\".*?</fieldset>", door.page().text, re.S)
    assert block
    assert re.findall(r'\btype="(\w+)"', block[0]) == ["radio", "radio", "tel"]
    assert re.findall(r'value="(\w*)"', block[0]) == ["yes", "no", ""]
    assert "checked" not in block[0]


@pytest.mark.covers("H-8", "rules 10")
@pytest.mark.parametrize(
    "part",
    ["Hearth Photography", "text messages (SMS)", "automated", "your appointments and projects", "at this number",
     "Message frequency varies", "Message and data rates may apply", "Reply STOP", "HELP for help",
     "Consent is not a condition of purchase", "Privacy Policy", "SMS Terms"],
)  # fmt: skip
def test_the_words_beside_it_hold_every_part_that_carriers_look_for(door: Door, part: str) -> None:
    words = re.search(r'<p class="disclaimer"[^>]*>(.*?)</p>', door.page().text, re.S)
    assert words
    assert part in re.sub(r"<[^>]+>", "", words[1])


def test_every_visible_field_has_a_label(door: Door) -> None:
    text = door.page().text
    ids = [
        found[1]
        for each in tags(text, "input") + tags(text, "textarea")
        if (found := re.search(r'\bid="([^"]+)"', each))
    ]
    labelled = set(re.findall(r'<label for="([^"]+)"', text)) | {
        found[1]
        for each in re.findall(r'<label class="choice">(<input[^>]*>)', text)
        if (found := re.search(r'id="([^"]+)"', each))
    }
    assert set(ids) <= labelled


def test_the_form_posts_to_its_own_url(door: Door) -> None:
    form = tags(door.page().text, "form")
    assert len(form) == 1
    assert "action" not in form[0]


@pytest.mark.covers("X-22")
def test_a_personal_link_opens_the_same_form_for_its_client(door: Door) -> None:
    page = door.as_(door.contact(E164)).page()
    assert "For Rosa Delgado." in page.text
    assert E164 not in page.text
    assert "555-01" not in page.text


@pytest.mark.parametrize("personal", ["", "x", "ImMxIg.forged", "a" * 3000])
def test_a_broken_personal_link_is_told_so_and_not_taken_for_nobodys(door: Door, personal: str) -> None:
    answer = door.client.get(f"/f/{door.questionnaire.token}?c={personal}")
    assert (answer.status_code, "personal link is incomplete" in answer.text) == (404, True)


@pytest.mark.covers("P10")
def test_a_personal_link_of_another_business_opens_nothing(door: Door) -> None:
    def make(session: Session) -> str:
        theirs = made(session, door.site.other.id)
        stranger = contact.create(session, door.site.other.id, name="Theirs")
        return link.personal_url(door.site.secrets, "", theirs, stranger).partition("?c=")[2]

    assert replace(door, personal=door.site.write(make)).page().status_code == 404


@pytest.mark.covers("H-26")
def test_a_business_without_texting_has_no_form(door: Door) -> None:
    token = door.token()
    door.site.write(
        lambda session: businesses.grant(
            session, businesses.get(session, door.site.hearth.id), Capability.TEXTING, revoke=True
        )
    )
    assert (door.page().status_code, door.send(YES, token=token).status_code) == (404, 404)


def test_an_archived_form_is_closed_for_reading_and_for_sending(door: Door) -> None:
    token = door.token()
    door.site.write(
        lambda s: questionnaires.archive(s, questionnaires.get(s, door.site.hearth.id, door.questionnaire.id))
    )
    assert (door.page().status_code, door.send(YES, token=token).status_code) == (404, 404)
    assert door.submissions() == []


@pytest.mark.parametrize("path", ["/f/%00", "/f/nothing", "/embed/nothing", "/f/nothing/thanks", "/f/é"])
def test_an_address_that_names_nothing_is_a_plain_404(client: TestClient, site: World, path: str) -> None:
    assert client.get(path).status_code == 404


def test_no_cookie_is_set_on_any_public_page_even_beside_a_members_own(door: Door) -> None:
    door.client.cookies.set("__Host-id", door.site.alice.cookie, domain="portal.example.com")
    door.client.cookies.set("flash", "left over", domain="portal.example.com")
    sent = door.send(YES)
    answers = [
        door.page(),
        sent,
        door.client.get(sent.headers["location"]),
        door.send({}),
        door.client.get("/opt-in/hearth-photography"),
    ]
    assert [each.status_code for each in answers] == [200, 303, 200, 422, 200]
    assert [each.headers.get("set-cookie") for each in answers] == [None] * 5
    assert "Alice" not in "".join(each.text for each in answers)


@pytest.mark.covers("H-1", "H-2", "H-14", "rules 11")
def test_a_yes_stores_the_answers_opts_in_and_queues_one_confirmation(door: Door) -> None:
    assert door.send(YES).status_code == 303
    assert door.row().status == Status.OPTED_IN
    assert door.texts() == [(E164, "opt_in_confirmation")]


def test_every_kind_of_answer_is_kept_with_its_label(door: Door) -> None:
    typed = YES | {
        "q_email": " rosa@example.com ", "q_days": ["Saturday", "Sunday"], "q_guests": "None", "q_date": "2026-12-12",
        "q_call": "+1 (415) 555-0100 ext. 7", "q_note": "Two dogs.\r\nBoth shy.",
    }  # fmt: skip
    door.send(typed)
    assert [(each["label"], each["value"]) for each in door.submissions()[0].answers] == [
        ("Your name", "Rosa"), ("E-mail address", "rosa@example.com"), ("Which days?", ["Saturday", "Sunday"]),
        ("Guests?", "None"), ("When?", "2026-12-12"), ("A number to call", "+1 (415) 555-0100 ext. 7"),
        ("Anything else?", "Two dogs.\r\nBoth shy."), ("May we text you?", "yes"),
    ]  # fmt: skip


@pytest.mark.covers("H-11", "rules 9")
def test_an_optional_opt_in_question_may_stay_blank(door: Door) -> None:
    optional = door.site.write(
        lambda session: made(session, door.site.hearth.id, (NAME, replace(OPT_IN, required=False)))
    )
    other = replace(door, questionnaire=optional)
    assert other.send({"q_name": "Rosa"}).status_code == 303
    assert (other.submissions()[0].opt_in, other.texts()) == ("", [])


@pytest.mark.covers("H-11", "rules 9")
def test_a_required_opt_in_question_left_blank_is_an_error_on_the_question_and_stores_nothing(door: Door) -> None:
    answer = door.send({"q_name": "Rosa"})
    assert answer.status_code == 422
    assert 'id="q_optin-error"' in answer.text
    assert "Please choose Yes or No." in answer.text
    assert (door.submissions(), door.texts()) == ([], [])


@pytest.mark.covers("H-12", "X-12", "rules 9")
def test_a_required_question_is_answered_by_no(door: Door) -> None:
    assert door.send(NO).status_code == 303
    assert (door.submissions()[0].opt_in, door.texts()) == ("no", [])


@pytest.mark.covers("H-9", "rules 9")
def test_a_number_sent_along_with_a_no_is_nobodys_consent(door: Door) -> None:
    assert door.send(NO | {"q_optin_number": NUMBER}).status_code == 303
    assert (door.row(), door.texts()) == (None, [])
    assert E164 not in str(door.submissions()[0].answers)


@pytest.mark.covers("H-13", "rules 8", "rules 9")
@pytest.mark.parametrize(
    ("number", "says"),
    [
        ("", "Please enter your mobile phone number."),
        ("   ", "Please enter your mobile phone number."),
        ("555-0132", "include the area code"),
        ("(415) 555-0132 x12", "extension"),
        ("(415) 555-CARD", "without letters"),
        ("415 555 0132 / 415 555 0147", "one phone number"),
        ("911", "Emergency"),
        ("1-800-555-0199", "Toll-free"),
        ("+1 876 555 0123", "that country"),
        ("+882 16 5555 0123", "mobile number"),
        ("+1 202 555 0199", "our own number"),
        ("<script>alert(1)</script>", "number"),
        ("4" * 60, "number"),
    ],
)
def test_a_yes_needs_a_number_we_may_text_and_keeps_everything_typed(door: Door, number: str, says: str) -> None:
    answer = door.send(YES | {"q_email": "rosa@example.com", "q_optin_number": number})
    error = re.search(r'id="q_optin-number-error">.*?<span>(.*?)</span>', answer.text, re.S)
    assert answer.status_code == 422
    assert error
    assert says in html.unescape(error[1])
    assert 'value="rosa@example.com"' in answer.text
    assert re.search(r'value="yes"[^>]* checked', answer.text)
    assert (door.submissions(), door.texts()) == ([], [])


@pytest.mark.covers("H-4", "rules 8", "P13")
@pytest.mark.parametrize(
    "spelling",
    ["4155550132", "415-555-0132", "+1 415 555 0132", "1 (415) 555.0132", "\u202a+1\u00a0415\u2011555\u20110132\u202c",
     "４１５５５５０１３２", "  415 555 0132\t"],
)  # fmt: skip
def test_every_spelling_is_the_same_number(door: Door, spelling: str) -> None:
    door.send(YES)
    door.send(YES | {"q_optin_number": spelling})
    assert door.texts() == [(E164, "opt_in_confirmation")]


@pytest.mark.parametrize(
    ("typed", "place"),
    [
        ({"q_name": ""}, "q_name"), ({"q_name": "x" * 501}, "q_name"),
        ({"q_email": "not an address"}, "q_email"), ({"q_email": "a@b"}, "q_email"),
        ({"q_email": "a@" * 300}, "q_email"), ({"q_days": ["Monday"]}, "q_days"),
        ({"q_guests": "Many"}, "q_guests"), ({"q_date": "tomorrow"}, "q_date"),
        ({"q_date": "2026-02-30"}, "q_date"), ({"q_date": "20261212"}, "q_date"), ({"q_call": "call me"}, "q_call"),
        ({"q_call": "1" + " " * 5000 + "2"}, "q_call"), ({"q_note": "x" * 5001}, "q_note"),
        ({"q_optin": "maybe"}, "q_optin"),
        ({"q_optin": "YES"}, "q_optin"),
    ],
)  # fmt: skip
def test_what_cannot_be_an_answer_gets_a_sentence_at_its_field(door: Door, typed: dict[str, Any], place: str) -> None:
    answer = door.send(YES | typed)
    assert answer.status_code == 422
    assert f'id="{place}-error"' in answer.text
    assert door.submissions() == []


@pytest.mark.covers("P16")
@pytest.mark.parametrize(
    "hostile",
    ["<script>alert(1)</script>", '"><img src=x onerror=alert(1)>', "{{ 7*7 }}", "=cmd|' /C calc'!A0", "\u202egnp.exe",
     "\ud83d\ude00" * 5, "a\u0001b\u0007c", "%s%n", "'; DROP TABLE contact; --"],
)  # fmt: skip
def test_hostile_text_is_only_text(door: Door, hostile: str) -> None:
    """It is kept, without control characters, and comes back escaped."""
    hostile = hostile.encode("utf-16", "surrogatepass").decode("utf-16")
    again = door.send({"q_name": hostile, "q_note": hostile}).text
    assert "<script>alert" not in again
    assert "<img src=x" not in again
    assert door.send(YES | {"q_name": hostile, "q_note": hostile}).status_code == 303
    kept = door.submissions()[0].answers[0]["value"]
    assert kept == hostile.replace("\u0001", "").replace("\u0007", "").strip()


@pytest.mark.covers("H-8")
def test_other_words_for_the_disclaimer_are_ignored(door: Door) -> None:
    door.send(YES | {"disclaimer": "I agree to everything", "words": "x", "q_optin_disclaimer": "x"})
    entry = door.site.read(lambda s: ledger.entries(s, door.site.hearth.id, door.row().id))[0]
    assert entry.evidence["words"].startswith(
        "By choosing Yes and entering my number, I agree to receive text messages"
    )


def test_fields_that_nobody_asked_for_are_not_kept(door: Door) -> None:
    door.send(YES | {"q_other": "x", "contact_id": "y", "business_id": "z"})
    assert [each["question"] for each in door.submissions()[0].answers] == [each.id for each in ALL]


@pytest.mark.parametrize("fields", [1200, 30000])
def test_a_form_with_thousands_of_fields_is_refused(door: Door, fields: int) -> None:
    answer = door.client.post(door.url, data={f"f{n}": "" for n in range(fields)})
    assert answer.status_code in (400, 413)
