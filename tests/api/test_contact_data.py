"""`GET /contacts/{id}/data`: everything about one person, for programs of an owner or manager."""

import pytest
import sqlalchemy as sa

from portal.accounts.audit import AuditEntry
from portal.column import table_of
from portal.evidence import note
from tests.api.conftest import CLIENT, Api, Clients


@pytest.mark.covers("P10", "P17")
def test_a_program_reads_everything_about_one_person(owner: Api, clients: Clients) -> None:
    made = owner.post("/contacts", {"name": "Ann", "numbers": [{"number": CLIENT}]}).json()
    clients.says_yes(words="Yes, please")
    clients.texts("Zanzibar")
    told = owner.get(f"/contacts/{made['id']}/data")
    assert (told["format"], told["person"]["name"]) == ("portal-access-1", "Ann")
    assert told["consent"][0]["noted"]["words"]
    assert "Zanzibar" in {each["text"] for each in told["texts"]}
    [sealed] = note.found_in(told["checkpoint"])
    assert sealed.size >= told["consent"][0]["entry"]
    assert owner.call("GET", "/contacts/nobody/data").status_code == 404
    query = sa.select(table_of(AuditEntry)).where(table_of(AuditEntry).c.action == "person.exported")
    noted = clients.site.read(lambda session: session.execute(query).all())
    assert [(each.object, bool(each.details["token"])) for each in noted] == [(made["id"], True)]
