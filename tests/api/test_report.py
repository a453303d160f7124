"""`GET /reports/consent`: the same figures as the page, for programs."""

import pytest

from tests.api.conftest import CLIENT, Api, Clients


def test_the_report_counts_a_client_who_agreed(api: Api, clients: Clients) -> None:
    clients.says_yes()
    found = api.get("/reports/consent")
    assert (found["clients"], found["standings"]["reachable"], found["steps"]["opted_in"]) == (1, 1, 1)
    assert (found["opted_in_by"]["form"], sum(each["opted_in"] for each in found["parts"])) == (1, 1)
    assert (found["unit"], len(found["parts"]), found["is_whole"]) == ("day", 30, True)
    assert CLIENT not in str(found)


def test_days_can_be_chosen(api: Api) -> None:
    found = api.get("/reports/consent?first=2026-01-15&last=2026-03-14")
    assert (found["unit"], found["parts"][0], found["parts"][1]["first"]) == (
        "week", {"first": "2026-01-15", "last": "2026-01-18", "opted_in": 0, "opted_out": 0}, "2026-01-19",
    )  # fmt: skip


@pytest.mark.parametrize(
    "query", ["last=2026-01-01", "first=2026-02-01&last=2026-01-01", "first=x", "first=2199-01-01", "until=2026-01-01"]
)
def test_days_that_are_no_range_are_refused(api: Api, query: str) -> None:
    assert api.call("GET", f"/reports/consent?{query}").status_code == 422
