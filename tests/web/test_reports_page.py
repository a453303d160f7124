"""The reports as members read them: what the tables say, what cannot be asked for, and what leaves as a file."""

import csv
import re

import pytest
import sqlalchemy as sa
from sqlmodel import select

from portal import clock, local_time
from portal.accounts.audit import AuditEntry
from portal.consent.state import Kind, Proof
from tests.conftest import as_member
from tests.web.scene import CLIENT, Scene, words

SECOND, THIRD = "+14155550133", "+14155550134"


@pytest.fixture
def told(scene: Scene) -> Scene:
    """One who agreed, one whose number is a landline, one who stopped, and a contact without a number."""
    scene.named("Rosa Field")
    scene.says_yes()
    scene.says_yes(SECOND)
    scene.fact(Kind.UNDELIVERABLE, SECOND)
    scene.says_yes(THIRD, proof=Proof.HANDSET)
    scene.texts_us("STOP", THIRD)
    return scene


def page(scene: Scene, path: str = "/reports") -> str:
    answer = scene.alice().get(path)
    assert answer.status_code == 200
    return str(answer.text)


def table(text: str) -> dict[str, str]:
    """The first words of each row of the tables, and its first number."""
    rows = re.findall(r"<tr><th scope=\"row\">(.*?)</th><td class=\"num\">(.*?)</td>", text, re.DOTALL)
    return {words(head): number for head, number in rows}


def test_everybody_stands_somewhere_with_what_to_do(told: Scene) -> None:
    shown = words(page(told))
    assert "33% can be texted now: 1 of 3 clients." in shown
    assert (
        "Texts do not reach the number It may be a landline or gone: ask for a mobile number. See which 1 33%" in shown
    )
    assert "Opted out Only they can start again" in shown
    assert "Said No Only they" not in shown  # nobody did


def test_today_has_those_who_came_and_who_left(told: Scene) -> None:
    today = local_time.today("America/New_York")
    rows = table(page(told))
    assert rows[f"{today:%a} {today.day} {today:%b %Y}"] == "3"
    assert "Opted in 3 0 before Opted out 1 0 before Net +2 0 before" in words(page(told))


@pytest.mark.parametrize("chosen", ["30", "90", "year"])
def test_each_range_is_one_click(told: Scene, chosen: str) -> None:
    shown = page(told, f"/reports?range={chosen}")
    assert re.search(rf'href="/reports\?range={chosen}#days" aria-current="true"', shown)


def test_a_range_of_ones_own_is_shown(told: Scene) -> None:
    shown = page(told, "/reports?range=own&first=2026-03-08&last=2026-03-08")
    assert "8 March 2026 to 8 March 2026, beside the 1 day before." in words(shown)


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        ("range=own&first=2026-02-02&last=2026-02-01", "The last day is before the first one."),
        ("range=own&first=2026-02-30&last=2026-02-01", "Please give a day, like 2026-11-21."),
        ("range=own&first=&last=", "Please give a day, like 2026-11-21."),
        ("range=own&first=2020-01-01&last=2026-01-01", "A report shows two years at most."),
        ("range=own&first=2026-01-01&last=2199-01-01", "The last day is still to come."),
        ("range=own&first=0001-01-01&last=0001-01-02", "The first day is too long ago."),
        ("range=ever", "Not a valid choice."),
    ],
)  # fmt: skip
def test_what_is_no_range_is_said_and_kept(scene: Scene, query: str, sentence: str) -> None:
    answer = scene.alice().get(f"/reports?{query}")
    assert answer.status_code == 422
    assert sentence in words(answer.text)
    first = re.search(r"first=([\d-]+)", query)
    assert first is None or f'value="{first[1]}"' in answer.text


def test_a_new_business_is_told_how_to_begin(scene: Scene) -> None:
    shown = words(page(scene))
    assert "There is no client yet." in shown
    assert "Nobody in these days" in shown


def test_a_picture_says_what_it_shows_and_stands_beside_its_numbers(told: Scene) -> None:
    shown = page(told)
    titles = re.findall(r'<svg class="(?:shares|chart)" role="img" aria-labelledby="(\S+) (\S+)"', shown)
    assert len(titles) == 2
    assert all(f'id="{each}"' in shown for pair in titles for each in pair)
    assert "style=" not in shown


def test_the_landline_is_listed_with_its_code(told: Scene) -> None:
    shown = words(page(told, "/reports/unreachable"))
    assert "+1 415 555 0133" in shown
    assert "This number cannot get texts." in shown


def test_who_was_asked_is_counted_by_the_days(scene: Scene) -> None:
    scene.named("Rosa Field")
    scene.fact(Kind.ASKED)
    assert "1 number waits for a YES." in words(page(scene, "/reports/silence"))


def test_texts_of_this_week_are_counted_by_hand_and_by_themselves(scene: Scene) -> None:
    scene.named("Rosa Field")
    scene.says_yes()
    scene.we_write("See you at nine")
    scene.send_all()
    scene.texts_us("Thank you")
    shown = words(page(scene, "/reports/texts"))
    assert "Came in 1 Left 2 Arrived 0 Failed or unknown 0 By hand 1 By themselves 1" in shown


@pytest.mark.parametrize("path", ["/reports/silence?months=x&after=nothing", "/reports/silence?after=~"])
def test_a_page_of_the_silent_that_does_not_exist_is_not_found(scene: Scene, path: str) -> None:
    assert scene.alice().get(path).status_code == 404


@pytest.mark.covers("P16")
@pytest.mark.parametrize("what", ["health", "growth", "origins", "silence", "texts"])
def test_each_table_leaves_as_a_file_and_is_written_down(told: Scene, what: str) -> None:
    answer = told.alice().post("/reports/table?range=90", data={"what": what})
    assert answer.headers["content-type"].startswith("text/csv")
    assert f"-{what}-{clock.now().date()}.csv" in answer.headers["content-disposition"]
    head, *rows = csv.reader(answer.text.splitlines())
    assert rows
    assert all(len(row) == len(head) for row in rows)
    assert CLIENT not in answer.text
    written = told.site.read(
        lambda session: session.exec(select(AuditEntry).where(sa.column("action") == "report.downloaded")).one().object
    )
    assert written == what


def test_a_table_that_does_not_exist_is_refused(scene: Scene) -> None:
    assert scene.alice().post("/reports/table", data={"what": "people"}).status_code == 422


def test_who_may_only_read_gets_no_file_and_no_button(told: Scene) -> None:
    staff = as_member(told.client, told.site.bob)
    assert "/reports/table" not in staff.get("/reports").text
    assert staff.post("/reports/table", data={"what": "health"}).status_code == 403
