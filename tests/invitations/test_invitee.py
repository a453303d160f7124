"""What whoever invites sees beside each number."""

import datetime as dt
from types import SimpleNamespace

import pytest

from portal import clock
from portal.accounts import business as businesses
from portal.invitations import invitee
from portal.messaging.deferral import Policy
from tests.invitations.conftest import Party

NIGHT = dt.datetime(2026, 11, 24, 7, 30, tzinfo=dt.UTC)  # half past eleven in the evening in California
NOON = dt.datetime(2026, 11, 24, 20, 0, tzinfo=dt.UTC)


@pytest.mark.covers("rules 13")
@pytest.mark.parametrize(("moment", "said"), [(NIGHT, "it is 23:30 for them"), (NOON, "")])
def test_outside_the_hours_of_a_number_the_list_says_what_hour_it_is_there(
    party: Party, monkeypatch: pytest.MonkeyPatch, moment: dt.datetime, said: str
) -> None:
    monkeypatch.setattr(clock, "now", lambda: moment)
    monkeypatch.setattr(party.road.database, "_policy", Policy(is_on=True, automated_per_day=3))
    people = [SimpleNamespace(id=party.contact, name="Rosa Delgado")]
    (shown,) = party.road.database.read(
        lambda session: invitee.rows(session, businesses.get(session, party.road.business), people)
    )
    assert [(line.detail, line.may_invite) for line in shown.lines] == [(said, True)]
