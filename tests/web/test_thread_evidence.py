"""What is proven about one number: looked at by all who read, taken along by few, and written down when it is."""

import datetime as dt
import html
import io
import json
import zipfile
from typing import Any

import pytest
import sqlalchemy as sa
import time_machine
from sqlmodel import Session

from portal.accounts.audit import AuditEntry
from portal.accounts.member import Role
from portal.column import table_of
from portal.consent import evidence, subscription
from portal.consent.state import Origin, Proof
from portal.evidence import paper
from portal.messaging import opt_in
from tests.conftest import as_member, person
from tests.web.scene import CLIENT, Scene

NOON = dt.datetime(2026, 11, 20, 17, 0, tzinfo=dt.UTC)
BLOCK = '<fieldset><legend>May we text you?</legend><script>alert("CANARY")</script></fieldset>'


@pytest.fixture(autouse=True)
def paperless(monkeypatch: pytest.MonkeyPatch) -> None:
    """The paper has tests of its own."""
    monkeypatch.setattr(paper, "of", lambda packet: b"%PDF-1.7")


@pytest.fixture
def here(scene: Scene) -> str:
    """A form's Yes at noon, and a STOP an hour later."""
    with time_machine.travel(NOON, tick=False):
        row_id = scene.named("Rosa Delgado")

        def yes(session: Session) -> None:
            row = subscription.lock(session, scene.site.hearth.id, "sms", CLIENT)
            opt_in.opt_in(
                session, row, origin=Origin.FORM, proof=Proof.PERSONAL_LINK, actor="client", scope="informational",
                confirmation="form.confirmation",
                evidence={"words": "By choosing Yes I agree", "choice": "yes", "rendered": BLOCK,
                          "rendered_sha256": "ab" * 32, "ip": "192.0.2.7"},
            )  # fmt: skip

        scene.write(yes)
        scene.send_all()
    with time_machine.travel(NOON + dt.timedelta(hours=1), tick=False):
        scene.texts_us("STOP")
    as_member(scene.client, scene.site.alice)
    return f"/sms/{row_id}/evidence"


def look(scene: Scene, url: str, status: int = 200) -> str:
    answer = scene.client.get(url)
    assert answer.status_code == status, answer.text
    return str(answer.text)


def take(scene: Scene, here: str, **typed: str) -> Any:
    return scene.client.post(here, data={"format": "json"} | typed)


def noted(scene: Scene) -> list[Any]:
    table = table_of(AuditEntry)
    query = sa.select(table.c.details).where(table.c.action == "evidence.taken")
    return list(scene.site.read(lambda session: session.execute(query).scalars().all()))


@pytest.mark.covers("rules 17")
def test_the_page_tells_the_facts_in_order_with_the_seconds_until_a_stop_counted(scene: Scene, here: str) -> None:
    page = look(scene, here).partition("What happened")[2]
    assert page.index("Opted in") < page.index("Opted out")
    assert "In force at once" in page
    assert "By choosing Yes I agree" in page
    assert "allowed by entry 1" in page
    assert "192.0.2.7" in page


@pytest.mark.covers("P16")
def test_the_stored_block_is_shown_in_a_frame_in_which_nothing_runs(scene: Scene, here: str) -> None:
    page = look(scene, here)
    assert "<script>alert" not in page
    frame = page[page.index("<iframe") : page.index("</iframe>")]
    assert 'sandbox="allow-same-origin"' in frame
    assert "May we text you?" in html.unescape(frame)
    assert "script-src 'self'" in scene.client.get(here).headers["content-security-policy"]


@pytest.mark.parametrize(
    ("at", "says"),
    [
        ("2026-11-20T11:59", "On 20 November 2026 at 11:59:00 (UTC−05:00, America/New_York): nobody at this number"),
        ("2026-11-20T12:30", "opted in, for conversations and automated texts, without marketing, by these words: “By"),
        ("2026-11-20T13:00", "On 20 November 2026 at 13:00:00 (UTC−05:00, America/New_York): opted out"),
        ("2026-11-01T01:30", "so 01:30 came twice in America/New_York. Both are answered."),
        ("2026-03-08T02:30", "There was no 02:30 on 8 March 2026"),
    ],
)
def test_any_moment_can_be_asked_about(scene: Scene, here: str, at: str, says: str) -> None:
    assert says in html.unescape(look(scene, f"{here}?at={at}"))


@pytest.mark.parametrize("at", ["yesterday", "2999-01-01T00:00", "2026-02-30T10:00", "x" * 300])
def test_a_moment_that_is_none_comes_back_with_a_sentence(scene: Scene, here: str, at: str) -> None:
    page = look(scene, f"{here}?at={at}", 422)
    assert f'value="{at}"' in page
    assert "field-error" in page


@pytest.mark.covers("rules 17")
def test_what_is_taken_along_can_be_checked_and_is_written_down(scene: Scene, here: str) -> None:
    answer = take(scene, here, at="2026-11-20T17:30:00Z")
    packet = json.loads(answer.text)
    assert answer.headers["content-disposition"] == 'attachment; filename="evidence-14155550132.json"'
    assert (packet["format"], evidence.problem_of(packet)) == ("portal-evidence-2", "")
    assert packet["state"]["status"] == "opted_in"
    assert noted(scene) == [{"format": "json", "kept_everything": False}]


def test_everything_comes_as_one_zip(scene: Scene, here: str) -> None:
    answer = take(scene, here, format="zip")
    assert answer.headers["content-type"] == "application/zip"
    assert "evidence.json" in zipfile.ZipFile(io.BytesIO(answer.content)).namelist()


def test_the_paper_comes_alone(scene: Scene, here: str) -> None:
    assert take(scene, here, format="pdf").content == b"%PDF-1.7"


def test_another_form_is_no_file(scene: Scene, here: str) -> None:
    assert take(scene, here, format="exe").status_code == 422
    assert noted(scene) == []


@pytest.mark.covers("rules 17")
def test_evidence_for_one_text_says_by_what_it_was_allowed(scene: Scene, here: str) -> None:
    sent = next(each for each in scene.messages() if each.direction == "outbound" and each.consent_seq)
    page = look(scene, f"{here}?message={sent.id}")
    assert "This text was allowed by entry 1" in page
    assert f'name="message" type="hidden" value="{sent.id}"' in page
    about = json.loads(take(scene, here, message=sent.id).text)["about"]
    assert (about["message"], about["allowed"]) == (sent.id, True)
    assert scene.client.get(f"{here}?message=no-such-text").status_code == 404


def as_role(scene: Scene, role: Role) -> None:
    as_member(scene.client, scene.write(lambda session: person(session, scene.site.hearth.id, f"n-{role}", role)))


@pytest.mark.covers("P10")
@pytest.mark.parametrize(
    ("role", "status", "everything"),
    [(Role.OWNER, 200, 200), (Role.MANAGER, 200, 403), (Role.COUNSEL, 200, 200), (Role.STAFF, 403, 403)],
)
def test_all_may_look_and_few_may_take_it_along(
    scene: Scene, here: str, role: Role, status: int, everything: int
) -> None:
    as_role(scene, role)
    page = look(scene, here)
    assert ("Download" in page) is (status == 200)
    assert ("Keep everything" in page) is (everything == 200)
    assert take(scene, here).status_code == status
    assert take(scene, here, everything="y").status_code == everything
    assert len(noted(scene)) == [status, everything].count(200)


@pytest.mark.covers("P10")
def test_another_business_finds_nothing_there(scene: Scene, here: str) -> None:
    as_member(scene.client, scene.site.charlie)
    assert (scene.client.get(here).status_code, take(scene, here).status_code) == (404, 404)


def test_a_long_story_is_read_page_by_page(scene: Scene, here: str, monkeypatch: pytest.MonkeyPatch) -> None:
    from portal.evidence import picture

    monkeypatch.setattr(picture, "PAGE", 1)
    first = look(scene, here)
    assert 'rel="next" href="' in first
    older = html.unescape(first.split('href="' + here + "?before=")[1].split('"')[0])
    assert look(scene, f"{here}?before={older.partition('#')[0]}") != first


def test_a_number_nobody_asked_has_a_page_too(scene: Scene) -> None:
    row_id = scene.named("Rosa Delgado")
    as_member(scene.client, scene.site.alice)
    page = look(scene, f"/sms/{row_id}/evidence")
    assert "Nothing is on record for this number" in page
