"""Replies in doubt over the API: the queue as it stands, and deciding once (X-10)."""

import pytest

from tests.api.conftest import CLIENT, SECOND, Api, Clients

DOUBT, AGAIN = "wrong number", "no thanks"
KEEP = {"decision": "keep", "reason": "They meant the album"}
OPT_OUT = {"decision": "opt_out", "reason": "Read as a wish to stop"}
FIELDS = {
    "id", "channel", "number", "contact", "opened_at", "honour_by", "business_days_left", "replies", "sent_before",
    "held", "skipped", "seen",
}  # fmt: skip


@pytest.fixture
def doubt(clients: Clients) -> str:
    """The path of a review."""
    found = clients.says_yes()
    clients.send_all()
    clients.texts(DOUBT)
    return f"/reviews/{found}"


@pytest.mark.covers("X-10", "rules 2")
def test_the_queue_tells_what_was_said_why_and_until_when(api: Api, clients: Clients, doubt: str) -> None:
    clients.texts(AGAIN)
    answer = api.get("/reviews")
    (item,) = answer["items"]
    assert set(item) == FIELDS
    assert answer["next"] is None
    assert (item["id"], item["number"], item["business_days_left"]) == (doubt[9:], CLIENT, 10)
    assert [each["text"] for each in item["replies"]] == [DOUBT, AGAIN]
    assert [each["rule"] for each in item["replies"]] == ["wrong_number (English)", "soft_no (English)"]
    assert "opted in to texts" in item["sent_before"]["text"]
    assert item["seen"] == item["replies"][1]["message"]


def test_an_empty_queue_is_a_list(api: Api) -> None:
    assert api.get("/reviews") == {"items": [], "next": None}


def test_pages_go_on_where_the_last_one_ended(api: Api, clients: Clients) -> None:
    for number in (SECOND, CLIENT):
        clients.says_yes(number)
        clients.texts(DOUBT, number)
    first = api.get("/reviews?limit=1")
    assert [each["number"] for each in first["items"]] == [SECOND]
    last = api.get(f"/reviews?limit=1&after={first['next']}")
    assert [each["number"] for each in last["items"]] == [CLIENT]
    assert last["next"] is None
    assert api.call("GET", "/reviews?after=nothing").status_code == 404


@pytest.mark.covers("X-10")
def test_keep_opens_automated_texts_again(api: Api, clients: Clients, doubt: str) -> None:
    answer = api.post(doubt, KEEP)
    assert answer.status_code == 200
    assert (answer.json()["in_review"], answer.json()["status"]) == (False, "opted_in")
    assert clients.entries()[-1].evidence["reason"] == "They meant the album"
    assert api.get("/reviews")["items"] == []


@pytest.mark.covers("X-10", "H-18")
def test_opt_out_ends_all_texts(api: Api, clients: Clients, doubt: str) -> None:
    answer = api.post(doubt, {"decision": "opt_out"})
    assert (answer.status_code, answer.json()["status"], answer.json()["may_text"]) == (200, "opted_out", False)
    assert clients.send_all() == []


def test_keep_needs_a_reason(api: Api, clients: Clients, doubt: str) -> None:
    answer = api.post(doubt, {"decision": "keep"})
    assert answer.status_code == 422
    assert set(answer.json()["fields"]) == {"reason"}
    assert clients.row().in_review


@pytest.mark.covers("X-10")
@pytest.mark.parametrize("body", [KEEP, OPT_OUT])
@pytest.mark.parametrize("word", ["STOP", "START"])
def test_what_is_settled_is_a_conflict_and_changes_nothing(
    api: Api, clients: Clients, doubt: str, body: dict[str, str], word: str
) -> None:
    clients.texts(word)
    before = clients.row()
    answer = api.post(doubt, body)
    assert (answer.status_code, answer.json()["reason"]) == (409, "settled")
    assert clients.row() == before


def test_a_reply_that_came_since_is_a_conflict(api: Api, clients: Clients, doubt: str) -> None:
    (item,) = api.get("/reviews")["items"]
    clients.texts(AGAIN)
    answer = api.post(doubt, KEEP | {"seen": item["seen"]})
    assert (answer.status_code, answer.json()["reason"]) == (409, "changed")
    assert clients.row().in_review


def test_the_same_key_decides_once(api: Api, clients: Clients, doubt: str) -> None:
    first, second = (api.post(doubt, KEEP, Idempotency_Key="one") for _ in range(2))
    assert first.json() == second.json()
    assert second.headers["idempotent-replayed"] == "true"
    assert [each.kind for each in clients.entries()].count("review_kept") == 1
    assert api.post(doubt, OPT_OUT, Idempotency_Key="one").status_code == 422


def test_an_unknown_review_is_not_there(api: Api) -> None:
    assert api.post("/reviews/nobody", KEEP).status_code == 404
