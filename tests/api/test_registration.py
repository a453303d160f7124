"""The registration pack for programs: the pack, what is to do, and what is no longer as it was registered."""

import pytest
from sqlmodel import Session

from portal.accounts import business as businesses
from portal.registration import pack, registration
from tests.api.conftest import Api
from tests.conftest import World

pytestmark = pytest.mark.covers("rules 28")
URLS = {"public_url": "https://portal.example.com", "form_origin": "https://portal.example.com"}


def test_a_program_reads_the_pack_and_what_is_to_do(api: Api) -> None:
    told = api.get("/registration")
    assert told["pack"]["brand"] == "Hearth Photography"
    assert told["pack"]["proof_url"] == "https://portal.example.com/opt-in/hearth-photography"
    assert {each["code"]: each["state"] for each in told["checks"]}["30890"] == "fix"
    assert (told["registered"], told["drift"]) == (None, [])


def test_a_program_learns_what_is_not_as_it_was_registered(api: Api, site: World) -> None:
    def work(session: Session) -> None:
        found = businesses.get(session, site.hearth.id)
        made = pack.read(session, found, **URLS)
        registration.store(session, found, made, sender_id=None, actor="member:x", ip="")
        businesses.change(session, found, email="hello@hearth.example")

    site.write(work)
    told = api.get("/registration")
    assert told["registered"]["digest"]
    assert told["drift"][0] == {"field": "email", "was": "Nothing", "now": "hello@hearth.example"}
