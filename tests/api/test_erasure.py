"""`POST /contacts/{id}/erasure`: an owner's token erases a person; afterwards nobody finds them, the opt-out counts."""

import pytest

from tests.api.conftest import CLIENT, Api, Clients


@pytest.mark.covers("P17", "rules 16")
def test_a_program_erases_a_person_whose_opt_out_counts_on(owner: Api, clients: Clients) -> None:
    made = owner.post("/contacts", {"name": "Ann", "numbers": [{"number": CLIENT}]}).json()
    row_id = clients.says_yes()
    clients.texts("STOP")
    path = f"/contacts/{made['id']}"
    answer = owner.post(f"{path}/erasure", {"reason": "She wrote to us"}, Idempotency_Key="once")
    told = answer.json()
    assert (answer.status_code, told["numbers"], told["suppressed"], told["shared"]) == (200, 1, 1, 0)
    for gone in (path, f"/subscriptions/{row_id}", f"/subscriptions/{row_id}/evidence"):
        assert owner.call("GET", gone).status_code == 404
    assert owner.post(f"{path}/erasure", {"reason": "asked"}).status_code == 404
    assert owner.post(f"{path}/erasure", {"reason": "She wrote to us"}, Idempotency_Key="once").json() == told
    again = owner.post("/contacts", {"name": "Ann", "numbers": [{"number": CLIENT}]})
    assert again.status_code == 201
    [found] = owner.get(f"/subscriptions?number=%2B{CLIENT[1:]}")["items"]
    assert (found["status"], found["origin"], found["may_text"]) == ("opted_out", "system", False)
    assert found["id"] != row_id


@pytest.mark.covers("P17", "P10")
def test_only_an_owners_token_may(api: Api) -> None:
    made = api.post("/contacts", {"name": "Ann", "numbers": [{"number": CLIENT}]}).json()
    assert api.post(f"/contacts/{made['id']}/erasure", {"reason": "asked"}).status_code == 403
    assert api.call("GET", f"/contacts/{made['id']}").status_code == 200
