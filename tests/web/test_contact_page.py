"""One client: numbers, what a change of them means before it is saved, merging, and everything that happened
(H-2, H-3, X-14, X-15, P12, P13, P16)."""

import html
import re
from typing import Any

import pytest
from sqlmodel import Session, select

from portal.accounts.audit import AuditEntry
from portal.accounts.member import Role
from portal.consent.state import Proof
from portal.contacts import contact_change, project
from tests.conftest import as_member, person
from tests.web.automation_scene import a_text, an_automation
from tests.web.scene import CLIENT, Scene, field, words
from tests.web.test_contacts_page import HOSTILE, PARTIAL, SECOND, THIRD, queries


@pytest.fixture
def rosa(scene: Scene) -> str:
    """Rosa Delgado with one number; the answer is the address of her page. Alice is signed in."""
    scene.named("Rosa Delgado", email="rosa@example.com")
    scene.alice()
    return f"/contacts/{scene.row().contact_id}"


def edited(scene: Scene, url: str, **changed: Any) -> Any:
    """The form as it stands with some of it changed; sent again with the review's seal where it comes back."""
    form = typed(scene.client.get(f"{url}/edit").text) | changed
    answer = scene.client.post(f"{url}/edit", data=form)
    seal = field(answer.text, "reviewed")
    return scene.client.post(f"{url}/edit", data=form | {"reviewed": seal}) if seal else answer


def typed(page: str) -> dict[str, Any]:
    """The form of a page as a browser would send it back."""
    found: dict[str, Any] = {}
    for name in ("name", "email"):
        found[name] = html.unescape(re.findall(rf'<input[^>]*name="{name}"[^>]*value="([^"]*)"', page)[0])
    for name in ("number", "was", "date_name", "date_on"):
        found[name] = [html.unescape(each) for each in re.findall(rf'name="{name}" value="([^"]*)"', page)]
    return found


def marks(scene: Scene, url: str) -> list[str]:
    """The titles of the timeline, newest first."""
    page = scene.client.get(url).text
    return [words(each) for each in re.findall(r'<span class="history-title">(.*?)</span>', page, re.DOTALL)]


def test_a_page_says_who_it_is_and_where_each_number_stands(scene: Scene, rosa: str) -> None:
    scene.says_yes()
    said = words(scene.client.get(rosa).text)
    for part in ("Rosa Delgado", "rosa@example.com", "+1 415 555 0132", "Opted in", "Opt-in: Y"):
        assert part in said
    assert f'href="/sms/{scene.row().id}"' in scene.client.get(rosa).text


def test_a_change_of_name_and_address_needs_no_second_look(scene: Scene, rosa: str) -> None:
    form = typed(scene.client.get(f"{rosa}/edit").text) | {"name": "Rosa Vale", "email": ""}
    answer = scene.client.post(f"{rosa}/edit", data=form)
    assert (answer.status_code, answer.headers["location"]) == (303, rosa)
    assert scene.row().name == "Rosa Vale"
    assert "Name changed from “Rosa Delgado” to “Rosa Vale”" in marks(scene, rosa)


@pytest.mark.covers("H-3", "X-14")
def test_a_changed_number_is_said_to_be_without_consent_before_it_is_saved(scene: Scene, rosa: str) -> None:
    scene.says_yes()
    form = typed(scene.client.get(f"{rosa}/edit").text) | {"number": [SECOND, ""]}
    answer = scene.client.post(f"{rosa}/edit", data=form)
    assert answer.status_code == 422
    said = words(answer.text)
    assert "Nothing is saved yet" in said
    assert "+1 415 555 0132 keeps its history and is no longer texted for this contact." in said
    assert "+1 415 555 0133 is a new number without consent." in said
    assert scene.row(SECOND) is None
    assert field(answer.text, "number") == SECOND


@pytest.mark.covers("H-3", "X-14", "H-2")
def test_a_changed_number_starts_without_consent_and_the_old_one_is_not_texted(scene: Scene, rosa: str) -> None:
    scene.says_yes()
    assert edited(scene, rosa, number=[SECOND, ""]).status_code == 303
    assert (scene.row(SECOND).status, scene.row().status) == ("none", "opted_in")
    assert scene.client.post(f"/sms/{scene.row(SECOND).id}", data={"text": "Hi"}).status_code == 422
    refused = scene.client.post(f"/sms/{scene.row().id}", data={"text": "Hi"})
    assert "no longer belongs to this contact" in words(refused.text)
    said = words(scene.client.get(rosa).text)
    assert "Former numbers (1)" in said
    assert "Number changed from +1 415 555 0132 to +1 415 555 0133; the new one needs its own Yes" in said


@pytest.mark.covers("X-14")
def test_a_reverted_typo_restores_what_was_agreed_on(scene: Scene, rosa: str) -> None:
    scene.says_yes()
    edited(scene, rosa, number=[SECOND, ""])
    form = typed(scene.client.get(f"{rosa}/edit").text) | {"number": [CLIENT, ""]}
    assert "comes back; what was agreed on it counts again: opted in" in words(
        scene.client.post(f"{rosa}/edit", data=form).text
    )
    edited(scene, rosa, number=[CLIENT, ""])
    assert scene.client.post(f"/sms/{scene.row().id}", data={"text": "Hi"}).status_code == 303


@pytest.mark.covers("X-14", "P12")
@pytest.mark.parametrize("stopped", [CLIENT, SECOND])
def test_a_reverted_typo_restores_nothing_when_an_opt_out_came_between(scene: Scene, rosa: str, stopped: str) -> None:
    """On the old number itself, or on the number that the contact had meanwhile."""
    scene.says_yes()
    edited(scene, rosa, number=[SECOND, ""])
    scene.texts_us("STOP", stopped)
    edited(scene, rosa, number=[CLIENT, ""])
    assert scene.client.post(f"/sms/{scene.row().id}", data={"text": "Hi"}).status_code == 422


@pytest.mark.covers("H-4")
def test_another_spelling_of_the_same_number_is_no_change(scene: Scene, rosa: str) -> None:
    scene.says_yes()
    form = typed(scene.client.get(f"{rosa}/edit").text) | {"number": ["415.555.0132", ""]}
    assert scene.client.post(f"{rosa}/edit", data=form).status_code == 303
    assert (scene.row().status, bool(scene.row().is_current)) == ("opted_in", True)
    assert not any("changed from" in each for each in marks(scene, rosa))


def test_a_review_of_other_numbers_than_those_typed_counts_for_nothing(scene: Scene, rosa: str) -> None:
    form = typed(scene.client.get(f"{rosa}/edit").text)
    seal = field(scene.client.post(f"{rosa}/edit", data=form | {"number": [SECOND, ""]}).text, "reviewed")
    answer = scene.client.post(f"{rosa}/edit", data=form | {"number": [THIRD, ""], "reviewed": seal})
    assert answer.status_code == 422
    assert scene.row(THIRD) is None


def test_a_number_that_a_colleague_added_meanwhile_stays(scene: Scene, rosa: str) -> None:
    old = typed(scene.client.get(f"{rosa}/edit").text)
    edited(scene, rosa, number=["+1 415 555 0132", THIRD])
    scene.client.post(f"{rosa}/edit", data=old | {"name": "Rosa D."})
    said = words(scene.client.get(rosa).text)
    assert "Rosa D." in said
    assert "+1 415 555 0134" in said


@pytest.mark.covers("X-15")
def test_a_shared_number_names_the_others_before_and_after(scene: Scene, rosa: str) -> None:
    scene.named("Bob Delgado", SECOND)
    form = typed(scene.client.get(f"{rosa}/edit").text) | {"number": ["+1 415 555 0132", SECOND]}
    assert "+1 415 555 0133 is also Bob Delgado ’s. One STOP from it stops both." in words(
        scene.client.post(f"{rosa}/edit", data=form).text
    )
    edited(scene, rosa, number=["+1 415 555 0132", SECOND])
    assert "Also Bob Delgado ’s" in words(scene.client.get(rosa).text)


@pytest.mark.covers("X-15")
def test_one_stop_stops_every_contact_that_has_the_number(scene: Scene, rosa: str) -> None:
    scene.named("Bob Delgado", SECOND)
    bob = f"/contacts/{scene.row(SECOND).contact_id}"
    edited(scene, rosa, number=["+1 415 555 0132", SECOND])
    scene.says_yes()
    scene.says_yes(SECOND)
    scene.texts_us("STOP", SECOND)
    for url in (rosa, bob):
        assert "Opted out" in words(scene.client.get(url).text)
    assert scene.row().is_paused


def test_a_number_somebody_gave_up_is_named_with_its_former_owner(scene: Scene, rosa: str) -> None:
    scene.named("Bob Delgado", SECOND)
    edited(scene, f"/contacts/{scene.row(SECOND).contact_id}", number=["", ""])
    form = typed(scene.client.get(f"{rosa}/edit").text) | {"number": ["+1 415 555 0132", SECOND]}
    assert "was Bob Delgado ’s. If another person has this phone now" in words(
        scene.client.post(f"{rosa}/edit", data=form).text
    )


@pytest.mark.covers("P13", "P12")
def test_two_contacts_who_swap_numbers_carry_no_consent_over(scene: Scene, rosa: str) -> None:
    scene.named("Owen Hartley", SECOND)
    owen = f"/contacts/{scene.row(SECOND).contact_id}"
    scene.says_yes()
    edited(scene, rosa, number=["", ""])
    edited(scene, owen, number=[CLIENT, ""])
    edited(scene, rosa, number=[SECOND, ""])
    assert (scene.row().status, scene.row(SECOND).status) == ("opted_in", "none")
    assert (scene.row().name, scene.row(SECOND).name) == ("Owen Hartley", "Rosa Delgado")
    assert scene.client.post(f"/sms/{scene.row(SECOND).id}", data={"text": "Hi"}).status_code == 422


@pytest.mark.covers("P16")
def test_hostile_words_are_words_in_the_timeline(scene: Scene, rosa: str) -> None:
    scene.texts_us(HOSTILE)
    edited(scene, rosa, name=HOSTILE)
    scene.write(lambda session: project.create(
        session, scene.site.hearth.id, name=HOSTILE, contact_ids=[scene.row().contact_id]))  # fmt: skip
    page = scene.client.get(rosa).text
    assert "<script>alert" not in page
    assert "\u202e" not in page
    assert "⟨U+202E⟩" in page


def test_the_timeline_has_texts_consent_changes_and_projects_newest_first(scene: Scene, rosa: str) -> None:
    scene.says_yes()
    scene.texts_us("Is 3 pm fine?")
    edited(scene, rosa, number=["+1 415 555 0132", SECOND])
    scene.write(lambda session: project.create(
        session, scene.site.hearth.id, name="Beach", contact_ids=[scene.row().contact_id]))  # fmt: skip
    said = marks(scene, rosa)
    assert said == [
        "Project “Beach” was opened", "Number +1 415 555 0133 added", "Text from the client", "Text to the client",
        "Opted in: Yes in a questionnaire", "Contact added with +1 415 555 0132",
    ]  # fmt: skip


def test_texts_of_former_numbers_stay_in_the_timeline(scene: Scene, rosa: str) -> None:
    scene.texts_us("From my old phone")
    edited(scene, rosa, number=[SECOND, ""])
    scene.texts_us("From my new phone", SECOND)
    said = words(scene.client.get(rosa).text)
    assert "From my old phone" in said
    assert "From my new phone" in said


def test_the_timeline_goes_on_until_everything_was_shown_once(scene: Scene, rosa: str) -> None:
    for n in range(50):
        scene.texts_us(f"text {n:02d}", CLIENT)
    edited(scene, rosa, number=["+1 415 555 0132", SECOND])
    for n in range(50, 70):
        scene.texts_us(f"text {n:02d}", SECOND)
    url, seen = rosa, []
    while url:
        page = scene.client.get(url).text
        seen += re.findall(r"text \d\d", page)
        older = re.search(r'rel="next" href="([^"]+)"', page)
        url = html.unescape(older.group(1)) if older else ""
    assert seen == [f"text {n:02d}" for n in reversed(range(70))]
    assert scene.client.get(f"{rosa}?before=nonsense").status_code == 404


def test_lines_of_one_moment_are_shown_once_each_across_pages(scene: Scene, rosa: str) -> None:
    from portal import clock
    from portal.messaging import message, timeline
    from portal.messaging.client_line import consent, record, texts
    from portal.messaging.message import Direction, Fate

    row, at = scene.row(), clock.now()

    def work(session: Session) -> None:
        for n in range(9):
            message.add(session, row, direction=Direction.INBOUND, status=Fate.RECEIVED, text=str(n), created_at=at)
        for change in session.scalars(select(contact_change.ContactChange)):
            change.at = at
            session.add(change)

    scene.write(work)

    def all_lines(session: Session) -> list[str]:
        sources = [texts([row.id], {}), consent({row.id: row.number}, {}), record([row.contact_id], {})]
        found, after = [], ""
        while True:
            page = timeline.page(session, sources, after=after, limit=2)
            found += [f"{line.source}-{line.id}" for line in page.lines]
            if page.older is None:
                return found
            after = page.older

    seen = scene.site.read(all_lines)
    assert len(seen) == len(set(seen)) == 10


def test_the_page_costs_the_same_for_one_and_for_a_hundred_texts_and_several_numbers(scene: Scene, rosa: str) -> None:
    scene.says_yes()
    before = queries(scene, rosa)
    edited(scene, rosa, number=["+1 415 555 0132", SECOND])
    edited(scene, rosa, number=["+1 415 555 0132", SECOND, THIRD], was=[CLIENT, SECOND, ""])
    for n in range(60):
        scene.texts_us(f"text {n}", (CLIENT, SECOND, THIRD)[n % 3])
    assert queries(scene, rosa) == before


def test_an_open_page_gets_what_changes_alone(scene: Scene, rosa: str) -> None:
    page = scene.client.get(rosa, headers=PARTIAL).text
    assert page.lstrip().startswith('<div class="columns person-columns" id="person"')


@pytest.mark.covers("P10")
@pytest.mark.parametrize("path", ["", "/edit", "/merge"])
def test_somebody_elses_contact_does_not_exist(scene: Scene, rosa: str, path: str) -> None:
    charlie = as_member(scene.client, scene.site.charlie)
    assert charlie.get(rosa + path).status_code == 404
    if path:
        assert charlie.post(rosa + path, data={"name": "X", "with": "x"}).status_code == 404


@pytest.mark.covers("P10")
def test_who_may_only_read_sees_the_client_and_changes_nothing(scene: Scene, rosa: str) -> None:
    counsel = scene.write(lambda session: person(session, scene.site.hearth.id, "cora", Role.COUNSEL))
    page = as_member(scene.client, counsel).get(rosa)
    assert page.status_code == 200
    assert "/edit" not in page.text
    assert scene.client.post(f"{rosa}/edit", data={"name": "X"}).status_code == 403
    assert scene.client.post(f"{rosa}/merge", data={"with": "x"}).status_code == 403


@pytest.mark.covers("X-15", "P12", "P13")
def test_a_merge_says_before_what_it_does_and_can_be_taken_back(scene: Scene, rosa: str) -> None:
    scene.says_yes()
    scene.named("R. Delgado", SECOND)
    scene.says_yes(SECOND)
    scene.texts_us("STOP", SECOND)
    other = scene.row(SECOND).contact_id
    said = words(scene.client.get(f"{rosa}/merge?with={other}").text)
    for part in ("Is kept", "Becomes part of it", "will be paused", "Consent is never carried over",
                 "This client opted out on +1 415 555 0133 , so +1 415 555 0132 will be paused too"):  # fmt: skip
        assert part in said
    assert not scene.row().is_paused
    answer = scene.client.post(f"{rosa}/merge", data={"with": other})
    assert (answer.status_code, answer.headers["location"]) == (303, rosa)
    assert scene.row().is_paused
    page = scene.client.get(rosa).text
    assert f'action="{rosa}/merge/undo"' in page
    assert "The contact “R. Delgado” became part of this one" in words(page)
    assert scene.client.get(f"/contacts/{other}").headers["location"] == rosa
    assert scene.client.post(f"{rosa}/merge/undo", data={"other": other}).status_code == 303
    assert scene.client.get(f"/contacts/{other}").status_code == 200
    assert (scene.row().status, bool(scene.row().is_paused)) == ("opted_in", True)


def test_the_timeline_of_the_kept_contact_holds_what_happened_to_both(scene: Scene, rosa: str) -> None:
    scene.texts_us("From Rosa")
    scene.named("R. Delgado", SECOND)
    scene.texts_us("From R.", SECOND)
    other = scene.row(SECOND).contact_id
    scene.client.post(f"{rosa}/merge", data={"with": other})
    said = words(scene.client.get(rosa).text)
    assert "From Rosa" in said
    assert "From R." in said
    scene.client.post(f"{rosa}/merge/undo", data={"other": other})
    assert "From R." not in words(scene.client.get(rosa).text)


def test_only_the_latest_merge_offers_to_be_undone(scene: Scene, rosa: str) -> None:
    scene.named("R. Delgado", SECOND)
    scene.named("Third", THIRD)
    second, third = scene.row(SECOND).contact_id, scene.row(THIRD).contact_id
    scene.client.post(f"{rosa}/merge", data={"with": second})
    scene.client.post(f"/contacts/{third}/merge", data={"with": rosa.rsplit("/", 1)[1]})
    scene.client.cookies.delete("flash")
    page = scene.client.get(f"/contacts/{third}").text
    assert re.findall(r'name="other" value="(\w+)"', page) == [rosa.rsplit("/", 1)[1]]


def test_a_merged_contact_cannot_be_edited_from_a_page_left_open(scene: Scene, rosa: str) -> None:
    scene.named("R. Delgado", SECOND)
    other = scene.row(SECOND).contact_id
    form = typed(scene.client.get(f"/contacts/{other}/edit").text)
    scene.client.post(f"{rosa}/merge", data={"with": other})
    answer = scene.client.post(f"/contacts/{other}/edit", data=form | {"name": "Changed"})
    assert answer.status_code == 409
    assert "nothing was changed" in words(answer.text)
    assert scene.client.get(f"/contacts/{other}/edit").headers["location"] == f"{rosa}/edit"


@pytest.mark.parametrize("other", ["", "nonsense", "itself"])
def test_a_merge_with_nobody_or_oneself_is_refused(scene: Scene, rosa: str, other: str) -> None:
    chosen = rosa.rsplit("/", 1)[1] if other == "itself" else other
    answer = scene.client.post(f"{rosa}/merge", data={"with": chosen})
    assert answer.status_code == (409 if other == "itself" else 404)


def test_a_search_finds_the_other_record_and_never_the_contact_itself(scene: Scene, rosa: str) -> None:
    scene.named("Rosa D.", SECOND)
    page = scene.client.get(f"{rosa}/merge?q=rosa", headers=PARTIAL).text
    assert re.findall(r"merge\?with=(\w+)", page) == [scene.row(SECOND).contact_id]


def test_merges_and_edits_are_in_the_audit_with_who_did_them(scene: Scene, rosa: str) -> None:
    scene.named("R. Delgado", SECOND)
    scene.client.post(f"{rosa}/merge", data={"with": scene.row(SECOND).contact_id})
    edited(scene, rosa, name="Rosa V.")
    found = scene.site.read(lambda session: session.exec(select(AuditEntry).order_by("at")).all())
    assert [each.action for each in found if each.object == rosa.rsplit("/", 1)[1]] == [
        "contact.merged", "contact.changed"
    ]  # fmt: skip
    assert {each.actor for each in found if each.action == "contact.merged"} == {f"member:{scene.site.alice.id}"}


@pytest.mark.covers("H-24", "X-13")
def test_a_personal_link_of_a_merged_record_speaks_for_the_kept_one(scene: Scene, rosa: str) -> None:
    """Its No stops every number of the client, also those that only the kept record had."""
    scene.says_yes()
    scene.publish()
    scene.named("R. Delgado", SECOND)
    other = scene.row(SECOND).contact_id
    link = re.findall(r'<code id="link-1">([^<]+)</code>', scene.client.get(f"/contacts/{other}").text)[0]
    scene.client.post(f"{rosa}/merge", data={"with": other})
    opened = scene.client.get(html.unescape(link)).text
    question = re.findall(r'<input[^>]*type="radio"[^>]*name="([^"]+)"', opened) or re.findall(
        r'name="([^"]+)"[^>]*value="no"', opened
    )
    instance = field(opened, "instance")
    answer = scene.client.post(html.unescape(link), data={"instance": instance, question[0]: "no"})
    assert answer.status_code == 303, words(answer.text)
    assert scene.row().status == "opted_out"


@pytest.mark.covers("X-15")
def test_texts_that_wait_for_a_number_are_cancelled_when_a_merge_pauses_it(scene: Scene, rosa: str) -> None:
    scene.says_yes()
    scene.send_all()
    scene.named("R. Delgado", SECOND)
    scene.says_yes(SECOND, proof=Proof.HANDSET)
    scene.texts_us("STOP", SECOND)
    scene.send_all()
    scene.we_write("See you")
    scene.client.post(f"{rosa}/merge", data={"with": scene.row(SECOND).contact_id})
    assert scene.send_all() == []
    last = scene.messages()[-1]
    assert (last.text, last.status, last.reason) == ("See you", "cancelled", "paused")


@pytest.mark.covers("H-2", "H-23")
def test_a_scheduled_text_is_read_without_braces(scene: Scene, rosa: str) -> None:
    scene.says_yes()
    found = an_automation(scene, is_on=True)
    a_text(scene, found)
    said = words(scene.client.get(rosa).text)
    assert "Hi Rosa, this is Hearth Photography. See you soon!" in said
    assert "{" not in said
    assert "Hi [first name], this is [your business]." in words(scene.client.get(f"/automations/{found}").text)
