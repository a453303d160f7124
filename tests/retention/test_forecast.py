"""What a night would let go is counted before it does, for the page and for programs, and nothing is touched."""

import pytest

from portal.consent.state import Kind
from portal.retention import forecast, period
from portal.retention.period import Kind as What
from tests.retention.conftest import Years


def counts(years: Years) -> dict[str, int]:
    found = years.read(lambda session: forecast.read(session, years.home))
    return {str(each.kind): each.count for each in found.lines if each.count}


def test_it_counts_what_the_night_then_lets_go(years: Years) -> None:
    years.texts("hello")
    years.says(Kind.OPTED_OUT)
    years.notes("sign_in.proved")
    years.later(1700)
    years.texts("young")
    before = counts(years)
    assert before == {"texts": 1, "events": 1, "addresses": 2, "sign_ins": 1, "consent": 1}
    assert counts(years) == before
    years.night()
    assert counts(years) == {"consent": 1}


def test_it_says_how_many_numbers_are_spared(years: Years) -> None:
    years.says(Kind.REVIEW_OPENED)
    found = years.read(lambda session: forecast.read(session, years.home))
    told = forecast.told(found, period.defaults())
    assert (told["spared_numbers"], told["held"]) == (1, False)


@pytest.mark.at_the_door
def test_the_table_is_what_was_promised() -> None:
    """promises.md F.6."""
    found = period.defaults()
    assert {kind: each.said for kind, each in found.items()} == {
        What.TEXTS: "24 months", What.MEDIA: "none", What.EVENTS: "90 days", What.ANSWERS: "for ever",
        What.ADDRESSES: "90 days", What.SIGN_INS: "13 months", What.CONSENT: "48 months", What.OPT_OUTS: "for ever",
        What.SEEN: "for ever",
    }  # fmt: skip
    assert not any(found[kind].may_be_chosen for kind in (What.CONSENT, What.OPT_OUTS, What.SEEN, What.MEDIA))
