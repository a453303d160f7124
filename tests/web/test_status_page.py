"""The SMS Subscription Status page (H-15, H-18 to H-21, H-26; X-17 two lights; P10, P16)."""

import html
import re

import pytest

from portal.consent.state import Kind
from tests.conftest import as_member
from tests.web.scene import Scene, words

PARTIAL = {"HX-Request": "true", "HX-Request-Type": "partial"}
HIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\u202a-\u202e]")
HOSTILE = [
    "<script>alert(1)</script>", "<img src=x onerror=alert(1)>", "'\"><svg onload=alert(1)>", "{{ 7*7 }}",
    "javascript:alert(1)", "\u202egnp.exe", "a\x00b\x07c\x1b[31m", "</title><script>1</script>", "&lt;b&gt;",
]  # fmt: skip


@pytest.mark.covers("H-15")
def test_a_yes_appears_with_contact_number_status_carrier_how_and_when(scene: Scene) -> None:
    scene.named("Rosa Delgado")
    scene.says_yes()
    scene.texts_us("Thank you!")
    said = words(scene.alice().get("/sms").text)
    for part in (
        "Rosa Delgado",
        "+1 415 555 0132",
        "Opted in",
        "Carrier unknown",
        "Yes in a questionnaire",
        "Thank you!",
    ):
        assert part in said
    assert re.search(r"Yes in a questionnaire, \d\d:\d\d", said)


@pytest.mark.covers("H-21")
def test_an_opt_out_is_shown_with_how_and_when(scene: Scene) -> None:
    scene.named("Rosa Delgado")
    scene.says_yes()
    scene.texts_us("STOP")
    said = words(scene.alice().get("/sms").text)
    assert "Opted out" in said
    assert re.search(r"replied STOP or the like, \d\d:\d\d", said)


@pytest.mark.covers("X-17")
def test_consent_and_carrier_are_two_lights(scene: Scene) -> None:
    scene.says_yes()
    scene.fact(Kind.CARRIER_BLOCKED)
    said = words(scene.alice().get("/sms").text)
    assert "Opted in" in said
    assert "Carrier blocked" in said


def test_a_click_on_a_status_filters_and_the_counts_are_printed(scene: Scene) -> None:
    scene.named("Rosa Delgado")
    scene.says_yes()
    scene.named("Owen Hartley", "+14155550133")
    page = scene.alice().get("/sms").text
    assert 'href="/sms?status=opted_in"' in page
    assert "Opted in 1" in words(page)
    assert "All 2" in words(page)
    filtered = scene.client.get("/sms?status=opted_in").text
    assert "Rosa Delgado" in filtered
    assert "Owen Hartley" not in filtered


@pytest.mark.parametrize(
    ("q", "found"),
    [("ros", True), ("ROSA DEL", True), ("0132", True), ("(415) 555-01", True), ("own", False), ("9999", False)],
)
def test_the_search_finds_a_client_by_name_or_number(scene: Scene, q: str, found: bool) -> None:
    scene.named("Rosa Delgado")
    page = scene.alice().get("/sms", params={"q": q}).text
    assert ("Rosa Delgado" in page) is found
    assert html.escape(q) in page


def test_the_first_page_says_what_to_do_first(scene: Scene) -> None:
    said = words(scene.alice().get("/sms").text)
    assert "Make a questionnaire" in said


def test_nothing_found_offers_the_way_out(scene: Scene) -> None:
    scene.named("Rosa Delgado")
    page = scene.alice().get("/sms?q=nobody&status=declined").text
    assert "Show all numbers" in page
    assert 'href="/sms"' in page


def test_the_pages_of_the_list_are_links(scene: Scene) -> None:
    for n in range(55):
        scene.named(f"Client {n:02d}", f"+1415555{n:04d}")
    first = scene.alice().get("/sms?order=name").text
    (older,) = re.findall(r'rel="next" href="([^"]+)"', first)
    second = scene.client.get(html.unescape(older)).text
    assert "Client 00" in first
    assert "Client 49" in first
    assert "Client 50" not in first
    assert "Client 54" in second
    (newer,) = re.findall(r'rel="prev" href="([^"]+)"', second)
    assert "Client 00" in scene.client.get(html.unescape(newer)).text


def test_an_open_page_gets_the_list_alone(scene: Scene) -> None:
    scene.named("Rosa Delgado")
    fragment = scene.alice().get("/sms", headers=PARTIAL).text
    assert fragment.lstrip().startswith('<section class="desk-list" id="numbers"')
    assert "<html" not in fragment


def test_a_cursor_typed_by_hand_is_a_page_that_does_not_exist(scene: Scene) -> None:
    assert scene.alice().get("/sms?after=nonsense").status_code == 404


@pytest.mark.covers("P10", "rules 27")
def test_another_business_sees_none_of_it(scene: Scene) -> None:
    scene.named("Rosa Delgado")
    page = as_member(scene.client, scene.site.charlie).get("/sms?q=rosa").text
    assert "Rosa Delgado" not in page
    assert "555-0132" not in page
    assert "All 0" in words(page)


@pytest.mark.covers("H-19", "P12")
def test_nothing_on_the_page_can_opt_anybody_in(scene: Scene) -> None:
    """Every form the desk shows at any status; none of them says Yes for a client."""
    scene.named("Rosa Delgado")
    scene.says_yes()
    scene.texts_us("STOP")
    row = scene.row()
    pages = [scene.alice().get(url).text for url in ("/sms", f"/sms/{row.id}", f"/sms/{row.id}/questionnaire")]
    actions = set(re.findall(r'(?:action|hx-post)="([^"]+)"', "".join(pages)))
    assert {action.replace(row.id, "ID") for action in actions} <= {
        "/sign-out", "/sms", "/sms/ID", "/sms/ID/read", "/sms/ID/opt-out", "/sms/ID/contact", "/sms/ID/questionnaire",
    }  # fmt: skip
    assert not re.search(r'name="[^"]*(status|opt_in|consent)', "".join(pages))


@pytest.mark.covers("P16")
@pytest.mark.parametrize("text", HOSTILE)
def test_what_a_client_wrote_is_text_and_nothing_else(scene: Scene, text: str) -> None:
    scene.named(text.replace("\x00", ""))
    scene.says_yes()
    scene.texts_us(text.replace("\x00", ""))
    row = scene.row()
    for url in ("/sms", f"/sms/{row.id}", "/", f"/sms/{row.id}/questionnaire", f"/sms/{row.id}/contact"):
        page = scene.alice().get(url).text
        assert "<script>" not in page.replace("<script src=", "")
        assert "onerror=alert" not in re.sub(r"&lt;.*?&gt;", "", page)
        assert "<svg onload" not in page
        assert url.endswith("/contact") or not HIDDEN.search(page), "only a field to edit shows a name as it is"
        assert 'href="javascript:' not in page


def test_a_shared_phone_shows_both_names(scene: Scene) -> None:
    scene.named("Rosa Delgado")
    scene.named("Luis Delgado")
    said = words(scene.alice().get("/sms").text)
    assert "Rosa Delgado, Luis Delgado" in said or "Luis Delgado, Rosa Delgado" in said


def test_an_unread_text_is_marked_until_somebody_opens_the_thread(scene: Scene) -> None:
    scene.named("Rosa Delgado")
    scene.says_yes()
    scene.texts_us("Hello?")
    assert "1 unread" in words(scene.alice().get("/sms").text)
    scene.client.get(f"/sms/{scene.row().id}")
    assert "1 unread" in words(scene.client.get("/sms").text), "a GET changed something"
    scene.client.post(f"/sms/{scene.row().id}/read")
    assert "unread" not in words(scene.client.get("/sms").text)
