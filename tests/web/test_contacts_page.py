"""`/contacts`: finding somebody, writing somebody down, and who texted without being known (P13, P16)."""

import re

import pytest
from sqlalchemy import event

from portal.accounts.member import Role
from portal.contacts.contact import MOST_NUMBERS
from tests.conftest import as_member, person
from tests.web.scene import CLIENT, Scene, words

PARTIAL = {"HX-Request": "true", "HX-Request-Type": "partial"}
SECOND, THIRD = "+14155550133", "+14155550134"
HOSTILE = "<script>alert(1)</script> \u202e“&\"' {{7*7}}"


def listed(page: str) -> list[str]:
    return re.findall(r'<li id="contact-(\w+)"', page)


def test_without_contacts_the_page_teaches_how_they_come(scene: Scene) -> None:
    said = words(scene.alice().get("/contacts").text)
    assert "No contacts yet" in said
    assert "texting them starts with their own Yes" in said


def test_contacts_stand_by_name_with_their_numbers_and_mark(scene: Scene) -> None:
    scene.named("Zora Quill", SECOND)
    scene.named("Émile Aster", CLIENT, email="emile@example.com")
    scene.says_yes()
    said = words(scene.alice().get("/contacts").text)
    assert said.index("Émile Aster") < said.index("Zora Quill")
    for part in ("+1 415 555 0132", "emile@example.com", "Opt-in: Y", "No answer yet"):
        assert part in said


@pytest.mark.covers("F-18")
def test_the_mark_says_no_after_a_stop(scene: Scene) -> None:
    scene.named("Rosa Delgado")
    scene.says_yes()
    scene.texts_us("STOP")
    assert "Opt-in: N" in words(scene.alice().get("/contacts").text)


@pytest.mark.parametrize(
    ("q", "found"),
    [
        ("ros", True), ("RÓSA", True), ("rosa@ex", True), ("rd@", False), ("0132", True), ("(415) 555-01", True),
        ("+1415555", True), ("9999", False), ("delgado", False), ("+33", False), ("%", False),
    ],
)  # fmt: skip
def test_a_search_knows_names_addresses_and_numbers(scene: Scene, q: str, found: bool) -> None:
    scene.named("Rosa Delgado", email="rosa@example.com")
    page = scene.alice().get("/contacts", params={"q": q}).text
    assert bool(listed(page)) is found


def test_an_address_is_found_by_its_beginning_alone(scene: Scene) -> None:
    scene.named("Rosa Delgado", email="studio@example.com")
    assert len(listed(scene.alice().get("/contacts", params={"q": "studio"}).text)) == 1


def test_pages_go_on_until_everybody_was_shown(scene: Scene) -> None:
    for n in range(53):
        scene.named(f"Client {n:02d}", f"+1415555{1000 + n}")
    url, seen = "/contacts", []
    while url:
        page = scene.alice().get(url).text
        seen += listed(page)
        more = re.search(r'rel="next" href="([^"]+)"', page)
        url = more.group(1).replace("&amp;", "&") if more else ""
    assert len(seen) == len(set(seen)) == 53


@pytest.mark.parametrize("q", ["+1415555", "client"])
def test_pages_of_a_search_go_on_too(scene: Scene, q: str) -> None:
    for n in range(53):
        scene.named("Client", f"+1415555{1000 + n}", email=f"client{n}@example.com")
    first = scene.alice().get("/contacts", params={"q": q}).text
    more = re.search(r'rel="next" href="([^"]+)"', first)
    assert more is not None
    second = scene.client.get(more.group(1).replace("&amp;", "&")).text
    assert f'data-url="{more.group(1)}"' in second, "a live page asks for itself, not for the first one"
    assert len(set(listed(first) + listed(second))) == 53


def test_a_page_that_does_not_exist_is_not_found(scene: Scene) -> None:
    scene.named("Rosa Delgado")
    for after in ("nonsense", "a~b", "0" * 32):
        assert scene.alice().get("/contacts", params={"after": after}).status_code == 404


def test_the_list_costs_the_same_for_one_and_for_fifty(scene: Scene) -> None:
    scene.named("Client", "+14155551000")
    before = queries(scene, "/contacts")
    for n in range(1, 50):
        scene.named(f"Client {n}", f"+1415555{1000 + n}")
    assert queries(scene, "/contacts") == before


def queries(scene: Scene, url: str) -> int:
    asked: list[str] = []
    engine = scene.app.state.database.engine

    def count(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        asked.append(statement)

    event.listen(engine, "before_cursor_execute", count)
    try:
        assert scene.alice().get(url).status_code == 200
    finally:
        event.remove(engine, "before_cursor_execute", count)
    return len(asked)


def test_an_open_page_gets_the_list_alone(scene: Scene) -> None:
    scene.named("Rosa Delgado")
    page = scene.alice().get("/contacts?q=ro", headers=PARTIAL).text
    assert page.lstrip().startswith('<div class="stack" id="contacts"')


@pytest.mark.covers("P16")
def test_a_hostile_name_is_words_everywhere(scene: Scene) -> None:
    answer = scene.alice().post("/contacts", data={"name": HOSTILE, "number": CLIENT, "was": ""})
    url = answer.headers["location"]
    for page in ("/contacts", url, f"{url}/edit", f"{url}/merge", f"/contacts?q={HOSTILE[:9]}"):
        text = scene.client.get(page).text
        assert "<script>alert" not in text
        assert "\u202e" not in re.sub(r'<input[^>]*name="name"[^>]*>', "", text)


def test_a_new_contact_opens_on_its_page(scene: Scene) -> None:
    form = {
        "name": "Rosa  Delgado", "email": "rosa@example.com", "number": ["(415) 555-0132", ""], "was": ["", ""],
        "date_name": ["Birthday", ""], "date_on": ["1990-05-17", ""],
    }  # fmt: skip
    answer = scene.alice().post("/contacts", data=form)
    assert answer.status_code == 303
    said = words(scene.client.get(answer.headers["location"]).text)
    for part in ("Rosa Delgado", "+1 415 555 0132", "No consent", "Birthday", "17 May 1990", "Contact added", "Alice"):
        assert part in said


@pytest.mark.covers("H-4", "P13")
def test_one_number_in_many_spellings_is_one_number(scene: Scene) -> None:
    spellings = [
        *(f"{plus}{code}{sep}415{sep}555{sep}0132" for plus, code in (("+", "1"), ("", "1"), ("", "")) for sep in
          ("", " ", "-", ".", "/")),
        "(415) 555-0132", "(415)5550132", "+1 (415) 555 0132", "1 (415) 555-0132", "415 5550132",
        "４１５ ５５５ ０１３２", "٤١٥ ٥٥٥ ٠١٣٢", "415\u2013555\u20130132", "415\u00a0555\u00a00132",
        "\u200e+14155550132",
        "+1.415.555.0132", "  4155550132  ", "(415).555.0132", "+1/415/555/0132", "+1-(415)-555-0132",
        "415 555-0132", "1-415-5550132",
    ]  # fmt: skip
    assert len(set(spellings)) == 30
    answer = scene.alice().post("/contacts", data={"name": "Rosa", "number": spellings, "was": [""] * 30})
    assert answer.status_code == 303, words(answer.text)
    assert words(scene.client.get(answer.headers["location"]).text).count("No consent") == 1
    assert [row.number for row in scene.site.read(_all_subscriptions)] == [CLIENT]


def _all_subscriptions(session: object) -> list[object]:
    from sqlmodel import Session, select

    from portal.consent.subscription import Subscription

    assert isinstance(session, Session)
    return list(session.exec(select(Subscription)).all())


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ("911", "Emergency numbers cannot receive texts"),
        ("555", "Short numbers cannot receive texts"),
        ("+1 800 555 0100", "Toll-free numbers"),
        ("415-555-0132 x5", "leave out the extension"),
        ("call me", "without letters"),
        ("+1 202 555 0199", "That is our own number"),
        ("4155550132, 4155550133", "one phone number only"),
    ],
)
def test_each_number_that_cannot_be_texted_says_why_and_everything_typed_is_kept(
    scene: Scene, typed: str, sentence: str
) -> None:
    form = {"name": "Rosa", "email": "rosa@example.com", "number": [SECOND, typed], "was": ["", ""],
            "date_name": "Wedding", "date_on": "2027-06-12"}  # fmt: skip
    answer = scene.alice().post("/contacts", data=form)
    assert answer.status_code == 422
    said = words(answer.text)
    assert sentence in said
    for kept in ("Rosa", "rosa@example.com", SECOND, typed, "Wedding", "2027-06-12"):
        assert f'value="{kept}"' in answer.text
    assert listed(scene.client.get("/contacts").text) == []


def test_sixty_numbers_are_refused_in_one_sentence(scene: Scene) -> None:
    many = [f"+1415555{1000 + n}" for n in range(60)]
    answer = scene.alice().post("/contacts", data={"name": "Rosa", "number": many, "was": [""] * 60})
    assert answer.status_code == 422
    assert words(answer.text).count(f"A contact has at most {MOST_NUMBERS} numbers.") == 1
    assert all(f'value="{each}"' in answer.text for each in many)


@pytest.mark.parametrize(
    ("form", "sentence"),
    [
        ({"name": ""}, "Please give a name."),
        ({"name": "x" * 121}, "at most 120 characters"),
        ({"name": "Rosa", "email": "nobody"}, "not an e-mail address"),
        ({"name": "Rosa", "date_name": "", "date_on": "2027-06-12"}, "give this date a name"),
        ({"name": "Rosa", "date_name": "Wedding", "date_on": "someday"}, "Please give a day"),
        ({"name": "Rosa", "date_name": "Wedding", "date_on": "2027-02-29"}, "Please give a day"),
        ({"name": "Rosa", "date_name": "Wedding", "date_on": "9999-12-31"}, "between 1900 and 2199"),
        ({"name": "Rosa", "date_name": ["A", "a"], "date_on": ["2027-06-12"] * 2}, "already a date called"),
    ],
)
def test_a_form_that_is_not_right_says_so(scene: Scene, form: dict[str, object], sentence: str) -> None:
    answer = scene.alice().post("/contacts", data=form)
    assert answer.status_code == 422
    assert sentence in words(answer.text)


@pytest.mark.parametrize("what", ["number", "date"])
def test_one_more_row_keeps_what_was_typed_and_saves_nothing(scene: Scene, what: str) -> None:
    form = {"name": "Rosa", "number": [CLIENT], "was": [""], "date_name": "Wedding", "date_on": "2027-06-12"}
    before = scene.alice().post("/contacts", data=form | {"do": what})
    assert before.status_code == 200
    assert before.text.count('name="number"') == (2 if what == "number" else 1)
    assert before.text.count('name="date_on"') == (2 if what == "date" else 1)
    assert 'value="Rosa"' in before.text
    assert listed(scene.client.get("/contacts").text) == []


def test_unknown_senders_wait_until_somebody_says_who_they_are(scene: Scene) -> None:
    scene.named("Rosa Delgado")
    scene.texts_us("Hello, is this the studio?", SECOND)
    page = scene.alice().get("/contacts").text
    assert "Unknown senders 1" in words(page)
    said = words(scene.client.get("/contacts?unknown=1").text)
    assert "+1 415 555 0133" in said
    assert "Hello, is this the studio?" in said
    assert "Rosa" not in said


def test_one_click_attaches_an_unknown_sender(scene: Scene) -> None:
    scene.named("Rosa Delgado")
    scene.texts_us("Hello", SECOND)
    row = scene.row(SECOND)
    page = scene.alice().get(f"/sms/{row.id}/contact").text
    (chosen,) = re.findall(r'name="contact" value="(\w+)"', page)
    assert scene.client.post(f"/sms/{row.id}/contact", data={"contact": chosen}).status_code == 303
    assert scene.row(SECOND).name == "Rosa Delgado"
    assert "Everybody is known" in words(scene.client.get("/contacts?unknown=1").text)


def test_a_search_narrows_whom_an_unknown_sender_may_be(scene: Scene) -> None:
    scene.named("Rosa Delgado")
    scene.named("Owen Hartley", THIRD)
    scene.texts_us("Hello", SECOND)
    page = scene.alice().get(f"/sms/{scene.row(SECOND).id}/contact?q=ow", headers=PARTIAL).text
    assert "Owen Hartley" in page
    assert "Rosa" not in page


@pytest.mark.covers("X-15", "P12")
def test_a_number_attached_to_a_client_who_opted_out_is_paused(scene: Scene) -> None:
    scene.named("Rosa Delgado")
    scene.says_yes()
    scene.texts_us("STOP")
    scene.texts_us("Hello", SECOND)
    scene.says_yes(SECOND)
    row = scene.row(SECOND)
    assert row.contact_id is None
    page = scene.alice().get(f"/sms/{row.id}/contact").text
    (chosen,) = re.findall(r'name="contact" value="(\w+)"', page)
    scene.client.post(f"/sms/{row.id}/contact", data={"contact": chosen})
    assert (scene.row(SECOND).status, bool(scene.row(SECOND).is_paused)) == ("opted_in", True)


def test_a_new_contact_may_start_with_the_number_of_a_conversation(scene: Scene) -> None:
    scene.texts_us("Hello", SECOND)
    row = scene.row(SECOND)
    assert f'value="{SECOND}"' in scene.alice().get(f"/contacts/new?from={row.id}").text
    assert scene.client.get("/contacts/new?from=nonsense").status_code == 404


@pytest.mark.covers("P10")
def test_somebody_elses_conversation_and_contact_cannot_be_joined(scene: Scene) -> None:
    scene.named("Rosa Delgado")
    scene.texts_us("Hello", SECOND)
    row = scene.row(SECOND)
    rosa = scene.row().contact_id
    charlie = as_member(scene.client, scene.site.charlie)
    assert charlie.get(f"/contacts/new?from={row.id}").status_code == 404
    assert charlie.post(f"/sms/{row.id}/contact", data={"contact": rosa}).status_code == 404
    charlie.post("/contacts", data={"name": "Theirs", "number": THIRD, "was": ""})
    (theirs,) = listed(charlie.get("/contacts").text)
    assert scene.alice().post(f"/sms/{row.id}/contact", data={"contact": theirs}).status_code == 404
    assert scene.row(SECOND).contact_id is None


@pytest.mark.covers("P10")
def test_who_may_only_read_sees_no_way_to_change(scene: Scene) -> None:
    scene.named("Rosa Delgado")
    counsel = scene.write(lambda session: person(session, scene.site.hearth.id, "cora", Role.COUNSEL))
    as_member(scene.client, counsel)
    page = scene.client.get("/contacts").text
    assert "Rosa Delgado" in page
    assert "/contacts/new" not in page
    assert scene.client.get("/contacts/new").status_code == 403
    assert scene.client.post("/contacts", data={"name": "X"}).status_code == 403
