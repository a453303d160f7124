"""`GET /self-audits`: the nights, newest first, page by page."""

import datetime as dt

import pytest

from portal.evidence import auditing
from tests.api.conftest import Api, Clients

FIRST = dt.date(2026, 3, 1)


@pytest.mark.covers("P1", "P11")
def test_a_program_reads_the_nights_page_by_page(api: Api, other: Api, clients: Clients) -> None:
    for days in range(3):
        auditing.look(clients.site.database, clients.business, FIRST + dt.timedelta(days=days))
    page = api.get("/self-audits?limit=2")
    assert [each["day"] for each in page["items"]] == ["2026-03-03", "2026-03-02"]
    assert page["items"][0]["sentence"] == "Texts after opt-out: 0. No opt-out by text."
    assert (page["items"][0]["texts_after_opt_out"], page["items"][0]["ledger_problem"]) == (0, None)
    rest = api.get(f"/self-audits?limit=2&after={page['next']}")
    assert ([each["day"] for each in rest["items"]], rest["next"]) == (["2026-03-01"], None)
    assert other.get("/self-audits") == {"items": [], "next": None}
    assert api.call("GET", "/self-audits?after=yesterday").status_code == 422
