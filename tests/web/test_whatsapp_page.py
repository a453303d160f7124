"""`/settings/whatsapp`: how the account is connected, and the templates that Meta approved; only while it is on."""

import pytest
from sqlmodel import Session

from portal.accounts import business as businesses
from portal.accounts import sender
from portal.accounts.business import Capability
from portal.messaging import whatsapp_template
from portal.messaging.whatsapp_template import WhatsappTemplate
from tests.web.scene import Scene, words

PATH = "/settings/whatsapp"
TEMPLATE = {
    "name": "reminder", "language": "en_US", "category": "utility", "body": "Hi {{1}}, see you on {{2}}.",
    "status": "approved",
}  # fmt: skip
CREDENTIALS = {"phone_number_id": "1", "app_secret": "hush-1", "access_token": "hush-2", "verify_token": "hush-3"}


@pytest.fixture
def connected(scene: Scene) -> None:
    def work(session: Session) -> None:
        business = businesses.get(session, scene.site.hearth.id)
        businesses.grant(session, business, Capability.WHATSAPP)
        businesses.change_policy(session, business, has_whatsapp=True)
        sender.add(
            session, business, channel="whatsapp", number="+12025550166", provider="whatsapp", credentials=CREDENTIALS
        )

    scene.write(work)


def templates(scene: Scene) -> list[WhatsappTemplate]:
    found: list[WhatsappTemplate] = scene.site.read(lambda session: whatsapp_template.of(session, scene.site.hearth.id))
    return found


@pytest.mark.covers("W-3")
def test_without_the_channel_there_is_no_page(scene: Scene) -> None:
    client = scene.alice()
    assert client.get(PATH).status_code == 404
    assert client.post(PATH, data=TEMPLATE).status_code == 404
    assert templates(scene) == []


@pytest.mark.usefixtures("connected")
def test_it_says_what_to_paste_at_meta_and_shows_no_secret(scene: Scene) -> None:
    page = scene.alice().get(PATH).text
    assert f"https://portal.example.com/webhooks/whatsapp/{scene.site.hearth.id}/messages" in page
    assert "+1 202 555 0166" in words(page)
    assert "hush" not in page


@pytest.mark.covers("X-30")
@pytest.mark.usefixtures("connected")
def test_a_template_is_written_down_marked_and_taken_off(scene: Scene) -> None:
    client = scene.alice()
    assert client.post(PATH, data=TEMPLATE).status_code == 303
    (found,) = templates(scene)
    assert (found.places, found.status) == (2, "approved")
    assert "Hi {{1}}, see you on {{2}}." in words(client.get(PATH).text)
    assert client.post(f"{PATH}/{found.id}", data={"status": "paused"}).status_code == 303
    assert scene.site.read(lambda session: whatsapp_template.usable(session, scene.site.hearth.id)) == []
    assert client.post(f"{PATH}/{found.id}/delete").status_code == 303
    assert templates(scene) == []


@pytest.mark.usefixtures("connected")
@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({"name": "Appointment Reminder"}, "small letters"), ({"name": ""}, "give the name"),
        ({"language": "english"}, "code such as"), ({"body": ""}, "copy the words"),
        ({"body": "Hi {{2}}"}, "without leaving one out"), ({"body": "x" * 1025}, "1024"),
        ({"status": "famous"}, "choice"), ({"category": "spam"}, "choice"),
    ],
    ids=range(8),
)  # fmt: skip
def test_what_cannot_be_a_template_is_refused_with_a_sentence(
    scene: Scene, given: dict[str, str], sentence: str
) -> None:
    answer = scene.alice().post(PATH, data=TEMPLATE | given)
    assert answer.status_code == 422
    assert sentence in words(answer.text)
    assert templates(scene) == []


@pytest.mark.usefixtures("connected")
def test_the_same_name_and_language_twice_is_refused(scene: Scene) -> None:
    client = scene.alice()
    client.post(PATH, data=TEMPLATE)
    assert client.post(PATH, data=TEMPLATE | {"body": "Other words"}).status_code == 422
    assert client.post(PATH, data=TEMPLATE | {"language": "es"}).status_code == 303
    assert len(templates(scene)) == 2


def test_filling_gives_the_words_and_what_the_provider_needs() -> None:
    found = WhatsappTemplate(
        business_id="b", name="reminder", language="en_US", category="utility", body=TEMPLATE["body"]
    )
    words_, template = whatsapp_template.fill(found, ["Ana {{2}}", " Tue\nday "])
    assert words_ == "Hi Ana {{2}}, see you on Tue day.", "what is filled in is filled in once"
    assert template == {"name": "reminder", "language": "en_US", "parameters": ["Ana {{2}}", "Tue day"]}
