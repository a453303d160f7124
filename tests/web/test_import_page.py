"""`/import` and `/contacts/…/consent/…` as browsers use them, without JavaScript."""

import csv
import datetime as dt
import io

import pytest
import sqlalchemy as sa

from portal import clock
from portal.accounts.audit import AuditEntry
from portal.column import table_of
from portal.imports import import_run
from tests.conftest import as_member
from tests.web.scene import CLIENT, Scene

A, B = "+14155550141", "+14155550142"
PDF = b"%PDF-1.7\n" + b"0" * 30
YESTERDAY = (clock.now() - dt.timedelta(days=1)).date().isoformat()  # here; where the business is, it may be today


@pytest.fixture
def desk(scene: Scene) -> Scene:
    as_member(scene.client, scene.site.alice)
    return scene


def upload(scene: Scene, raw: str = "", *, what: str = "contacts", name: str = "list.csv", **fields: str) -> str:
    files = {"file": (name, raw.encode(), "text/csv")} if raw else None
    answer = scene.client.post("/import", data={"what": what, "group": "", "pasted": "", **fields}, files=files)
    assert answer.status_code == 303, answer.text
    return str(answer.headers["location"])


@pytest.mark.covers("P12")
def test_a_list_is_looked_through_started_and_its_problems_are_a_file(desk: Scene) -> None:
    where = upload(desk, f"Name,Phone,Opt in\nZoë,{A},Y\n=HYPERLINK(1),12,\nAda,{B},N\n")
    preview = desk.client.get(where).text
    assert all(
        words in preview for words in ("Nothing has been imported yet", "Zoë", "A list gives no consent", "Row 3")
    )
    assert desk.client.post(f"{where}/start").headers["location"] == where
    assert "Done" in desk.client.get(where).text
    answer = desk.client.get(f"{where}/problems.csv")
    head, row = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert head == ["row", "problem", "Name", "Phone", "Opt in"]
    assert (row[0], row[2:]) == ("3", ["'=HYPERLINK(1)", "12", ""])
    assert answer.headers["content-disposition"].startswith("attachment")
    actions = desk.site.read(lambda s: s.scalars(sa.select(table_of(AuditEntry).c.action)).all())
    assert {"import.started", "import.finished"} <= set(actions)


@pytest.mark.covers("H-18")
def test_a_pasted_list_of_opt_outs_stops_them_before_anybody_asked(desk: Scene) -> None:
    where = upload(desk, what="opt-outs", pasted="(415) 555-0141, 2026-01-05, called us\n+1 415 555 0142\n")
    desk.client.post(f"{where}/start")
    found = desk.client.get("/sms?status=opted_out").text
    assert "+1 415 555 0141" in found
    assert "+1 415 555 0142" in found


def test_columns_that_cannot_be_told_are_asked_for(desk: Scene) -> None:
    where = upload(desk, "Box,Who\nz@quinn.example,Zoë\n")
    assert "Which column is what?" in desk.client.get(where).text
    wrong = desk.client.post(f"{where}/columns", data={"column_0": "email", "column_1": "skip"})
    assert (wrong.status_code, "Please say which column" in wrong.text) == (422, True)
    assert desk.client.post(f"{where}/columns", data={"column_0": "email", "column_1": "name"}).status_code == 303
    assert "Import 1 contacts" in desk.client.get(where).text
    assert desk.client.post(f"{where}/cancel").headers["location"] == "/import"
    left = desk.client.get(where).text
    assert ("Discarded" in left, "New contacts" in left) == (True, False)


@pytest.mark.parametrize(
    ("raw", "pasted", "said"),
    [("", "", "choose a file, or paste"), ("a,b", "c", "not both"), ("PK\x03\x04", "", "workbook")],
)
def test_what_is_no_list_comes_back_with_a_sentence(desk: Scene, raw: str, pasted: str, said: str) -> None:
    files = {"file": ("x.csv", raw.encode(), "text/csv")} if raw else None
    data = {"what": "opt-outs", "group": "", "pasted": pasted}
    answer = desk.client.post("/import", data=data, files=files)
    assert answer.status_code == 422
    assert said in answer.text
    assert pasted in answer.text


@pytest.mark.covers("P10")
def test_a_large_body_is_read_for_nobody_who_may_not(scene: Scene) -> None:
    big = {"file": ("x.csv", b"x" * 200_000, "text/csv")}
    assert scene.client.post("/import", data={"what": "contacts"}, files=big).status_code in (303, 401)
    as_member(scene.client, scene.site.bob)
    assert scene.client.post("/import", data={"what": "contacts"}, files=big).status_code == 403
    assert scene.client.post("/groups", data={"name": "x"}, files=big).status_code == 413
    runs = scene.site.read(lambda s: import_run.latest(s, scene.site.hearth.id))
    assert runs == []


def consent(scene: Scene, subscription_id: str, content: bytes = PDF, **fields: str) -> tuple[str, int, str]:
    contact_id = scene.site.read(
        lambda s: s.execute(sa.text("SELECT contact_id FROM subscription WHERE id = :id"), {"id": subscription_id})
    ).scalar_one()
    where = f"/contacts/{contact_id}/consent/{subscription_id}"
    data = {
        "on": YESTERDAY, "way": "paper", "note": "", "words": "Yes, text me.", "taken_by": "Bob",
    }  # fmt: skip
    answer = scene.client.post(where, data=data | fields, files={"file": ("form.pdf", content, "application/pdf")})
    return where, answer.status_code, answer.text


@pytest.mark.covers("F-14", "H-19")
def test_a_consent_on_paper_is_recorded_on_the_contact_and_nowhere_in_the_conversation(desk: Scene) -> None:
    row = desk.named("Zoë")
    assert "/consent/" not in desk.client.get(f"/sms/{row}").text + desk.client.get("/sms").text
    where, status, _ = consent(desk, row, b"no file of a kind we take")
    assert status == 422
    where, status, said = consent(desk, row, on="2031-01-01", words="")
    assert (status, "has not come yet" in said, "the exact words" in said) == (422, True, True)
    where, status, _ = consent(desk, row)
    assert status == 303
    shown = desk.client.get(where.partition("/consent/")[0]).text
    assert "unproven until the phone answers" in shown
    page = desk.client.get(where).text
    file = page.partition(f'href="{where}/')[2].partition('"')[0]
    answer = desk.client.get(f"{where}/{file}")
    assert (answer.content, answer.headers["content-type"]) == (PDF, "application/pdf")
    assert answer.headers["content-disposition"].startswith("attachment")
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert consent(desk, row)[1] == 409


@pytest.mark.covers("P12")
def test_after_a_stop_the_page_says_what_would_change_it_and_has_no_form(desk: Scene) -> None:
    row = desk.named("Zoë")
    desk.texts_us("STOP", CLIENT)
    where, status, said = consent(desk, row)
    assert (status, "Only the client can" in said) == (409, True)
    assert "Record the consent" not in desk.client.get(where).text
