"""Questionnaires from the members' side: the editor without a script, versions, sharing, results, and who may."""

import html
import re
from dataclasses import dataclass
from typing import Any

import pytest
from sqlmodel import Session
from starlette.testclient import TestClient

from portal.accounts import business as businesses
from portal.accounts.business import Capability
from portal.accounts.member import Role
from portal.questionnaires import questionnaire as questionnaires
from portal.questionnaires.question import Question
from portal.questionnaires.questionnaire import Questionnaire
from tests.conftest import World, as_member, person
from tests.web.door import E164, NO, YES, Door, made


@dataclass
class Editor:
    """Alice at the editor of one questionnaire, without a script: she presses buttons of the form she got."""

    client: TestClient
    site: World
    id: str

    @property
    def url(self) -> str:
        return f"/questionnaires/{self.id}"

    def fields(self) -> dict[str, Any]:
        """What the form on the page would send."""
        text = self.client.get(self.url).text
        form = re.search(r'<form id="draft".*?</form>', text, re.S)
        assert form
        sent: dict[str, Any] = {"question": re.findall(r'name="question" value="([^"]+)"', form[0])}
        for each in re.findall(r"<input[^>]*>", form[0]):
            name, value = (re.search(rf'\b{key}="([^"]*)"', each) for key in ("name", "value"))
            is_box = 'type="checkbox"' in each or 'type="radio"' in each
            if name and value and name[1] != "question" and (not is_box or " checked" in each):
                sent[name[1]] = html.unescape(value[1])
        for name_, value_ in re.findall(r'<textarea[^>]*name="([^"]+)"[^>]*>(.*?)</textarea>', form[0], re.S):
            sent[name_] = html.unescape(value_)
        return sent

    def press(self, button: str, **changes: Any) -> Any:
        return self.client.post(self.url, data=self.fields() | {"do": button} | changes)

    def found(self) -> Questionnaire:
        found: Questionnaire = self.site.read(lambda session: questionnaires.get(session, self.site.hearth.id, self.id))
        return found

    def questions(self) -> list[Question]:
        return questionnaires.questions_of(self.found().draft)


@pytest.fixture
def editor(client: TestClient, site: World) -> Editor:
    as_member(client, site.alice)
    answer = client.post("/questionnaires", data={"title": "Before your session"})
    assert answer.status_code == 303
    return Editor(client, site, answer.headers["location"].rpartition("/")[2])


def test_without_questionnaires_the_list_says_what_they_are_for(client: TestClient, site: World) -> None:
    text = as_member(client, site.alice).get("/questionnaires").text
    assert "No questionnaire yet" in text
    assert 'href="/questionnaires/new"' in text


def test_the_list_counts_answers_and_yeses(door: Door) -> None:
    for typed in (YES, NO, NO):
        door.send(typed)
    assert "3 answered · 1 said Yes to texts" in as_member(door.client, door.site.alice).get("/questionnaires").text


def test_a_new_questionnaire_without_a_title_is_asked_for_one(client: TestClient, site: World) -> None:
    answer = as_member(client, site.alice).post("/questionnaires", data={"title": "  "})
    assert (answer.status_code, "Please give a title" in answer.text) == (422, True)


@pytest.mark.covers("H-5", "H-8")
def test_the_editor_shows_the_fixed_words_and_no_field_for_them(editor: Editor) -> None:
    text = editor.client.get(editor.url).text
    card = re.search(r'<li class="card question-card".*?</li>', text, re.S)
    assert card
    assert "By choosing Yes and entering my number" in card[0]
    assert "This text cannot be changed" in card[0]
    assert "By choosing Yes" not in "".join(re.findall(r"<(?:input|textarea)[^>]*>[^<]*", card[0]))


@pytest.mark.covers("H-8")
def test_other_words_for_the_disclaimer_are_ignored(editor: Editor) -> None:
    (opt_in,) = editor.questions()
    extra = {f"disclaimer-{opt_in.id}": "I agree to everything", "disclaimer": "x", f"words-{opt_in.id}": "x"}
    assert editor.press("publish", **extra).status_code == 303
    text = editor.client.get(f"/f/{editor.found().token}").text
    assert "By choosing Yes and entering my number" in text
    assert "I agree to everything" not in text


@pytest.mark.parametrize("kind", ["text", "paragraph", "choice", "choices", "date", "email", "phone"])
def test_each_kind_of_question_can_be_added_and_published(editor: Editor, kind: str) -> None:
    assert editor.press(f"add:{kind}").status_code == 303
    assert editor.press("publish").status_code == 303
    assert [each.kind for each in editor.questions()] == ["opt_in", kind]
    assert editor.client.get(f"/f/{editor.found().token}").status_code == 200


def test_every_button_saves_what_was_typed(editor: Editor) -> None:
    (opt_in,) = editor.questions()
    editor.press("add:choice", title="Wedding day", **{f"label-{opt_in.id}": "May we text you that day?"})
    found = editor.found()
    assert found.title == "Wedding day"
    assert editor.questions()[0].label == "May we text you that day?"
    choice = editor.questions()[1]
    editor.press("save", **{f"options-{choice.id}": "Early\r\n\r\n Late "})
    assert editor.questions()[1].options == ("Early", "Late")


@pytest.mark.covers("H-11")
def test_the_opt_in_question_can_be_optional_or_required(editor: Editor) -> None:
    (opt_in,) = editor.questions()
    seen = [opt_in.required]
    fields = editor.fields()
    del fields[f"required-{opt_in.id}"]
    editor.client.post(editor.url, data=fields)
    seen.append(editor.questions()[0].required)
    editor.press("save", **{f"required-{opt_in.id}": "1"})
    assert [*seen, editor.questions()[0].required] == [True, False, True]


def test_up_and_down_move_a_question_and_the_focus_follows(editor: Editor) -> None:
    editor.press("add:text")
    first, second = (each.id for each in editor.questions())
    answer = editor.press(f"up:{second}")
    assert [each.id for each in editor.questions()] == [second, first]
    text = editor.client.get(answer.headers["location"]).text
    focused = re.findall(r"<button[^>]*autofocus[^>]*>", text)
    assert len(focused) == 1
    assert f"down:{second}" in focused[0]
    editor.press(f"down:{second}")
    assert [each.id for each in editor.questions()] == [first, second]


def test_the_order_of_the_fields_is_the_order_of_the_questions(editor: Editor) -> None:
    """Dragging reorders the fields and presses Save."""
    editor.press("add:text")
    editor.press("add:date")
    order = [each.id for each in editor.questions()][::-1]
    editor.press("save", question=order)
    assert [each.id for each in editor.questions()] == order


def test_a_question_can_be_removed(editor: Editor) -> None:
    editor.press("add:text")
    editor.press(f"remove:{editor.questions()[1].id}")
    assert [each.kind for each in editor.questions()] == ["opt_in"]


def test_a_second_opt_in_question_is_refused(editor: Editor) -> None:
    answer = editor.press("add:opt_in")
    assert (answer.status_code, "at most one opt-in question" in answer.text) == (422, True)
    assert len(editor.questions()) == 1


def test_what_is_missing_gets_a_sentence_and_nothing_typed_is_lost_or_saved(editor: Editor) -> None:
    (opt_in,) = editor.questions()
    answer = editor.press("publish", title="Typed title", **{f"label-{opt_in.id}": " "})
    assert answer.status_code == 422
    assert f'id="error-{opt_in.id}"' in answer.text
    assert 'value="Typed title"' in answer.text
    assert (editor.found().title, editor.found().version) == ("Before your session", 0)


@pytest.mark.parametrize("kind", ["", "signature", "<b>"])
def test_a_kind_that_does_not_exist_is_refused(editor: Editor, kind: str) -> None:
    (opt_in,) = editor.questions()
    answer = editor.press("save", **{f"kind-{opt_in.id}": kind})
    assert answer.status_code == 422
    assert "<b>" not in answer.text


def test_a_questionnaire_without_questions_is_not_published(editor: Editor) -> None:
    editor.press(f"remove:{editor.questions()[0].id}")
    answer = editor.press("publish")
    assert (answer.status_code, "Please add a question first." in answer.text) == (422, True)


def test_clients_see_changes_only_when_they_are_published(editor: Editor) -> None:
    editor.press("publish")
    editor.press("save", title="A new title")
    where = f"/f/{editor.found().token}"
    assert "Before your session" in editor.client.get(where).text
    assert "Changes not published yet" in editor.client.get(editor.url).text
    editor.press("publish")
    assert "A new title" in editor.client.get(where).text


@pytest.mark.covers("X-29")
@pytest.mark.parametrize("choice", ["reply", "code", "text_first"])
def test_a_yes_may_be_made_to_wait_for_the_handset(editor: Editor, choice: str) -> None:
    editor.press("save", confirmation=choice)
    seen = [editor.found().confirms]
    assert f'value="{choice}" checked' in editor.client.get(editor.url).text
    editor.press("save", confirmation="by magic")
    assert [*seen, editor.found().confirms] == [choice, "single"]


def test_archiving_closes_the_link_and_publishing_opens_it_again(editor: Editor) -> None:
    editor.press("publish")
    where = f"/f/{editor.found().token}"
    assert editor.client.post(f"{editor.url}/archive").status_code == 303
    closed = editor.client.get(where).status_code
    editor.press("publish")
    assert (closed, editor.client.get(where).status_code) == (404, 200)


@pytest.mark.covers("H-6", "H-8")
def test_the_preview_is_drawn_by_the_template_that_clients_get(editor: Editor) -> None:
    typed = editor.fields() | {"title": "Typed just now"}
    preview = editor.client.post(f"{editor.url}/preview", data=typed, headers={"HX-Request": "true"})
    assert preview.status_code == 200
    assert preview.text.strip().startswith('<div id="preview"')
    assert "Typed just now" in preview.text
    editor.press("publish")
    block = re.search(
        r'<fieldset class="optin".*?</fieldset>', editor.client.get(f"/f/{editor.found().token}").text, re.S
    )
    assert block
    assert block[0] in preview.text


def test_a_preview_keeps_nothing_and_takes_anything(editor: Editor) -> None:
    answer = editor.client.post(
        f"{editor.url}/preview", data={"question": ["a", "a"], "kind-a": "nonsense", "title": ""}
    )
    assert (answer.status_code, editor.found().title) == (200, "Before your session")


def test_the_share_page_hands_out_the_link_the_frame_the_loader_and_a_qr_code(editor: Editor) -> None:
    editor.press("publish", title='A "quoted" <title>')
    token = editor.found().token
    text = html.unescape(editor.client.get(f"{editor.url}/share").text)
    assert f'<code id="share-url">https://portal.example.com/f/{token}</code>' in text
    assert f'<iframe src="https://portal.example.com/embed/{token}" title="A &quot;quoted&quot; &lt;title&gt;"' in text
    assert f'<script src="https://portal.example.com/static/embed.js" data-form="{token}"' in text
    assert 'aria-label="QR code of the link"><svg viewBox=' in text


@pytest.mark.covers("C")
def test_allowed_sites_are_kept_and_end_in_the_frames_policy(editor: Editor) -> None:
    editor.press("publish")
    saved = editor.client.post(
        f"{editor.url}/share", data={"origins": "https://hearth.example\nhttps://*.hearth.example"}
    )
    page = editor.client.get(f"/embed/{editor.found().token}")
    assert saved.status_code == 303
    assert page.headers["content-security-policy"].endswith(
        "frame-ancestors https://hearth.example https://*.hearth.example"
    )


@pytest.mark.covers("C")
@pytest.mark.parametrize(
    "bad", ["*", "https://*.co.uk", "https://a.example; script-src *", "javascript:alert(1)", "x\r\n\r\ny"]
)
def test_a_bad_site_is_refused_with_a_sentence_and_the_list_stays(editor: Editor, bad: str) -> None:
    answer = editor.client.post(f"{editor.url}/share", data={"origins": f"https://good.example\n{bad}"})
    business = editor.site.read(lambda session: businesses.get(session, editor.site.hearth.id))
    assert (answer.status_code, business.embed_origins) == (422, [])
    assert "https://good.example" in answer.text
    assert 'id="origins-error"' in answer.text


def test_results_show_answers_with_the_labels_as_they_were_newest_first(door: Door) -> None:
    door.send(NO | {"q_name": "Owen"})
    door.send(YES | {"q_name": "Rosa", "q_days": ["Saturday", "Sunday"], "q_note": "Two dogs"})

    def relabel(session: Session) -> None:
        found = questionnaires.get(session, door.site.hearth.id, door.questionnaire.id)
        questionnaires.save_draft(session, found, title="New", questions=[Question("name", "text", "Full name")])
        questionnaires.publish(session, found)

    door.site.write(relabel)
    text = as_member(door.client, door.site.alice).get(f"/questionnaires/{door.questionnaire.id}/results").text
    assert text.index("Rosa") < text.index("Owen")
    assert "<dt>Your name</dt>" in text
    assert "Full name" not in text
    assert "Saturday, Sunday" in text
    assert 'Yes, <span class="nums">+1 415 555 0132</span>' in text


def test_results_draw_the_share_of_yes_and_no(door: Door) -> None:
    for typed in (YES, NO, NO, NO):
        door.send(typed)
    text = as_member(door.client, door.site.alice).get(f"/questionnaires/{door.questionnaire.id}/results").text
    assert re.findall(r'<rect class="seg (\w+)" x="([\d.]+)%" y="-2" width="([\d.]+)%"', text) == [
        ("opted_in", "0.000", "25.000"), ("declined", "25.000", "75.000"),
    ]  # fmt: skip
    assert "25 % of those who chose said Yes" in text


def test_results_go_on_by_key(door: Door) -> None:
    for n in range(27):
        door.send(NO | {"q_name": f"Client {n:02}"})
    client = as_member(door.client, door.site.alice)
    first = client.get(f"/questionnaires/{door.questionnaire.id}/results").text
    more = re.search(r'rel="next" href="([^"]+)"', first)
    assert more
    rest = client.get(html.unescape(more[1])).text
    names = re.findall(r"<bdi>(Client \d\d)</bdi></dd>|<dd><bdi>(Client \d\d)</bdi>", first + rest)
    assert len(set(names)) == 27


@pytest.mark.covers("P16")
def test_what_a_client_typed_cannot_run_in_the_owners_browser(door: Door) -> None:
    hostile = '<script>alert(1)</script>"><img src=x onerror=alert(1)>\u202egnp'
    door.send(NO | {"q_name": hostile, "q_note": hostile})
    text = as_member(door.client, door.site.alice).get(f"/questionnaires/{door.questionnaire.id}/results").text
    assert "<script>alert" not in text
    assert "<img src=x" not in text
    assert "\u202e" not in text


def test_an_answer_by_a_personal_link_names_its_contact(door: Door) -> None:
    door.as_(door.contact(E164)).send(NO | {"q_name": "typed"})
    text = as_member(door.client, door.site.alice).get(f"/questionnaires/{door.questionnaire.id}/results").text
    assert "<bdi>Rosa Delgado</bdi>" in text


@pytest.mark.covers("H-26")
@pytest.mark.parametrize("path", ["", "/new", "/{id}", "/{id}/share", "/{id}/results"])
def test_without_texting_there_are_no_questionnaires(editor: Editor, path: str) -> None:
    def revoke(session: Session) -> None:
        businesses.grant(session, businesses.get(session, editor.site.hearth.id), Capability.TEXTING, revoke=True)

    editor.site.write(revoke)
    assert editor.client.get("/questionnaires" + path.format(id=editor.id)).status_code == 404


@pytest.mark.parametrize("role", [Role.STAFF, Role.COUNSEL])
def test_staff_and_counsel_read_but_do_not_edit(editor: Editor, role: Role) -> None:
    reader = editor.site.write(lambda session: person(session, editor.site.hearth.id, "reader", role))
    as_member(editor.client, reader)
    assert [
        editor.client.get(url).status_code
        for url in ("/questionnaires", f"{editor.url}/share", f"{editor.url}/results")
    ] == [200] * 3
    assert [editor.client.get(url).status_code for url in (editor.url, "/questionnaires/new")] == [403] * 2
    posts = (editor.url, f"{editor.url}/preview", f"{editor.url}/archive", f"{editor.url}/share", "/questionnaires")
    assert [editor.client.post(url, data={"title": "x"}).status_code for url in posts] == [403] * 5


@pytest.mark.covers("P10")
def test_charlie_finds_nothing_of_ours(editor: Editor) -> None:
    editor.press("publish")
    as_member(editor.client, editor.site.charlie)
    for path in ("", "/share", "/results"):
        assert editor.client.get(editor.url + path).status_code == 404
    for path in ("", "/preview", "/archive", "/share"):
        assert editor.client.post(editor.url + path, data={"title": "x"}).status_code == 404
    assert "Before your session" not in editor.client.get("/questionnaires").text
    assert editor.client.get(f"/questionnaires?after={editor.id}").status_code == 404


def test_a_form_without_the_sessions_token_changes_nothing(editor: Editor) -> None:
    del editor.client.headers["X-CSRF-Token"]
    fields = editor.fields() | {"csrf_token": "forged", "title": "Forged"}
    assert editor.client.post(editor.url, data=fields).status_code == 403
    assert editor.found().title == "Before your session"


@pytest.mark.covers("P10")
def test_another_business_cannot_be_counted_by_its_questionnaires(door: Door) -> None:
    door.site.write(lambda session: made(session, door.site.other.id))
    text = as_member(door.client, door.site.alice).get("/questionnaires").text
    assert text.count('class="line"') == 1
