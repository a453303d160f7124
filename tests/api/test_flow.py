"""`/flows` and inviting over the API: the two parts, and exactly one contact (F-1, F-4, F-12)."""

from typing import Any

import pytest

from tests.api.conftest import CLIENT, SECOND, Api, Clients
from tests.api.test_group import inside, person

WITHOUT = "{business}: hi. Reply Y Yes N No. STOP ends it."


def spring(api: Api, *contact_ids: str) -> str:
    made: str = api.post("/groups", {"name": "Spring"}).json()["id"]
    for each in contact_ids:
        api.call("PUT", f"/groups/{made}/contacts/{each}")
    return made


@pytest.mark.covers("F-1", "F-3", "F-4")
def test_the_sample_is_listed_and_keeps_its_parts(api: Api) -> None:
    (sample,) = api.get("/flows")["items"]
    assert (sample["name"], sample["version"]) == ("Sample Opt-In Flow", 1)
    here = f"/flows/{sample['id']}"
    refused = api.patch(here, {"message": WITHOUT})
    assert refused.status_code == 422
    assert "MSG&DataRatesMayApply" in refused.json()["fields"]["message"][0]
    changed = api.patch(here, {"message": f"{WITHOUT} MSG&DataRatesMayApply", "name": "Spring"}).json()
    assert (changed["name"], changed["version"], changed["yes_text"]) == ("Spring", 2, sample["yes_text"])
    assert api.get("/flows")["items"] == [changed]


@pytest.mark.covers("F-7", "F-11", "F-12", "X-19")
def test_one_call_invites_one_contact_and_their_y_moves_them(api: Api, clients: Clients) -> None:
    nora, tom = person(api, "Nora", CLIENT), person(api, "Tom", SECOND)
    group, (sample,) = spring(api, nora, tom), api.get("/flows")["items"]
    here, body = f"/flows/{sample['id']}/invitations", {"contact": nora, "group": group, "basis": "gave_number"}
    answer = api.post(here, body)
    said = answer.json()
    assert (answer.status_code, said["status"], said["number"], said["times"]) == (201, "requested", CLIENT, 1)
    assert said["may_ask_again_at"] is not None
    again = api.post(here, body)
    assert (again.status_code, again.json()["reason"]) == (409, "awaiting_reply")
    assert again.json()["unlock"].startswith("You may ask again")
    assert len(clients.send_all()) == 1
    clients.texts("Y", CLIENT)
    assert inside(api, group) == ["Tom"]
    assert inside(api, "opted-in") == ["Nora"]


BODIES: list[dict[str, Any]] = [
    {"contact": ["a", "b"]}, {"contacts": ["a"]}, {"contact": None}, {"basis": "because"}, {"number": "+14155550199"},
    {"everybody": True},
]  # fmt: skip


@pytest.mark.covers("F-11", "F-12", "X-27")
def test_a_list_of_contacts_and_a_missing_ground_are_422(api: Api, clients: Clients) -> None:
    nora = person(api, "Nora", CLIENT)
    group, (sample,) = spring(api, nora), api.get("/flows")["items"]
    body = {"contact": nora, "group": group, "basis": "gave_number"}
    for each in BODIES:
        assert api.post(f"/flows/{sample['id']}/invitations", body | each).status_code == 422, each
    del body["basis"]
    assert api.post(f"/flows/{sample['id']}/invitations", body).status_code == 422
    assert clients.send_all() == []
