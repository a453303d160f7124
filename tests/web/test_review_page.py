"""The review queue: what a member reads, both ways out, and who may take them (X-10, rules.md row 2)."""

import re
from typing import Any

import pytest
from sqlalchemy import event

from portal.accounts.member import Role
from portal.consent.state import Kind
from portal.messaging import review
from portal.statement import Statement
from tests.conftest import as_member, person
from tests.web.scene import Scene, words

DOUBT, AGAIN = "Sorry, wrong number <b>I think</b>", "no thanks"
SECOND, THIRD = "+14155550133", "+14155550134"
PARTIAL = {"HX-Request": "true", "HX-Request-Type": "partial"}


@pytest.fixture
def rosa(scene: Scene) -> str:
    """Rosa's reply is in doubt; the answer is where it is decided. Alice is signed in."""
    scene.named("Rosa Delgado")
    found = scene.says_yes()
    scene.send_all()
    scene.texts_us(DOUBT)
    scene.alice()
    return f"/review/{found}"


def another(scene: Scene, number: str = SECOND, name: str = "Owen Hartley") -> str:
    scene.named(name, number)
    found = scene.says_yes(number)
    scene.send_all()
    scene.texts_us(AGAIN, number)
    return found


def form(page: str, where: str, **given: str) -> dict[str, str]:
    """What the form of this item sends."""
    (its,) = re.findall(rf'action="{where}".*?</form>', page, re.DOTALL)
    hidden = dict(re.findall(r'name="(seen|after)" value="([^"]*)"', its))
    return hidden | given


def said_after(scene: Scene, answer: Any) -> str:
    assert answer.status_code == 303
    return words(scene.client.get(answer.headers["location"].partition("#")[0]).text)


@pytest.mark.covers("X-10", "rules 2")
def test_an_item_tells_all_that_a_decision_needs(scene: Scene, rosa: str) -> None:
    page = scene.client.get("/review").text
    said = words(page)
    for part in (
        "Rosa Delgado",
        "+1 415 555 0132",
        "you're opted in to texts",
        "Our last text before it",
        "They replied",
        "They may not be the person you mean to reach.",
        "Rule: wrong_number (English)",
        "10 business days left",
        "honour it within 10 business days, by",
        "You can still write by hand.",
        "Automated texts go on; what was skipped stays skipped.",
        "Every text to this number ends at once",
    ):
        assert part in said, part
    assert "Sorry, <mark>wrong number</mark> &lt;b&gt;I think&lt;/b&gt;" in page


@pytest.mark.covers("X-10")
def test_keep_needs_a_reason_and_keeps_what_was_typed_elsewhere(scene: Scene, rosa: str) -> None:
    page = scene.client.get("/review").text
    answer = scene.client.post(rosa, data=form(page, rosa, decision="keep", reason="  "))
    assert answer.status_code == 422
    assert "Please write why, in a few words." in words(answer.text)
    assert scene.row().in_review


@pytest.mark.covers("X-10")
def test_keep_texting_releases_the_number_and_shows_the_next(scene: Scene, rosa: str) -> None:
    further = another(scene)
    page = scene.client.get("/review").text
    answer = scene.client.post(rosa, data=form(page, rosa, decision="keep", reason="They meant the album"))
    assert answer.headers["location"] == f"/review#review-{further}"
    said = said_after(scene, answer)
    assert "Kept. Automated texts to Rosa Delgado go on." in said
    assert "Owen Hartley" in said
    assert not scene.row().in_review


@pytest.mark.covers("X-10", "H-18")
def test_opt_out_ends_all_texts_and_the_empty_page_teaches(scene: Scene, rosa: str) -> None:
    page = scene.client.get("/review").text
    answer = scene.client.post(rosa, data=form(page, rosa, decision="opt_out", reason=""))
    said = said_after(scene, answer)
    assert "Opted out. No text will go to Rosa Delgado." in said
    assert "No reply is in doubt" in said
    assert "A clear “stop” ends all texts at once" in said
    assert scene.row().status == "opted_out"
    assert scene.send_all() == []


@pytest.mark.covers("X-10")
@pytest.mark.parametrize("decision", ["keep", "opt_out"])
@pytest.mark.parametrize(("word", "part"), [("STOP", "the number is opted out"), ("START", "texting goes on")])
def test_what_the_client_settled_meanwhile_is_said(
    scene: Scene, rosa: str, decision: str, word: str, part: str
) -> None:
    page = scene.client.get("/review").text
    scene.texts_us(word)
    before = scene.row()
    answer = scene.client.post(rosa, data=form(page, rosa, decision=decision, reason="x"))
    assert part in said_after(scene, answer)
    assert scene.row() == before


@pytest.mark.covers("X-10")
def test_what_a_colleague_settled_meanwhile_is_said(scene: Scene, rosa: str) -> None:
    page = scene.client.get("/review").text
    scene.client.post(rosa, data=form(page, rosa, decision="keep", reason="She called"))
    answer = scene.client.post(rosa, data=form(page, rosa, decision="opt_out", reason=""))
    assert "This has been settled meanwhile" in said_after(scene, answer)
    assert scene.row().status == "opted_in"


def test_the_conversation_says_it_too(scene: Scene, rosa: str) -> None:
    thread = rosa.replace("/review", "/sms")
    scene.texts_us("START")
    answer = scene.client.post(f"{thread}/review", data={"reason": "x"})
    assert "This has been settled meanwhile" in said_after(scene, answer)


@pytest.mark.covers("X-10")
def test_a_reply_that_came_since_must_be_read_first(scene: Scene, rosa: str) -> None:
    page = scene.client.get("/review").text
    scene.texts_us(AGAIN)
    answer = scene.client.post(rosa, data=form(page, rosa, decision="keep", reason="x"))
    said = said_after(scene, answer)
    assert "The client has written again" in said
    assert "And again" in said
    assert scene.row().in_review


@pytest.mark.parametrize("decision", ["", "opt_in", "KEEP"])
def test_nothing_else_is_a_decision(scene: Scene, rosa: str, decision: str) -> None:
    page = scene.client.get("/review").text
    assert scene.client.post(rosa, data=form(page, rosa, decision=decision, reason="x")).status_code == 422
    assert scene.row().in_review


def test_the_oldest_stands_first_page_by_page(scene: Scene, rosa: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(review, "PAGE", 1)
    monkeypatch.setattr(review.page, "__kwdefaults__", {"after": None, "limit": 1})
    another(scene)
    page = scene.client.get("/review").text
    assert "Owen Hartley" not in page
    (further,) = re.findall(r'href="(/review\?after=[^"]*)"', page)
    page = scene.client.get(further).text
    assert "Rosa Delgado" not in page
    owen = f"/review/{scene.row(SECOND).id}"
    answer = scene.client.post(owen, data=form(page, owen, decision="keep", reason="x"))
    assert answer.headers["location"] == "/review"


def test_an_address_that_leads_nowhere_is_not_there(scene: Scene) -> None:
    assert scene.alice().get("/review?after=nothing").status_code == 404


@pytest.mark.covers("X-10")
def test_the_navigation_counts_what_waits(scene: Scene, rosa: str, monkeypatch: pytest.MonkeyPatch) -> None:
    another(scene)
    assert badge(scene.client.get("/contacts").text) == "2"
    monkeypatch.setattr(review, "MOST", 2)
    assert badge(scene.client.get("/contacts").text) == "1+"
    assert badge(as_member(scene.client, scene.site.charlie).get("/contacts").text) == ""


def badge(page: str) -> str:
    (item,) = re.findall(r'<a href="/review".*?</a>', page)
    found = re.findall(r'"nav-badge">([^<]*)<', item)
    return str(found[0]) if found else ""


@pytest.mark.covers("X-10")
def test_today_tells_it_with_the_most_urgent_deadline(scene: Scene, rosa: str) -> None:
    page = scene.client.get("/").text
    assert "10 business days left" in words(page)
    assert f'href="/review#review-{rosa[8:]}"' in page


@pytest.mark.covers("H-15", "X-10")
def test_the_status_list_marks_it(scene: Scene, rosa: str) -> None:
    another(scene, THIRD, "Priya Raman")
    said = words(scene.client.get("/sms?review=yes").text)
    assert "Needs a look" in said
    assert said.index("Rosa Delgado") < said.index("Priya Raman"), "the oldest first"


@pytest.mark.covers("P10")
def test_counsel_reads_and_does_not_decide(scene: Scene, rosa: str) -> None:
    page = scene.client.get("/review").text
    who = scene.write(lambda session: person(session, scene.site.hearth.id, "cora", Role.COUNSEL))
    as_member(scene.client, who)
    shown = scene.client.get("/review").text
    assert "wrong number" in shown
    assert '<form class="review-ways"' not in shown
    answer = scene.client.post(rosa, data=form(page, rosa, decision="keep", reason="x"))
    assert answer.status_code == 403
    assert scene.row().in_review


def test_only_a_number_that_may_be_texted_is_said_to_be(scene: Scene, rosa: str) -> None:
    assert "You can still write by hand." in words(scene.client.get("/review").text)
    scene.fact(Kind.CARRIER_BLOCKED)
    assert "You can still write by hand." not in words(scene.client.get("/review").text)


def test_an_open_page_gets_the_list_alone(scene: Scene, rosa: str) -> None:
    answer = scene.client.get("/review", headers=PARTIAL)
    assert answer.text.lstrip().startswith('<div class="stack" id="reviews"')


@pytest.mark.covers("P16")
def test_a_clients_words_are_no_markup(scene: Scene, rosa: str) -> None:
    scene.texts_us("wrong number <script>alert(1)</script>")
    page = scene.client.get("/review").text
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert(1)" in page


def test_the_page_costs_the_same_few_queries_however_much_there_is(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    for n in range(5):
        another(scene, f"+1415555010{n}", f"Client {n}")
    scene.alice()
    seen: list[str] = []
    ready = Statement._ready

    def watched(self: Statement, session: Any) -> Any:
        seen.append("statement")
        return ready(self, session)

    monkeypatch.setattr(Statement, "_ready", watched)
    event.listen(scene.site.database.engine, "before_cursor_execute", lambda *facts: seen.append(facts[2]))
    assert scene.client.get("/review").status_code == 200
    assert len(seen) <= 6, seen
