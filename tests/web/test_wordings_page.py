"""Wordings: an owner's own words for automatic texts, checked before they go out, with every version kept."""

import html
from typing import Any

import pytest
import sqlalchemy as sa
from sqlmodel import Session, select

from portal.accounts import business as businesses
from portal.accounts.audit import AuditEntry
from portal.accounts.language import Language
from portal.messaging import wording
from portal.messaging.wording_slot import EDITABLE
from tests.conftest import as_member
from tests.web.scene import Scene, words

HERE = "/settings/wordings"
EDIT = f"{HERE}/edit"
OWN = (
    "{business}: welcome! We text about {purposes}. Msg frequency varies. Msg & data rates may apply. "
    "HELP for help, STOP to end."
)


def save(scene: Scene, text: str = OWN, key: str = "form.confirmation", language: str = "en", **more: str) -> Any:
    return scene.client.post(EDIT, data={"key": key, "language": language, "text": text, **more})


def page(scene: Scene, key: str = "form.confirmation", language: str = "en", **more: str) -> str:
    answer = scene.client.get(EDIT, params={"key": key, "language": language, **more})
    assert answer.status_code == 200
    return str(answer.text)


def typed(markup: str) -> str:
    return html.unescape(markup.split('name="text"')[1].split(">", 1)[1].split("</textarea>")[0]).strip()


def numbers(scene: Scene, key: str = "form.confirmation") -> list[int]:
    def work(session: Session) -> list[int]:
        business = businesses.get(session, scene.site.hearth.id)
        return [each.number for each in wording.versions(session, business, EDITABLE[key], Language.EN)]

    found: list[int] = scene.site.read(work)
    return found


@pytest.mark.covers("M-5", "M-7")
def test_every_automatic_text_is_listed_by_its_moment_in_each_language(scene: Scene) -> None:
    scene.alice()
    english = scene.client.get(HERE).text
    for title in (
        "Confirmation of a Yes",
        "Confirmation of a STOP",
        "Question about a possible stop",
        "Answer to HELP",
    ):
        assert title in words(english)
    assert "Hearth Photography: we have paused texts to this number." in words(english)
    assert "Your contact has opted out." in words(english), "what only members read is shown, and cannot be opened"
    assert "notice.opted_out" not in english
    spanish = scene.client.get(HERE, params={"language": "es"}).text
    assert "se ha suscrito a mensajes sobre sus citas y proyectos" in words(spanish)
    assert "désinscription confirmée" in words(scene.client.get(HERE, params={"language": "fr"}).text)
    assert scene.client.get(HERE, params={"language": "xx"}).text.count('aria-current="true"') == 1


@pytest.mark.covers("rules 4")
def test_the_list_says_where_the_provider_answers_instead(scene: Scene) -> None:
    scene.alice()
    assert "Your provider answers the bare word STOP itself" in words(scene.client.get(HERE).text)


@pytest.mark.covers("M-5")
def test_saved_words_go_out_with_the_next_text_and_the_thread_says_which_version(scene: Scene) -> None:
    scene.alice()
    answer = save(scene)
    assert (answer.status_code, answer.headers["location"]) == (303, f"{EDIT}?key=form.confirmation&language=en")
    row = scene.says_yes()
    (sent,) = scene.send_all()
    assert sent == (
        "Hearth Photography: welcome! We text about your appointments and projects. Msg frequency varies. "
        "Msg & data rates may apply. HELP for help, STOP to end."
    )
    assert scene.messages()[0].wording == "form.confirmation/en/1"
    thread = words(scene.client.get(f"/sms/{row}").text)
    assert "“Confirmation of a Yes”, English, version 1 of your own words." in thread


def test_a_text_in_standard_words_says_so_in_the_thread(scene: Scene) -> None:
    scene.alice()
    row = scene.says_yes()
    assert scene.messages()[0].wording == "form.confirmation/en/default-1"
    assert "“Confirmation of a Yes”, English, standard words." in words(scene.client.get(f"/sms/{row}").text)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "Please write the text"),
        (OWN.replace("{business}: ", ""), "must name your business"),
        (OWN.replace("STOP to end", "bye"), "must say how to stop, with STOP in capitals"),
        (OWN.replace("HELP for help", "we are here"), "must offer HELP"),
        (OWN.replace("Msg & data rates may apply.", ""), "may cost something, as in “Msg & data rates may apply.”"),
        (OWN.replace("Msg frequency varies.", ""), "how often you text"),
        (OWN.replace("{purposes}", "{client}"), "Nothing fills {client} here. You may use {business}, {purposes}"),
        (OWN + " {", "A brace stands alone"),
        (OWN + " 20% off!", "“20%” is advertising"),
        (OWN + " bit.ly/x", "shortened links such as bit.ly"),
        (OWN + "x" * 900, "at most 1000 characters"),
    ],
)
@pytest.mark.covers("rules 10", "rules 11", "M-15")
def test_words_that_lack_something_are_refused_by_name_and_stay_typed(scene: Scene, text: str, sentence: str) -> None:
    scene.alice()
    answer = save(scene, text)
    assert answer.status_code == 422
    assert sentence in words(answer.text)
    assert typed(answer.text) == text
    assert numbers(scene) == []


def test_dear_letters_are_named_and_may_be_saved(scene: Scene) -> None:
    scene.alice()
    text = OWN.replace("welcome!", "¡qué ilusión!")
    preview = scene.client.get(f"{HERE}/preview", params={"key": "form.confirmation", "language": "en", "text": text})
    assert "“ó” is not in the GSM-7 alphabet: the text costs 3 segments instead of 1." in words(preview.text)
    assert save(scene, text).status_code == 303


def test_the_preview_follows_what_is_typed_and_keeps_nothing(scene: Scene) -> None:
    scene.alice()
    asked = {"key": "help", "language": "fr", "text": "Bonjour {business}"}
    answer = scene.client.get(f"{HERE}/preview", params=asked, headers={"hx-request": "true"})
    assert answer.text.startswith('<section class="preview-phone" id="phone-preview"')
    assert "Bonjour Hearth Photography" in answer.text
    assert "It must say how to stop" in words(answer.text)
    assert "Répondez STOP pour vous désinscrire." in words(answer.text), "the example is in the language of the text"
    assert numbers(scene, "help") == []


def test_without_a_script_a_button_shows_the_preview(scene: Scene) -> None:
    scene.alice()
    assert "Show the preview" in page(scene).split("<noscript>")[1]
    answer = save(scene, "Hello {business}", act="preview")
    assert answer.status_code == 200
    assert typed(answer.text) == "Hello {business}"
    assert "Hello Hearth Photography" in words(answer.text)
    assert numbers(scene) == []


def test_going_back_to_the_standard_words_is_a_version_too_and_an_older_one_can_be_used_again(scene: Scene) -> None:
    scene.alice()
    save(scene)
    assert save(scene, act="ours").status_code == 303
    assert numbers(scene) == [2, 1]
    shown = words(page(scene))
    assert "Version 2 · goes out now" in shown
    assert "Alice" in shown
    assert 'value="ours"' not in page(scene), "they are in force already"
    scene.says_yes()
    assert scene.send_all()[0].startswith("Hearth Photography: you're opted in to texts about")
    assert typed(page(scene, version="1")) == OWN
    save(scene, typed(page(scene, version="1")))
    assert numbers(scene) == [3, 2, 1]


def test_words_that_are_in_force_already_make_no_version(scene: Scene) -> None:
    scene.alice()
    for _ in range(2):
        save(scene)
    save(scene, act="ours")
    save(scene, act="ours")
    assert numbers(scene) == [2, 1]


def test_each_change_is_in_the_audit_with_who_and_what(scene: Scene) -> None:
    scene.alice()
    save(scene)

    def work(session: Session) -> list[AuditEntry]:
        return list(session.exec(select(AuditEntry).where(sa.column("action") == "wording.changed")).all())

    (entry,) = scene.site.read(work)
    assert (entry.actor, entry.object) == (f"member:{scene.site.alice.id}", "sms/form.confirmation/en")
    assert entry.details == {"version": 1, "is_ours": False}


def test_the_language_of_the_business_decides_what_goes_out(scene: Scene) -> None:
    scene.alice()
    particulars = {
        "name": "Hearth Photography", "purposes": "your appointments and projects", "timezone": "America/Chicago",
        "allowed_regions": ["US"], "language": "es",
    }  # fmt: skip
    assert scene.client.post("/settings", data=particulars).status_code == 303
    scene.says_yes()
    assert scene.send_all()[0].startswith("Hearth Photography: se ha suscrito a mensajes sobre sus citas y proyectos.")
    assert scene.messages()[0].wording == "form.confirmation/es/default-1"
    assert scene.client.post("/settings", data=particulars | {"language": "de"}).status_code == 422


def test_a_longer_name_may_not_push_own_words_over_the_limit(scene: Scene) -> None:
    scene.alice()
    assert save(scene, OWN + " " + "y" * 130, language="fr").status_code == 422, "French words have English parts only"
    long = OWN + " " + "y" * (320 - len(OWN) - len("Hearth Photographyyour appointments and projects") + 19)
    assert save(scene, long).status_code == 303
    data = {"name": "Hearth Photography of Springfield", "purposes": "your appointments and projects",
            "timezone": "America/Chicago", "allowed_regions": ["US"], "language": "en"}  # fmt: skip
    answer = scene.client.post("/settings", data=data)
    assert answer.status_code == 422
    assert "320 is the most" in answer.text


@pytest.mark.covers("P16")
def test_hostile_words_never_run(scene: Scene) -> None:
    scene.alice()
    hostile = OWN + " </textarea><script>alert(1)</script>{{7*7}}"
    for markup in (
        save(scene, hostile).text,
        scene.client.get(f"{HERE}/preview", params={"key": "help", "text": hostile}).text,
    ):
        assert "<script>alert" not in markup
        assert "7*7" in markup


@pytest.mark.covers("P10", "M-7")
def test_only_who_may_set_up_words_the_texts_and_another_business_sees_its_own(scene: Scene) -> None:
    scene.alice()
    save(scene)
    as_member(scene.client, scene.site.bob)
    assert scene.client.get(HERE).status_code == 403
    assert save(scene).status_code == 403
    assert HERE not in scene.client.get("/settings").text
    as_member(scene.client, scene.site.charlie)
    assert "welcome!" not in page(scene)
    save(scene, act="ours")
    assert numbers(scene) == [1]


@pytest.mark.parametrize(("key", "status"), [("", 404), ("unknown", 404), ("notice.opted_out", 409)])
def test_a_text_that_is_unknown_or_fixed_cannot_be_worded(scene: Scene, key: str, status: int) -> None:
    scene.alice()
    assert scene.client.get(EDIT, params={"key": key}).status_code == status
    assert save(scene, key=key).status_code == status
