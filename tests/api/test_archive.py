"""`GET /archive`: the same lines as the command's and the mail's, number by number."""

import json

import pytest
from sqlmodel import Session

from portal.export import Feed
from portal.messaging import archive, archive_turn
from tests.api.conftest import Api, Clients


@pytest.fixture
def kept(clients: Clients) -> Clients:
    """What Hearth's client said, in the archive."""
    clients.says_yes()
    clients.send_all()
    clients.texts("STOP")

    def fill(session: Session) -> None:
        archive.switch(session, clients.business, is_on=True)
        found = archive_turn.look(session, clients.business)
        assert found is not None
        archive_turn.store(session, found)

    clients.site.write(fill)
    return clients


@pytest.mark.covers("S-2")
def test_a_program_fetches_the_archive_page_by_page_and_goes_on_by_number(api: Api, kept: Clients) -> None:
    whole = api.get("/archive")
    assert [each["number"] for each in whole["items"]] == list(range(1, len(whole["items"]) + 1))
    assert whole["next"] is None
    page = api.get("/archive?limit=2")
    assert (page["items"], page["next"]) == (whole["items"][:2], 2)
    assert api.get(f"/archive?after={len(whole['items'])}") == {"items": [], "next": None}
    feed = kept.site.read(Feed(kept.business, 2).piece)
    assert [json.loads(line) for line in feed.splitlines()] == whole["items"][2:]


def test_another_business_has_another_archive(other: Api, kept: Clients) -> None:
    assert other.get("/archive") == {"items": [], "next": None}


def test_a_number_that_cannot_be_is_refused(api: Api) -> None:
    assert api.call("GET", "/archive?after=-1").status_code == 422
    assert api.call("GET", "/archive?after=x").status_code == 422
