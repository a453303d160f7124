"""The form on other sites: who may frame it, who may send it, what the address may not fill in (promises.md C)."""

from dataclasses import replace

import pytest
from starlette.testclient import TestClient

from portal.accounts.key import Secrets
from portal.questionnaires import instance
from tests.web.door import E164, YES, Door


@pytest.mark.covers("C")
def test_with_an_empty_list_no_site_may_frame_the_form(door: Door) -> None:
    page = replace(door, is_embedded=True).page()
    assert "frame-ancestors 'none'" in page.headers["content-security-policy"]
    assert page.headers["x-frame-options"] == "DENY"


@pytest.mark.covers("C")
def test_the_sites_of_the_list_may_frame_every_page_of_the_embedded_form(door: Door) -> None:
    door.change(embed_origins=["https://hearth.example", "https://*.hearth.example"])
    framed = replace(door, is_embedded=True)
    sent = framed.send(YES)
    for answer in (framed.page(), framed.send({}), framed.client.get(sent.headers["location"])):
        assert answer.headers["content-security-policy"].endswith(
            "frame-ancestors https://hearth.example https://*.hearth.example"
        )
        assert "x-frame-options" not in answer.headers
    assert "frame-ancestors 'none'" in door.page().headers["content-security-policy"]


def test_the_embedded_form_stays_in_its_frame_and_has_no_head_of_its_own(door: Door) -> None:
    framed = replace(door, is_embedded=True)
    assert framed.send(YES).headers["location"].startswith(f"/embed/{door.questionnaire.token}/thanks?n=")
    assert "client-head" not in framed.page().text
    assert "embedded.js" in framed.page().text


def test_a_personal_link_is_not_for_frames(door: Door) -> None:
    personal = door.as_(door.contact(E164))
    assert "Rosa Delgado" not in replace(personal, is_embedded=True).page().text


@pytest.mark.covers("C")
@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"sec-fetch-site": "same-origin"}, 303),
        ({"sec-fetch-site": "none"}, 303),
        ({"sec-fetch-site": "cross-site"}, 403),
        ({"sec-fetch-site": "same-site"}, 403),
        ({"origin": "https://portal.example.com"}, 303),
        ({"origin": "https://evil.example"}, 403),
        ({"origin": "null"}, 403),
        ({}, 303),
    ],
)
def test_a_form_sent_from_another_site_is_refused(door: Door, headers: dict[str, str], status: int) -> None:
    answer = replace(door, headers=headers).send(YES)
    assert (answer.status_code, len(door.submissions())) == (status, int(status == 303))


@pytest.mark.covers("C")
def test_the_loader_is_one_kilobyte_at_most(client: TestClient) -> None:
    loader = client.get("/static/embed.js")
    assert len(loader.content) <= 1024
    assert "cross-origin-resource-policy" not in loader.headers


@pytest.mark.covers("C")
@pytest.mark.parametrize("query", ["q_optin=yes", "q_optin_number=4155550132", "q_name=Mallory", "instance=x"])
def test_nothing_is_filled_in_from_the_address(door: Door, query: str) -> None:
    text = door.client.get(f"/f/{door.questionnaire.token}?{query}").text
    assert "checked" not in text
    assert "Mallory" not in text
    assert "4155550132" not in text


def test_the_token_names_the_showing(door: Door, secrets: Secrets) -> None:
    found = instance.unseal(secrets, door.token())
    assert found is not None
    assert (found.questionnaire_id, found.version, found.contact_id) == (door.questionnaire.id, 1, "")
