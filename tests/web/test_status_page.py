"""The SMS Subscription Status page (H-15, H-18 to H-21, H-26; X-17 two lights; P10, P16)."""

import datetime as dt
import html
import re
from typing import Any

import pytest
from sqlalchemy import event
from sqlmodel import Session

from portal import clock
from portal.consent.state import Kind
from portal.contacts import project
from portal.contacts.project import Stage
from portal.messaging import care, sorting, word_search
from portal.statement import Statement
from tests.conftest import ON_POSTGRES, as_member
from tests.web.scene import Scene, words

ROSA, OWEN, PRIYA = "+14155550132", "+14155550133", "+14155550134"
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
        "/sms/bulk", "/sms/ID/unread",
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


@pytest.fixture
def desk(scene: Scene) -> Scene:
    """Rosa has an unread text, Owen is Bob's and put off, Priya is blocked by her carrier and her reply is in doubt."""
    for name, number in (("Rosa Delgado", ROSA), ("Owen Hartley", OWEN), ("Priya Raman", PRIYA)):
        scene.named(name, number)
        scene.says_yes(number)
    scene.texts_us("Can we do it at the beach?", ROSA)
    scene.write(
        lambda session: care.assign(
            session, scene.site.hearth.id, scene.row(OWEN).id, to=scene.site.bob.id, before=None, actor="test", ip=""
        )
    )
    later = clock.now() + dt.timedelta(days=1)
    scene.write(lambda session: care.snooze(session, scene.site.hearth.id, scene.row(OWEN).id, later))
    scene.fact(Kind.CARRIER_BLOCKED, PRIYA)
    scene.fact(Kind.REVIEW_OPENED, PRIYA)
    return scene


def shown(page: str) -> set[str]:
    """The first names in the list."""
    return set(re.findall(r'class="row-name"><bdi>(\w+)', page))


@pytest.mark.covers("H-15", "H-16")
@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("unread=yes", {"Rosa"}),
        ("review=yes", {"Priya"}),
        ("carrier=blocked", {"Priya"}),
        ("snoozed=yes", {"Owen"}),
        ("assigned=nobody", {"Rosa", "Priya"}),
        ("assigned=me", set()),
        ("origin=form", {"Rosa", "Owen", "Priya"}),
        ("origin=member", set()),
        ("origin=form&unread=yes&status=opted_in", {"Rosa"}),
        ("carrier=blocked&unread=yes", set()),
        ("unread=no&status=nonsense&assigned='--", {"Rosa", "Owen", "Priya"}),
    ],
)
def test_filters_stand_in_the_address_and_narrow_each_other(desk: Scene, query: str, names: set[str]) -> None:
    assert shown(desk.alice().get(f"/sms?{query}").text) == names


@pytest.fixture
def wedding(desk: Scene) -> str:
    """A project that Rosa's new texts go to."""

    def work(session: Session) -> str:
        made = project.create(session, desk.site.hearth.id, name="Delgado <wedding>")
        sorting.set_default(session, desk.site.hearth.id, desk.row(ROSA).id, made.id, actor="member:test")
        return made.id

    return str(desk.write(work))


@pytest.mark.covers("H-15", "H-17")
def test_the_list_is_filtered_by_project_and_the_choice_stays(desk: Scene, wedding: str) -> None:
    page = desk.alice().get(f"/sms?project={wedding}").text
    assert shown(page) == {"Rosa"}
    assert f'<option value="{wedding}" selected>Delgado &lt;wedding&gt;</option>' in page
    assert re.search(rf'<input type="hidden" name="project" value="{wedding}">[^/]*<svg', page), "a search forgets it"
    assert 'href="/sms">Project: Delgado &lt;wedding&gt;' in page, "no chip takes it away"
    assert shown(desk.client.get(f"/sms?project={wedding}&carrier=blocked").text) == set()


@pytest.mark.covers("H-16", "H-17")
def test_a_filter_by_project_is_saved_as_a_view(desk: Scene, wedding: str) -> None:
    answer = desk.alice().post("/sms/views", data={"name": "The wedding", "query": f"project={wedding}&page=2"})
    assert answer.headers["location"] == f"/sms?project={wedding}"
    page = desk.client.get("/sms").text
    assert f'href="/sms?project={wedding}"><bdi>The wedding</bdi>' in page


def test_a_project_that_is_over_is_still_named_where_a_view_asks_for_it(desk: Scene, wedding: str) -> None:
    desk.write(
        lambda session: project.change(
            session, project.get(session, desk.site.hearth.id, wedding), name="Delgado wedding", stage=Stage.DONE,
            starts_on=None, ends_on=None,
        )
    )  # fmt: skip
    assert "Project: Delgado wedding" in words(desk.alice().get(f"/sms?project={wedding}").text)
    assert f'value="{wedding}"' not in desk.client.get("/sms").text


@pytest.mark.covers("P10")
def test_a_project_of_another_business_has_no_name_and_no_numbers(desk: Scene, wedding: str) -> None:
    page = as_member(desk.client, desk.site.charlie).get(f"/sms?project={wedding}").text
    assert "Delgado" not in page
    assert "one that is gone" in words(page)
    assert shown(page) == set()


def test_without_a_project_there_is_nothing_to_filter_by(desk: Scene) -> None:
    assert 'name="project"' not in desk.alice().get("/sms").text


def test_a_colleague_sees_what_is_theirs_and_others_by_name(desk: Scene) -> None:
    assert shown(as_member(desk.client, desk.site.bob).get("/sms?assigned=me").text) == {"Owen"}
    page = desk.alice().get(f"/sms?assigned={desk.site.bob.id}").text
    assert shown(page) == {"Owen"}
    assert "Assigned to Bob" in words(page)


def test_what_is_put_off_stays_in_the_list_and_says_until_when(desk: Scene) -> None:
    page = desk.alice().get("/sms").text
    assert shown(page) == {"Rosa", "Owen", "Priya"}
    assert page.count('class="is-snoozed"') == 1
    assert "Snoozed until" in words(page)


def test_each_active_filter_is_a_chip_that_removes_itself(desk: Scene) -> None:
    page = desk.alice().get("/sms?status=opted_in&unread=yes&carrier=blocked").text
    chips = re.findall(r'<li><a class="chip" href="([^"]+)">([^<]+)<', page)
    assert {words: html.unescape(url) for url, words in chips} == {
        "Opted in": "/sms?unread=yes&carrier=blocked", "Unread": "/sms?status=opted_in&carrier=blocked",
        "Carrier blocked": "/sms?status=opted_in&unread=yes",
    }  # fmt: skip


def test_the_chart_prints_its_numbers_and_each_bar_is_a_link(desk: Scene) -> None:
    page = desk.alice().get("/sms?unread=yes").text
    rows = re.findall(r'<a class="chart-row" href="([^"]+)"', page)
    assert [html.unescape(row) for row in rows][:2] == ["/sms?unread=yes", "/sms?status=opted_in&unread=yes"]
    assert 'class="seg opted_in" width="100.0%"' in page
    assert "Opted in 3" in words(page)


def test_a_search_finds_names_first_and_then_the_words_of_texts(desk: Scene) -> None:
    desk.named("Beatrix Bell", "+14155550135")
    take_in(desk)
    page = desk.alice().get("/sms?q=bea").text
    assert "Beatrix Bell" in words(page)
    assert page.index("Beatrix") < page.index("In texts")
    assert "at the <mark>beach</mark>?" in page
    assert f"/sms/{desk.row(ROSA).id}/messages/" in page


@pytest.mark.parametrize("query", ["q=be", "q=beach&status=declined", "q=nowhere"])
def test_texts_are_not_looked_for_by_two_letters_or_within_a_filter(desk: Scene, query: str) -> None:
    take_in(desk)
    assert "In texts" not in desk.alice().get(f"/sms?{query}").text


@pytest.mark.covers("P16")
@pytest.mark.parametrize("text", HOSTILE)
def test_a_text_that_was_found_is_text_and_nothing_else(desk: Scene, text: str) -> None:
    desk.texts_us(f"needle {text.replace(chr(0), '')} needle", ROSA)
    take_in(desk)
    page = desk.alice().get("/sms?q=needle").text
    assert "<mark>needle</mark>" in page
    assert "<script>" not in page.replace("<script src=", "")
    assert "<svg onload" not in page
    assert not HIDDEN.search(page)


@pytest.mark.covers("P10")
def test_another_business_finds_no_text_of_ours(desk: Scene) -> None:
    take_in(desk)
    page = as_member(desk.client, desk.site.charlie).get("/sms?q=beach").text
    assert "beach?" not in page


def take_in(scene: Scene) -> None:
    """What the job does every other second."""
    while scene.site.read(word_search.is_behind):
        scene.write(word_search.take_in)


def test_a_page_costs_seven_queries_however_many_numbers_and_views_there_are(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who asks, the page, the counts, the members, the projects, the views; on PostgreSQL also the second
    lock, out of which the search for words steps and back."""
    seen: list[str] = []
    ready = Statement._ready

    def watched(self: Statement, session: Session) -> Any:
        seen.append("statement")
        return ready(self, session)

    monkeypatch.setattr(Statement, "_ready", watched)
    event.listen(scene.site.database.engine, "before_cursor_execute", lambda *facts: seen.append(facts[2]))
    for n in range(12):
        scene.named(f"Client {n}", f"+1415555{n:04d}")
        scene.alice().post("/sms/views", data={"name": f"View {n}", "query": f"q={n}"})
    for url, count in (("/sms", 7), ("/sms?status=none", 7), ("/sms?unread=yes", 8), ("/sms?q=client", 8)):
        seen.clear()
        scene.client.get(url)
        asked = [each for each in seen if each != "BEGIN"]
        locks = (3 if "q=" in url else 1) if ON_POSTGRES else 0
        assert len(asked) == count + locks, (url, asked)
