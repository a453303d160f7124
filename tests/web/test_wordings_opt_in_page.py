"""Setting up what asks before the first text: the twelve on each channel, keywords, tidy prefixes, and a branch."""

from typing import Any

import pytest
import sqlalchemy as sa
from sqlmodel import Session, select

from portal.accounts import business as businesses
from portal.accounts.audit import AuditEntry
from portal.accounts.business import Business, Capability
from tests.conftest import as_member
from tests.web.scene import Scene, words

HERE = "/settings/wordings"
EDIT, KEYWORDS, PREFIXES = f"{HERE}/edit", f"{HERE}/keywords", f"{HERE}/prefixes"
ASKS = "<Employee Name> of {business} asks to text you. Reply YES or STOP. HELP for help. Msg & data rates may apply."


def change(scene: Scene, **policy: Any) -> None:
    def work(session: Session) -> None:
        businesses.change_policy(session, businesses.get(session, scene.site.hearth.id), **policy)

    scene.site.write(work)


def hearth(scene: Scene) -> Business:
    found: Business = scene.site.read(lambda session: businesses.get(session, scene.site.hearth.id))
    return found


def save(scene: Scene, text: str = ASKS, key: str = "mo.request.client", **more: str) -> Any:
    return scene.client.post(EDIT, data={"key": key, "language": "en", "text": text, **more})


@pytest.mark.covers("M-5", "M-7", "X-1", "X-7")
def test_the_twelve_stand_in_two_columns_and_each_can_be_worded(scene: Scene) -> None:
    scene.alice()
    markup = scene.client.get(HERE).text
    shown = words(markup)
    assert shown.index("MO (you text first)") < shown.index("MT (client texts first)")
    assert markup.count("key=mo.") == markup.count("key=mt.") == 6
    assert "[Auto Message] Alice" in shown, "the preview has a member's name in it"
    assert "<Employee Name>" not in shown
    assert save(scene).status_code == 303
    assert save(scene, "Your contact said yes to {business}.", "mt.accepted.user").status_code == 303
    assert hearth(scene).wordings == {"sms/mo.request.client/en": 1, "sms/mt.accepted.user/en": 1}


@pytest.mark.covers("M-6", "M-14")
def test_what_was_not_granted_is_neither_shown_nor_there(scene: Scene) -> None:
    scene.alice()
    assert "WhatsApp" not in words(scene.client.get(HERE).text)
    assert scene.client.get(HERE, params={"channel": "whatsapp"}).status_code == 404
    assert save(scene, channel="whatsapp").status_code == 404
    change(scene, capabilities=[str(Capability.TEXTING)])
    assert "MO (you text first)" not in words(scene.client.get(HERE).text)
    assert scene.client.get(EDIT, params={"key": "mo.request.client"}).status_code == 404
    assert save(scene).status_code == 404
    assert hearth(scene).wordings == {}


@pytest.mark.covers("M-14", "X-30")
def test_whatsapp_has_words_and_a_template_of_its_own(scene: Scene) -> None:
    scene.alice()
    change(scene, has_whatsapp=True)
    on_whatsapp = {"channel": "whatsapp", "template_language": "en_US"}
    refused = save(scene, template="Opt in!", **on_whatsapp)
    assert refused.status_code == 422
    assert "small letters, digits and underscores" in words(refused.text)
    answer = save(scene, template="opt_in_request", **on_whatsapp)
    assert answer.headers["location"] == f"{EDIT}?key=mo.request.client&language=en&channel=whatsapp"
    editor = scene.client.get(answer.headers["location"]).text
    assert 'value="opt_in_request"' in editor
    assert "{{1}} of {{2}} asks to text you." in words(editor), "what to get approved"
    assert "template opt_in_request" in words(scene.client.get(HERE, params={"channel": "whatsapp"}).text)
    assert hearth(scene).wordings == {"whatsapp/mo.request.client/en": 1}
    other = scene.client.get(EDIT, params={"key": "mt.request.client", "channel": "whatsapp"}).text
    assert 'name="template"' not in other, "it only answers a client, within the 24 hours"


@pytest.mark.covers("M-15", "X-4", "X-25")
def test_a_notice_is_previewed_as_a_line_and_a_text_with_its_lint(scene: Scene) -> None:
    scene.alice()
    notice = scene.client.get(f"{HERE}/preview", params={"key": "mo.request.user", "text": "Asked by <employee name>."})
    assert 'class="notice"' in notice.text
    assert "Asked by Alice" in words(notice.text)
    asked = {"key": "mo.request.client", "text": "Hello, reply YES or STOP."}
    text = words(scene.client.get(f"{HERE}/preview", params=asked).text)
    assert "It must say who writes: put <Employee Name>" in text
    assert "It should offer HELP" in text
    assert save(scene, "Hello, reply YES or STOP.").status_code == 422


@pytest.mark.covers("M-16", "M-17", "X-10")
def test_keywords_add_to_yes_and_stop(scene: Scene) -> None:
    scene.alice()
    answer = scene.client.post(KEYWORDS, data={"opt_in": "OK\nyes\n", "opt_out": " ENDE \n\n"})
    assert (answer.status_code, answer.headers["location"]) == (303, f"{HERE}#keywords")
    kept = hearth(scene)
    assert (kept.opt_in_words, kept.opt_out_words) == (["OK"], ["ENDE"])
    assert "YES OK" in " ".join(words(scene.client.get(HERE).text).split())
    page = words(scene.client.get(KEYWORDS).text)
    assert "These requests name none of your own words for Yes" in page
    entries = scene.site.read(
        lambda session: session.exec(select(AuditEntry).where(sa.column("action") == "business.changed")).all()
    )
    assert [each.details["fields"] for each in entries] == [["opt_in_words", "opt_out_words"]]


@pytest.mark.covers("M-16", "M-17", "X-10")
def test_a_keyword_that_is_fixed_is_refused_by_name_and_stays_typed(scene: Scene) -> None:
    scene.alice()
    answer = scene.client.post(KEYWORDS, data={"opt_in": "stop", "opt_out": "Pronto\nhelp"})
    assert answer.status_code == 422
    assert "“stop” always means Stop, and cannot mean anything else." in words(answer.text)
    assert "“help” always means Help" in words(answer.text)
    assert "Pronto\nhelp" in answer.text
    assert hearth(scene).opt_out_words == []
    many = scene.client.post(KEYWORDS, data={"opt_in": "\n".join(f"word {i}" for i in range(21)), "opt_out": ""})
    assert "20 words are the most." in words(many.text)


@pytest.mark.covers("X-3")
def test_tidy_prefixes_shows_before_and_after_and_then_does_it(scene: Scene) -> None:
    scene.alice()
    assert "Tidy prefixes" in words(scene.client.get(HERE).text)
    page = words(scene.client.get(PREFIXES).text)
    assert "[Automated Message]: Your contact has been sent" in page
    assert "[Auto Message] Your contact has been sent" in page
    assert hearth(scene).wordings == {}, "looking changes nothing"
    assert scene.client.post(PREFIXES, data={"language": "en", "channel": "sms"}).status_code == 303
    assert len(hearth(scene).wordings) == 6
    assert "Tidy prefixes" not in words(scene.client.get(HERE).text)
    assert "Every prefix is tidy already." in words(scene.client.get(PREFIXES).text)


@pytest.mark.covers("M-10", "X-6")
def test_a_branch_reads_what_its_main_business_decides(scene: Scene) -> None:
    def make_branch(session: Session) -> None:
        main = businesses.create(session, "Hearth Group")
        found = businesses.get(session, scene.site.hearth.id)
        found.main_id = main.id
        session.add(found)

    scene.site.write(make_branch)
    scene.alice()
    for page in (HERE, KEYWORDS, PREFIXES, f"{EDIT}?key=help"):
        markup = scene.client.get(page).text
        assert "Save" not in words(markup)
        assert "Tidy all" not in words(markup)
    assert "Hearth Group words these texts for all of its branches" in words(scene.client.get(HERE).text)
    refused = [save(scene), scene.client.post(KEYWORDS, data={"opt_in": "OK"}), scene.client.post(PREFIXES, data={})]
    assert [each.status_code for each in refused] == [409, 409, 409]
    assert hearth(scene).wordings == {}


@pytest.mark.covers("rules 4")
def test_who_answers_a_bare_stop_is_told(scene: Scene) -> None:
    scene.alice()
    assert "Twilio answers it itself at" in words(scene.client.get(HERE).text)


@pytest.mark.covers("M-7")
def test_only_who_may_set_up_comes_here(scene: Scene) -> None:
    as_member(scene.client, scene.site.bob)
    assert scene.client.get(KEYWORDS).status_code == 403
    assert scene.client.post(KEYWORDS, data={"opt_in": "OK"}).status_code == 403
    assert scene.client.post(PREFIXES, data={}).status_code == 403
